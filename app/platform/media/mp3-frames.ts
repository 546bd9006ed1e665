/** MPEG audio layer III frame headers (ISO/IEC 11172-3, 2.4.1.3; MPEG-2: 13818-3; 2.5 is Fraunhofer's extension). */

export interface Mp3Frame {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly sampleRateHz: number;
  readonly channels: 1 | 2;
  /** 1152 in MPEG-1, 576 in MPEG-2 and 2.5. */
  readonly samples: number;
  readonly isMpeg1: boolean;
}

const KBPS_MPEG1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const KBPS_MPEG2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const RATES_HZ = [44_100, 48_000, 32_000];
const HEADER_BYTES = 4;

/** Every whole frame in `bytes`, in order; anything between frames is skipped. */
export function findMp3Frames(bytes: Uint8Array): Mp3Frame[] {
  const frames: Mp3Frame[] = [];
  for (let offset = 0; offset + HEADER_BYTES <= bytes.length;) {
    const frame = readHeader(bytes, offset);
    if (frame && offset + frame.sizeBytes <= bytes.length) {
      frames.push(frame);
      offset += frame.sizeBytes;
    } else {
      offset += 1;
    }
  }
  return frames;
}

function readHeader(bytes: Uint8Array, offset: number): Mp3Frame | null {
  const [sync = 0, version = 0, rates = 0, mode = 0] = bytes.subarray(offset, offset + HEADER_BYTES);
  const versionBits = (version >> 3) & 3; // 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5
  const isLayer3 = ((version >> 1) & 3) === 1;
  if (sync !== 0xff || (version & 0xe0) !== 0xe0 || versionBits === 1 || !isLayer3) return null;
  const isMpeg1 = versionBits === 3;
  const kbps = (isMpeg1 ? KBPS_MPEG1 : KBPS_MPEG2)[rates >> 4];
  const baseRateHz = RATES_HZ[(rates >> 2) & 3];
  if (!kbps || !baseRateHz) return null;
  const sampleRateHz = baseRateHz / (isMpeg1 ? 1 : versionBits === 2 ? 2 : 4);
  const samples = isMpeg1 ? 1152 : 576;
  const padding = (rates >> 1) & 1;
  const sizeBytes = Math.floor((samples * kbps * 125) / sampleRateHz) + padding;
  return { offset, sizeBytes, sampleRateHz, channels: mode >> 6 === 3 ? 1 : 2, samples, isMpeg1 };
}
