/**
 * What no browser's MediaSource takes (PCM, say) is encoded once, with whatever encoder the browser has. Nothing is
 * decoded ahead of the encoder: a long file passes through in pieces.
 */
import {
  AudioSampleSink,
  AudioSampleSource,
  canEncodeAudio,
  Mp4OutputFormat,
  NullTarget,
  Output,
  type AudioCodec,
  type EncodedPacket,
  type InputAudioTrack,
} from "mediabunny";
import type { AudioFormat, AudioPacket } from "./audio-packets.ts";
import { audioSpecificConfigOf, stripAdts } from "./adts.ts";
import { aacFrameSamples, flacFrameSamples, opusFrameSamples } from "./frame-length.ts";
import { isUnreadable } from "./import-errors.ts";
import { copyBytes, opusPreSkip } from "./remux-reader.ts";
import type { TrackReader } from "./track-reader.ts";

interface Encoding {
  readonly codec: "opus" | "aac" | "flac";
  readonly mimeType: string;
  /** Bits per second; FLAC has none. Both lossy ones are transparent to most ears at this rate. */
  readonly bitrate: number | undefined;
}

const ENCODINGS: readonly Encoding[] = [
  { codec: "opus", mimeType: 'audio/mp4; codecs="opus"', bitrate: 128_000 },
  { codec: "aac", mimeType: 'audio/mp4; codecs="mp4a.40.2"', bitrate: 192_000 },
  { codec: "flac", mimeType: 'audio/mp4; codecs="flac"', bitrate: undefined },
];
const SAMPLE_RATE_HZ = 48_000;

/** @returns null when the track cannot be decoded here, or there is no encoder whose output plays here. */
export async function openEncodeReader(
  track: InputAudioTrack,
  canPlay: (mimeType: string) => boolean,
): Promise<TrackReader | null> {
  if (!(await track.canDecode())) return null;
  const channels = Math.min(2, await track.getNumberOfChannels());
  for (const encoding of ENCODINGS) {
    if (canPlay(encoding.mimeType) && (await canEncodeAudio(encoding.codec, encoderOptions(encoding, channels)))) {
      return startEncoding(track, encoding, channels).catch((error: unknown) => {
        if (isUnreadable(error)) throw error;
        return null; // Promised, but not able to: MPEG Layer II goes by MP3's name.
      });
    }
  }
  return null;
}

function encoderOptions({ bitrate }: Encoding, numberOfChannels: number) {
  return { numberOfChannels, sampleRate: SAMPLE_RATE_HZ, ...(bitrate !== undefined && { bitrate }) };
}

async function startEncoding(track: InputAudioTrack, encoding: Encoding, channels: number): Promise<TrackReader | null> {
  let musicSamples = 0;
  let mediaSamples = 0;
  let config: AudioDecoderConfig | undefined;

  /** Raw packets, as fast as they are asked for. */
  async function* encode(): AsyncGenerator<EncodedPacket> {
    const ready: EncodedPacket[] = [];
    const source = new AudioSampleSource({
      codec: encoding.codec as AudioCodec,
      ...(encoding.bitrate !== undefined && { bitrate: encoding.bitrate }),
      transform: { sampleRate: SAMPLE_RATE_HZ, numberOfChannels: channels },
      onEncodedPacket: (packet, meta) => {
        config ??= meta?.decoderConfig;
        ready.push(packet);
      },
    });
    // The library encodes only towards a file; this one goes nowhere.
    const output = new Output({ format: new Mp4OutputFormat({ fastStart: "fragmented" }), target: new NullTarget() });
    output.addAudioTrack(source);
    await output.start();
    try {
      for await (const sample of new AudioSampleSink(track).samples()) {
        musicSamples += (sample.numberOfFrames * SAMPLE_RATE_HZ) / sample.sampleRate;
        await source.add(sample).finally(() => sample.close());
        yield* ready.splice(0);
      }
      await output.finalize();
      yield* ready.splice(0);
    } finally {
      if (output.state !== "finalized") await output.cancel();
    }
  }

  const encoded = encode();
  const first = await encoded.next();
  if (first.done === true || !config) return null;
  const hasAdts = encoding.codec === "aac" && config.description === undefined;
  const format: AudioFormat = {
    codec: encoding.codec,
    codecString: config.codec,
    sampleRateHz: SAMPLE_RATE_HZ,
    channels: config.numberOfChannels,
    description: hasAdts ? audioSpecificConfigOf(first.value.data) : copyBytes(config.description),
  };

  async function* packets(): AsyncGenerator<AudioPacket> {
    try {
      for (let next = first; next.done !== true; next = await encoded.next()) {
        const bytes = hasAdts ? stripAdts(next.value.data) : next.value.data;
        const durationSamples = samplesOf(format, bytes, next.value.duration);
        if (durationSamples === 0) continue;
        yield { bytes, startSample: mediaSamples, durationSamples };
        mediaSamples += durationSamples;
      }
    } finally {
      await encoded.return(undefined); // Releases the encoder when the import is given up half way.
    }
  }

  return {
    format,
    repeatable: false,
    packets,
    trim: () => {
      const startSamples = format.codec === "opus" ? opusPreSkip(format.description) : 0;
      return { startSamples, endSamples: Math.max(0, mediaSamples - startSamples - Math.round(musicSamples)) };
    },
  };
}

function samplesOf(format: AudioFormat, bytes: Uint8Array, durationS: number): number {
  if (format.codec === "opus") return opusFrameSamples(bytes);
  if (format.codec === "flac") return flacFrameSamples(bytes);
  return aacFrameSamples(Math.round(durationS * format.sampleRateHz));
}
