/** The part of an MP4 that tells a decoder what it will be fed: one entry of `stsd`, by codec. */
import type { AudioFormat } from "./audio-packets.ts";
import { concatBytes, uint } from "./bytes.ts";
import { box, fullBox } from "./mp4-box.ts";

export function sampleEntry(format: AudioFormat): Uint8Array {
  if (format.codec === "opus") return audioEntry("Opus", format, opusBox(format.description));
  // FLAC in ISO BMFF, 3.3.2: the metadata blocks without the `fLaC` mark.
  if (format.codec === "flac") return audioEntry("fLaC", format, fullBox("dfLa", 0, 0, format.description.subarray(4)));
  return audioEntry("mp4a", format, elementaryStream(format.description));
}

function audioEntry(type: string, format: AudioFormat, decoderBox: Uint8Array): Uint8Array {
  // 16.16 fixed point holds rates below 65,536 Hz; above, the decoder's own configuration tells.
  const rate = format.sampleRateHz < 0x10000 ? format.sampleRateHz * 0x10000 : 0;
  return box(
    type,
    new Uint8Array(6),
    uint(1, 2), // Index into dref.
    new Uint8Array(8),
    uint(format.channels, 2),
    uint(sampleBits(format), 2),
    new Uint8Array(4),
    uint(rate, 4),
    decoderBox,
  );
}

/** 16 by convention; for FLAC the true number, which Chromium compares with STREAMINFO's (RFC 9639, 8.2). */
function sampleBits({ codec, description }: AudioFormat): number {
  if (codec !== "flac") return 16;
  const [high = 0, low = 0] = description.subarray(20, 22);
  return (((high & 1) << 4) | (low >> 4)) + 1;
}

/**
 * `dOps` from OpusHead (RFC 7845, 5.1), little-endian there and big-endian here. The pre-skip is written as 0:
 * browsers disagree on dropping it after a seek, so the manifest's `musicStartUs` and the append window do it instead.
 * The rate of what was once encoded is told as 48 kHz: it means nothing for playing, and Chromium refuses any other.
 */
function opusBox(head: Uint8Array): Uint8Array {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return box(
    "dOps",
    uint(0, 1),
    head.subarray(9, 10),
    uint(0, 2),
    uint(48_000, 4),
    uint(view.getUint16(16, true), 2),
    head.subarray(18),
  );
}

/** `esds` (ISO/IEC 14496-1, 7.2.6): descriptors nested with one-byte lengths, the AudioSpecificConfig innermost. */
function elementaryStream(audioSpecificConfig: Uint8Array): Uint8Array {
  const descriptor = (tag: number, ...parts: readonly Uint8Array[]) => {
    const content = concatBytes(parts);
    return concatBytes([uint(tag, 1), uint(content.byteLength, 1), content]);
  };
  const AAC = 0x40;
  const AUDIO_STREAM = 0x15;
  const decoder = descriptor(
    4,
    uint(AAC, 1),
    uint(AUDIO_STREAM, 1),
    new Uint8Array(11), // Buffer size and bit rates: unknown.
    descriptor(5, audioSpecificConfig),
  );
  return fullBox("esds", 0, 0, descriptor(3, uint(0, 2), uint(0, 1), decoder, descriptor(6, uint(2, 1))));
}
