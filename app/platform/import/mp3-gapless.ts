/**
 * What an MP3 says of itself in its first frame, which holds no music: the Xing or Info header, and in it the LAME tag
 * with the encoder's delay and padding. Without it an MP3 does not tell where its music begins.
 */

export interface Mp3Gapless {
  /**
   * Samples that the encoder put before the music. The 529 more that a Layer III decoder lags behind (LAME's tech FAQ)
   * are not in here: they are the player's business, and Chromium takes them off `audio/mpeg` by itself (measured).
   */
  readonly startSamples: number;
  /** Samples after the music, if every one of `frameCount` frames is there. */
  readonly endSamples: number;
  readonly frameCount: number | null;
}

/** @returns null where there is no LAME tag. Reads at most a few KB at the front, behind the ID3 tags. */
export async function readMp3Gapless(file: Blob): Promise<Mp3Gapless | null> {
  const frameAt = await skipId3(file);
  const head = new Uint8Array(await file.slice(frameAt, frameAt + 4096).arrayBuffer());
  const tagAt = findTag(head);
  if (tagAt === null) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const flags = view.getUint32(tagAt + 4);
  const frameCount = flags & 1 ? view.getUint32(tagAt + 8) : null;
  // Each flag adds a field: frames, bytes, a table of contents, quality.
  const lameAt = tagAt + 8 + (flags & 1 ? 4 : 0) + (flags & 2 ? 4 : 0) + (flags & 4 ? 100 : 0) + (flags & 8 ? 4 : 0);
  const [first = 0, second = 0, third = 0] = head.subarray(lameAt + 21, lameAt + 24);
  const delay = (first << 4) | (second >> 4);
  const padding = ((second & 15) << 8) | third;
  if (head[lameAt] === 0 || (delay === 0 && padding === 0)) return null;
  return { startSamples: delay, endSamples: padding, frameCount };
}

/** Fraunhofer's counterpart of the Xing frame, always 32 bytes behind the frame header. It is not music either. */
export function isVbriFrame(frame: Uint8Array): boolean {
  return hasLetters(frame, 36, "VBRI");
}

async function skipId3(file: Blob): Promise<number> {
  let at = 0;
  for (;;) {
    const head = new Uint8Array(await file.slice(at, at + 10).arrayBuffer());
    if (head.byteLength < 10 || !hasLetters(head, 0, "ID3")) return at;
    // Four bytes of seven bits; flag 0x10 announces a footer as long as the header.
    const size = head.subarray(6, 10).reduce((sum, byte) => sum * 128 + (byte & 127), 0);
    at += 10 + size + ((head[5] ?? 0) & 0x10 ? 10 : 0);
  }
}

/** Place of `Xing` or `Info`, which stands at one of four offsets behind the first frame's sync word. */
function findTag(head: Uint8Array): number | null {
  for (let at = 0; at + 200 < head.length; at++) {
    if (head[at] !== 0xff || ((head[at + 1] ?? 0) & 0xe0) !== 0xe0) continue;
    const offset = [36, 21, 13].find((place) => hasLetters(head, at + place, "Xing") || hasLetters(head, at + place, "Info"));
    if (offset !== undefined) return at + offset;
  }
  return null;
}

function hasLetters(bytes: Uint8Array, at: number, letters: string): boolean {
  return [...letters].every((letter, index) => bytes[at + index] === letter.charCodeAt(0));
}
