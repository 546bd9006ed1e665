/** Turns packets into what a SourceBuffer takes: one initialisation segment, then chunks that each stand alone. */
import type { Manifest } from "../../core/index.ts";
import type { AudioFormat, AudioPacket } from "./audio-packets.ts";
import { createMp4Muxer } from "./mp4-muxer.ts";
import { createWebmMuxer } from "./webm-muxer.ts";
import { concatBytes } from "./bytes.ts";

export interface Muxer {
  readonly container: Manifest["container"];
  readonly mimeType: string;
  /** Appended before the first chunk, whichever that is. Empty where chunks need none. */
  readonly init: Uint8Array;
  /** Bytes of one chunk; `index` counts from 0. Equal input gives equal bytes. */
  muxChunk(packets: readonly AudioPacket[], index: number): Uint8Array;
}

/** Raw frames explain themselves. */
const MP3_MUXER: Muxer = {
  container: "mp3",
  mimeType: "audio/mpeg",
  init: new Uint8Array(0),
  muxChunk: (packets) => concatBytes(packets.map((packet) => packet.bytes)),
};

export function createMuxer(format: AudioFormat): Muxer {
  if (format.codec === "mp3") return MP3_MUXER;
  return format.codec === "vorbis" ? createWebmMuxer(format) : createMp4Muxer(format);
}
