/** Which muxer a codec gets: AAC, FLAC and Opus go into MP4, MP3 stays raw, Vorbis goes into WebM. */
import type { AudioFormat } from "./audio-packets.ts";
import { concatBytes } from "./bytes.ts";
import { createMp4Muxer } from "./mp4-muxer.ts";
import type { Muxer } from "./muxer.ts";
import { createWebmMuxer } from "./webm-muxer.ts";

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
