/**
 * How many samples a frame decodes to, read from the frame itself. Containers tell durations rounded to milliseconds
 * (Matroska) or with jitter (some MP4s); the bitstream is exact.
 */

/** Opus packet length at 48 kHz from its table-of-contents byte and frame count (RFC 6716, 3.1); 0 if malformed. */
export function opusFrameSamples(packet: Uint8Array): number {
  const [toc, countByte] = packet;
  if (toc === undefined) return 0;
  const config = toc >> 3;
  const frameSamples =
    config < 12 ? ([480, 960, 1920, 2880][config & 3] ?? 0) : config < 16 ? ([480, 960][config & 1] ?? 0) : 120 << (config & 3);
  const code = toc & 3;
  const frames = code === 0 ? 1 : code < 3 ? 2 : (countByte ?? 0) & 63;
  return frames * frameSamples;
}

/** MPEG audio Layer III: 1152 samples a frame in MPEG-1, 576 in MPEG-2 and 2.5; 0 for any other layer. */
export function mp3FrameSamples(frame: Uint8Array): number {
  const versionAndLayer = frame[1];
  if (frame[0] !== 0xff || versionAndLayer === undefined || ((versionAndLayer >> 1) & 3) !== 1) return 0;
  return ((versionAndLayer >> 3) & 3) === 3 ? 1152 : 576;
}

/** FLAC block size from the frame header (RFC 9639, 9.1.1); 0 if malformed. */
export function flacFrameSamples(frame: Uint8Array): number {
  const code = (frame[2] ?? 0) >> 4;
  if (code === 1) return 192;
  if (code >= 2 && code <= 5) return 576 << (code - 2);
  if (code >= 8) return 256 << (code - 8);
  if (code !== 6 && code !== 7) return 0;
  // The size stands behind the frame or sample number, which is coded like a UTF-8 character of up to 7 bytes.
  const lead = frame[4] ?? 0;
  const at = 4 + (lead < 0x80 ? 1 : Math.clz32(~(lead << 24)));
  const [high = 0, low = 0] = frame.subarray(at, at + 2);
  return (code === 6 ? high : (high << 8) | low) + 1;
}

/**
 * AAC frames have one length throughout a track: 1024 samples (960 in broadcasts), doubled where SBR doubles the
 * rate that the container counts in. `hintSamples` is the container's idea of it, good enough to tell them apart.
 */
export function aacFrameSamples(hintSamples: number): number {
  const lengths = [1024, 2048, 960, 1920];
  return lengths.reduce((best, length) => (Math.abs(length - hintSamples) < Math.abs(best - hintSamples) ? length : best));
}
