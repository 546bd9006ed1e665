/**
 * What lies between demuxing and muxing: one audio track as a description and a run of packets whose places are whole
 * samples. Floating-point seconds end here, so that the same file gives the same bytes everywhere.
 */
import type { Manifest } from "../../core/index.ts";

export type AudioCodecName = Manifest["codec"];

/** One encoded frame. `bytes` may be a view into a larger buffer and is only read. */
export interface AudioPacket {
  readonly bytes: Uint8Array;
  /** Samples from the start of the track's media time; the first packet is at 0 and none overlaps its neighbour. */
  readonly startSample: number;
  readonly durationSamples: number;
}

export interface AudioFormat {
  readonly codec: AudioCodecName;
  /** As in the `codecs` parameter of a MIME type: `mp4a.40.2`, `opus`, `flac`, `vorbis`, `mp3`. */
  readonly codecString: string;
  /** Samples per second of media time. Opus always counts at 48,000 (RFC 7845, 5.1). */
  readonly sampleRateHz: number;
  readonly channels: number;
  /** AudioSpecificConfig, `fLaC` with STREAMINFO, OpusHead or the laced Vorbis headers; empty for MP3. */
  readonly description: Uint8Array;
}

/** Where the music lies within the media. What no header tells is 0. */
export interface Trim {
  /** Encoder delay before the music, in samples. */
  readonly startSamples: number;
  /** Padding after the music, in samples. */
  readonly endSamples: number;
}
