/**
 * Chunks to samples, each in its exact place. WebCodecs decoders give one run of samples for each packet and leave the
 * encoder's delay in, in Chromium and Firefox alike (measured to a hundredth of a sample for all five codecs), so that
 * places are counted and not taken from the decoder's timestamps, which the two round differently.
 */
import { SinkError } from "../../../core/index.ts";
import type { SinkAppend } from "../../../core/index.ts";
import { readPackets } from "./chunk-packets.ts";
import type { Packet } from "./chunk-packets.ts";
import { partsOf } from "./chunk-parts.ts";
import type { PacketRange } from "./chunk-parts.ts";
import { toStereo } from "./stereo.ts";

export interface Pcm {
  readonly sampleRateHz: number;
  /** Of the track's media time, of the first sample; may be negative by a decoder's delay. */
  readonly startSample: number;
  /** One or two, of equal length. */
  readonly channels: readonly Float32Array<ArrayBuffer>[];
}

/** A frame builds on those before it: in MP3 on a few, in Opus on a loudness that takes so many to be forgotten. */
const WARM_UP_PACKETS = 12;
/** What an MP3 decoder's filters delay. MediaSource takes it off, WebCodecs doesn't. */
const MP3_DECODER_DELAY_SAMPLES = 529;
/** Ends that are no further apart belong together, ms: chunk starts are rounded to microseconds. */
const SEAM_MS = 1;

interface Ending {
  readonly initKey: string;
  readonly endMs: number;
  readonly packets: readonly Packet[];
}

interface Run {
  readonly sampleRateHz: number;
  readonly channels: readonly Float32Array<ArrayBuffer>[];
}

/** One part, and where it begins in its chunk. */
interface Decoded extends Run {
  readonly startMs: number;
}

export class ChunkDecoder {
  #decoder: AudioDecoder | null = null;
  #configured = "";
  #runs: Run[] = [];
  #failure: DOMException | null = null;
  /** What the chunk decoded last ended with: the next one's warm-up. */
  #ending: Ending | null = null;

  /**
   * One chunk at a time. `onPart` gets it whole, or in parts where only one of them is needed soon: that one first.
   * @throws SinkError `refused`
   */
  async decode(chunk: SinkAppend, onPart: (pcm: Pcm) => void): Promise<void> {
    const { config, packets } = await readPackets(chunk);
    const ending = this.#ending;
    const isNext = ending?.initKey === chunk.initKey && Math.abs(ending.endMs - chunk.chunkStartMs) < SEAM_MS;
    const warmUp = isNext ? ending.packets : [];
    const key = `${chunk.mimeType} ${chunk.initKey}`;
    const decodePart = async ([from, to]: PacketRange): Promise<Decoded> => {
      const before = [...warmUp, ...packets.slice(0, from)].slice(-WARM_UP_PACKETS);
      const runs = await this.#run(config, key, [...before, ...packets.slice(from, to)]);
      // What is left of the warm-up's runs goes. A codec whose first packet only primes it (Vorbis) gives one run less.
      const kept = runs.slice(from - to);
      const first = kept[0];
      if (!first) throw new SinkError("refused", "the decoder made nothing of the chunk");
      const { sampleRateHz } = first;
      return { sampleRateHz, channels: joinRuns(kept, sampleRateHz), startMs: packets[to - kept.length]?.startMs ?? 0 };
    };

    const [needed, ...rest] = partsOf(packets, chunk);
    const { sampleRateHz, channels, startMs } = await decodePart(needed);
    const delaySamples = chunk.container === "mp3" ? MP3_DECODER_DELAY_SAMPLES : 0;
    let startSample = Math.round(((chunk.chunkStartMs + startMs) * sampleRateHz) / 1000) - delaySamples;
    let endSample = startSample + (channels[0]?.length ?? 0);
    onPart({ sampleRateHz, startSample, channels });
    // The others' places are counted from there.
    for (const range of rest) {
      const part = await decodePart(range);
      const length = part.channels[0]?.length ?? 0;
      const isBefore = range[0] < needed[0];
      onPart({ sampleRateHz, channels: part.channels, startSample: isBefore ? startSample - length : endSample });
      if (isBefore) startSample -= length;
      else endSample += length;
    }
    const endMs = ((endSample + delaySamples) * 1000) / sampleRateHz;
    this.#ending = { initKey: chunk.initKey, endMs, packets: packets.slice(-WARM_UP_PACKETS) };
  }

  close(): void {
    if (this.#decoder && this.#decoder.state !== "closed") this.#decoder.close();
    this.#decoder = null;
  }

  async #run(config: AudioDecoderConfig, key: string, packets: readonly Packet[]): Promise<readonly Run[]> {
    this.#runs = [];
    this.#failure = null;
    try {
      const decoder = this.#prepare(config, key);
      for (const { bytes } of packets) decoder.decode(new EncodedAudioChunk({ type: "key", timestamp: 0, data: bytes }));
      await decoder.flush();
    } catch (cause) {
      this.close();
      throw new SinkError("refused", String(this.#failure ?? cause), { cause });
    }
    return this.#runs;
  }

  #prepare(config: AudioDecoderConfig, key: string): AudioDecoder {
    if (this.#decoder?.state === "configured" && this.#configured === key) return this.#decoder;
    this.close();
    const decoder = new AudioDecoder({
      output: (data) => {
        this.#runs.push({ sampleRateHz: data.sampleRate, channels: toStereo(readPlanes(data)) });
        data.close();
      },
      error: (error) => (this.#failure = error),
    });
    decoder.configure(config);
    this.#decoder = decoder;
    this.#configured = key;
    return decoder;
  }
}

function readPlanes(data: AudioData): Float32Array<ArrayBuffer>[] {
  return Array.from({ length: data.numberOfChannels }, (_, planeIndex) => {
    const plane = new Float32Array(data.numberOfFrames);
    data.copyTo(plane, { planeIndex, format: "f32-planar" });
    return plane;
  });
}

/** @throws SinkError `refused` for runs that are not all alike. */
function joinRuns(runs: readonly Run[], sampleRateHz: number): Float32Array<ArrayBuffer>[] {
  const channels = runs[0]?.channels.length ?? 0;
  if (runs.some((run) => run.sampleRateHz !== sampleRateHz || run.channels.length !== channels))
    throw new SinkError("refused", "the sample rate or the channels change within a chunk");
  const length = runs.reduce((sum, run) => sum + (run.channels[0]?.length ?? 0), 0);
  return Array.from({ length: channels }, (_, channel) => {
    const whole = new Float32Array(length);
    let at = 0;
    for (const run of runs) {
      const part = run.channels[channel] ?? new Float32Array();
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  });
}
