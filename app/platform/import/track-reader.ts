/** One audio track being read, whether packets come straight from the file or from an encoder. */
import type { AudioFormat, AudioPacket, Trim } from "./audio-packets.ts";

export interface TrackReader {
  readonly format: AudioFormat;
  /** True when `packets` gives the same packets each time it is called; an encoder is run only once. */
  readonly repeatable: boolean;
  packets(): AsyncIterable<AudioPacket>;
  /** Known once `packets` has ended. */
  trim(): Trim;
}
