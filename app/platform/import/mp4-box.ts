/** The brick of an MP4 (ISO/IEC 14496-12, 4.2): size, four letters, content. */
import { ascii, concatBytes, uint } from "./bytes.ts";

type Part = Uint8Array | readonly Uint8Array[];

export function box(type: string, ...parts: readonly Part[]): Uint8Array {
  const content = concatBytes(parts.flat());
  return concatBytes([uint(8 + content.byteLength, 4), ascii(type), content]);
}

export function fullBox(type: string, version: number, flags: number, ...parts: readonly Part[]): Uint8Array {
  return box(type, uint(version, 1), uint(flags, 3), ...parts);
}
