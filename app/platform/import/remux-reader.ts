/** Reads packets as they are in the file: framing of other containers taken off, lengths counted in samples. */
import { EncodedPacketSink, type EncodedPacket, type InputAudioTrack } from "mediabunny";
import type { AudioCodecName, AudioFormat, AudioPacket, Trim } from "./audio-packets.ts";
import { audioSpecificConfigOf, stripAdts } from "./adts.ts";
import { aacFrameSamples, flacFrameSamples, mp3FrameSamples, opusFrameSamples } from "./frame-length.ts";
import { isUnreadable } from "./import-errors.ts";
import { isVbriFrame, type Mp3Gapless } from "./mp3-gapless.ts";
import type { TrackReader } from "./track-reader.ts";
import { VorbisLengths } from "./vorbis-lengths.ts";

export interface RemuxOptions {
  /** From the file's Xing frame, where the file is an MP3. */
  readonly gapless: Mp3Gapless | null;
  /** The container tells a last packet that is cut short (Ogg and MP4 do, Matroska rounds). */
  readonly exactDurations: boolean;
}

const REMUXABLE: ReadonlySet<string> = new Set<AudioCodecName>(["mp3", "aac", "flac", "opus", "vorbis"]);

function isRemuxable(codec: string | null): codec is AudioCodecName {
  return codec !== null && REMUXABLE.has(codec);
}

/** @returns null for a codec that no chunk format takes, and for a track whose set-up data are missing. */
export async function openRemuxReader(track: InputAudioTrack, options: RemuxOptions): Promise<TrackReader | null> {
  const codec = await track.getCodec();
  const config = await track.getDecoderConfig();
  const sink = new EncodedPacketSink(track);
  const first = await sink.getFirstPacket();
  if (!isRemuxable(codec) || !config || !first) return null;
  if (codec === "mp3" && mp3FrameSamples(first.data) === 0) return null; // Layers I and II go by the same name.
  const hasAdts = codec === "aac" && config.description === undefined;
  const description = hasAdts ? audioSpecificConfigOf(first.data) : copyBytes(config.description);
  if (codec !== "mp3" && description.byteLength === 0) return null;

  const format: AudioFormat = {
    codec,
    codecString: config.codec,
    sampleRateHz: codec === "opus" ? 48_000 : config.sampleRate,
    channels: config.numberOfChannels,
    description,
  };
  const aacSamples = aacFrameSamples(Math.round(first.duration * format.sampleRateHz));
  const samplesOf = (bytes: Uint8Array): number => {
    if (codec === "opus") return opusFrameSamples(bytes);
    if (codec === "mp3") return isVbriFrame(bytes) ? 0 : mp3FrameSamples(bytes);
    return codec === "flac" ? flacFrameSamples(bytes) : aacSamples;
  };

  let trim: Trim = { startSamples: 0, endSamples: 0 };

  /** Frames laid end to end. Those that are no music, or no frames, are left out. */
  async function* countedPackets(): AsyncGenerator<AudioPacket> {
    let startSample = 0;
    let count = 0;
    let last: { readonly durationSamples: number; readonly tellsSamples: number } | null = null;
    for await (const packet of playablePackets(sink)) {
      const bytes = hasAdts ? stripAdts(packet.data) : packet.data;
      const durationSamples = bytes.byteLength > 0 ? samplesOf(bytes) : 0;
      if (durationSamples === 0) continue;
      yield { bytes, startSample, durationSamples };
      startSample += durationSamples;
      count++;
      last = { durationSamples, tellsSamples: Math.round(packet.duration * format.sampleRateHz) };
    }
    const cut = last && options.exactDurations && last.tellsSamples > 0 ? last.durationSamples - last.tellsSamples : 0;
    trim = trimOf(count, Math.max(0, cut));
  }

  /** A Vorbis packet's length depends on the one before it, so that the demuxer's times are taken. */
  async function* timedPackets(): AsyncGenerator<AudioPacket> {
    const zeroS = first?.timestamp ?? 0;
    const lengths = new VorbisLengths();
    let held: { readonly bytes: Uint8Array; readonly startSample: number; readonly tellsSamples: number } | null = null;
    for await (const packet of playablePackets(sink)) {
      // Times that go back, as in a damaged file, stand still instead.
      const startSample: number = Math.max(held?.startSample ?? 0, Math.round((packet.timestamp - zeroS) * format.sampleRateHz));
      if (held) {
        const durationSamples = startSample - held.startSample;
        lengths.learn(held.bytes, durationSamples);
        yield { bytes: held.bytes, startSample: held.startSample, durationSamples };
      }
      held = { bytes: packet.data, startSample, tellsSamples: Math.round(packet.duration * format.sampleRateHz) };
    }
    if (!held) return;
    const { bytes, startSample, tellsSamples } = held;
    const durationSamples = Math.max(tellsSamples, lengths.lengthOf(bytes));
    yield { bytes, startSample, durationSamples };
    trim = { startSamples: 0, endSamples: options.exactDurations ? durationSamples - tellsSamples : 0 };
  }

  function trimOf(frameCount: number, cutSamples: number): Trim {
    if (codec === "opus") return { startSamples: opusPreSkip(description), endSamples: cutSamples };
    // An edit list that begins inside the media makes the first packets' times negative.
    if (codec === "aac")
      return { startSamples: Math.max(0, Math.round(-(first?.timestamp ?? 0) * format.sampleRateHz)), endSamples: cutSamples };
    const { gapless } = options;
    if (codec !== "mp3" || !gapless) return trim;
    const isWhole = gapless.frameCount === null || frameCount >= gapless.frameCount;
    return { startSamples: gapless.startSamples, endSamples: isWhole ? gapless.endSamples : 0 };
  }

  return { format, repeatable: true, packets: codec === "vorbis" ? timedPackets : countedPackets, trim: () => trim };
}

/** Pre-skip of an OpusHead, samples at 48 kHz (RFC 7845, 5.1). */
export function opusPreSkip(head: Uint8Array): number {
  return (head[10] ?? 0) | ((head[11] ?? 0) << 8);
}

/** A file that breaks off or is damaged further on plays as far as it can be read; a disk that fails is an error. */
async function* playablePackets(sink: EncodedPacketSink): AsyncGenerator<EncodedPacket> {
  try {
    yield* sink.packets();
  } catch (error) {
    if (isUnreadable(error)) throw error;
  }
}

export function copyBytes(source: AllowSharedBufferSource | undefined): Uint8Array {
  if (source === undefined) return new Uint8Array(0);
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice()
    : new Uint8Array(source).slice();
}
