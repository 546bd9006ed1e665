/** Turns packets into what a SourceBuffer takes: one initialisation segment, then chunks that each stand alone. */
import type { Manifest } from "../../core/index.ts";
import type { AudioPacket } from "./audio-packets.ts";

export interface Muxer {
  readonly container: Manifest["container"];
  readonly mimeType: string;
  /** Appended before the first chunk, whichever that is. Empty where chunks need none. */
  readonly init: Uint8Array;
  /** Bytes of one chunk; `index` counts from 0. Equal input gives equal bytes. */
  muxChunk(packets: readonly AudioPacket[], index: number): Uint8Array;
}
