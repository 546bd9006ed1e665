/** AAC as radio sends it: every frame with its own header (ISO/IEC 13818-7, 6.2), which MP4 keeps once for all. */
import { uint } from "./bytes.ts";

/** The AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1) that an ADTS header stands for; empty if there is none. */
export function audioSpecificConfigOf(frame: Uint8Array): Uint8Array {
  const [sync0, sync1, settings = 0, more = 0] = frame;
  if (sync0 !== 0xff || ((sync1 ?? 0) & 0xf6) !== 0xf0) return new Uint8Array(0);
  const objectType = (settings >> 6) + 1;
  const rateIndex = (settings >> 2) & 15;
  const channels = ((settings & 1) << 2) | (more >> 6);
  return uint((objectType << 11) | (rateIndex << 7) | (channels << 3), 2);
}

/** The frame without header and checksum; a view. */
export function stripAdts(frame: Uint8Array): Uint8Array {
  const hasNoChecksum = ((frame[1] ?? 0) & 1) === 1;
  return frame.subarray(hasNoChecksum ? 7 : 9);
}
