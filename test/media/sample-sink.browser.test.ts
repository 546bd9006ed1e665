/** The sink on real WebCodecs and a real audio worklet: what is decoded, where it lies, and when it sounds. */
import { describe, expect, it } from "vitest";
import { chunkStartMs, SinkError } from "../../app/core/index.ts";
import type { SinkAppend, SinkEvent } from "../../app/core/index.ts";
import { browserClock } from "../../app/platform/clock/browser-clock.ts";
import { canElementPlay } from "../../app/platform/media/media-sink.ts";
import { ChunkDecoder } from "../../app/platform/media/samples/chunk-decoder.ts";
import type { Pcm } from "../../app/platform/media/samples/chunk-decoder.ts";
import { DecoderThread } from "../../app/platform/media/samples/decoder-thread.ts";
import { SampleOutput } from "../../app/platform/media/samples/sample-output.ts";
import { SampleSink } from "../../app/platform/media/samples/sample-sink.ts";
import { decodesAll } from "../../app/platform/media/samples/sample-support.ts";
import { synthesise } from "../fixtures/melody.ts";
import { describeChunk, loadSong } from "./loaded-song.ts";

const FRAME_MS = 30;
/** What the analyser holds: 0.7 s at 48 kHz. */
const ANALYSED_SAMPLES = 32_768;
/** How far a place is searched for, samples. */
const REACH = 700;
const FAR_REACH = 4_000;
/** Rendered in blocks: the last one or two may not be in the analyser yet, or the context's time not moved on. */
const BLOCKS = 2_100;
/** Of the melody, from here on, s: an attack, and what follows. */
const FROM_S = 2.2;
const LENGTH_S = 0.4;

async function open() {
  const clock = browserClock();
  let analyser: AnalyserNode | null = null;
  const memory = { read: () => Promise.resolve(null), keep: () => {} };
  const output = await SampleOutput.open(clock, memory, (context) => {
    analyser = new AnalyserNode(context, { fftSize: ANALYSED_SAMPLES });
    analyser.connect(context.destination);
    return analyser;
  });
  if (!output) throw new Error("expected worklets");
  const events: SinkEvent[] = [];
  const sink = new SampleSink({ output, clock, decoder: new DecoderThread().createDecoder(), canDecode: canElementPlay });
  sink.onEvent = (event) => events.push(event);
  const listen = () => {
    const samples = new Float32Array(ANALYSED_SAMPLES);
    const endFrame = Math.round(output.context.currentTime * output.context.sampleRate);
    analyser?.getFloatTimeDomainData(samples);
    return { samples, endFrame };
  };
  return { sink, events, output, clock, listen };
}

/** Where in `samples`, near `near`, they most resemble `pattern`. */
function find(pattern: Float32Array, samples: Float32Array, near: number, reach = REACH): number {
  const likeness = (place: number) => pattern.reduce((sum, value, at) => sum + value * (samples[place + at] ?? 0), 0);
  const places = Array.from({ length: 2 * reach + 1 }, (_, index) => near - reach + index);
  return places.reduce((best, place) => (likeness(place) > likeness(best) ? place : best), near);
}

async function decodeAll(chunk: SinkAppend): Promise<Pcm[]> {
  const parts: Pcm[] = [];
  await new ChunkDecoder().decode(chunk, (pcm) => parts.push(pcm));
  return parts;
}

const names = ["melody-cbr.mp3", "melody.m4a", "melody.flac", "melody-vbr.mp3", "melody.opus", "melody.ogg"];

describe("decoded chunks", () => {
  it("PB35: are what this browser makes of all codecs", async () => {
    expect(await decodesAll(canElementPlay)).toBe(true);
  });

  it.each(names)("PB35: of %s are end to end, and every sample is where the song has it", async (name) => {
    const song = await loadSong(name);
    const decoder = new ChunkDecoder();
    const parts: Pcm[] = [];
    for (const index of song.manifest.chunks.keys())
      await decoder.decode(describeChunk(song, index, 0), (pcm) => parts.push(pcm));
    parts.forEach((part, index) => {
      const next = parts[index + 1];
      if (next) expect(next.startSample).toBe(part.startSample + (part.channels[0]?.length ?? 0));
    });
    const [first] = parts;
    if (!first) throw new Error("expected a part");
    const { sampleRateHz } = first;
    const samples = new Float32Array(parts.flatMap(({ channels }) => [...(channels[0] ?? [])]));
    const melody = synthesise("a", FROM_S + LENGTH_S, sampleRateHz).subarray(Math.round(FROM_S * sampleRateHz));
    const musicStart = Math.round((song.manifest.musicStartUs * sampleRateHz) / 1e6) - first.startSample;
    const expected = musicStart + Math.round(FROM_S * sampleRateHz);
    expect(Math.abs(find(melody, samples, expected) - expected)).toBeLessThanOrEqual(1);
  });

  it("PB35: that are no music are refused, and the next one is decoded", async () => {
    const song = await loadSong("melody.m4a");
    const decoder = new ChunkDecoder();
    const good = describeChunk(song, 0, 0);
    const parts: Pcm[] = [];
    const decode = (chunk: SinkAppend) => decoder.decode(chunk, (pcm) => parts.push(pcm));
    await expect(decode({ ...good, bytes: new Uint8Array(500).fill(9) })).rejects.toThrow(SinkError);
    await decode(good);
    expect(parts[0]?.channels[0]?.length).toBeGreaterThan(80_000);
  });

  it.each(names)("PB35: of %s begin with what is needed, and are the same in the end", async (name) => {
    const song = await loadSong(name);
    const chunk = describeChunk(song, 1, 0);
    const [whole] = await decodeAll(chunk);
    if (!whole) throw new Error("expected a part");
    for (const share of [-0.5, 0, 0.2, 0.9]) {
      const neededFromMs = chunk.trackOffsetMs + chunk.chunkStartMs + 2_000 * share;
      const parts = await decodeAll({ ...chunk, neededFromMs });
      const placeMs = ({ startSample, sampleRateHz }: Pcm) => chunk.trackOffsetMs + (1000 * startSample) / sampleRateHz;
      const [first] = parts;
      if (!first) throw new Error("expected a part");
      const chunkMs = chunk.trackOffsetMs + chunk.chunkStartMs;
      expect(placeMs(first)).toBeLessThanOrEqual(Math.max(chunkMs, neededFromMs) + FRAME_MS); // Vorbis loses its first packet
      expect(parts.length).toBeGreaterThan(1);

      parts.sort((a, b) => a.startSample - b.startSample);
      expect(parts[0]?.startSample).toBe(whole.startSample);
      const [expected = [], samples] = [whole.channels[0], parts.flatMap(({ channels }) => [...(channels[0] ?? [])])];
      expect(samples).toHaveLength(expected.length);
      // AAC's noise is the decoder's own, and another each time; a part that is a sample off differs by more than that.
      const energy = (of: (at: number) => number) => samples.reduce((sum, _, at) => sum + of(at) ** 2, 0);
      const difference = energy((at) => (samples[at] ?? 0) - (expected[at] ?? 0));
      expect(difference).toBeLessThan(1e-4 * energy((at) => expected[at] ?? 0));
      expect(energy((at) => (samples[at] ?? 0) - (expected[at + 1] ?? 0))).toBeGreaterThan(10 * difference);
    }
  });
});

describe("the sample sink", () => {
  it.each(names)("PB35: has the chunks of %s end to end, from the music's beginning to its end", async (name) => {
    const { sink } = await open();
    const song = await loadSong(name);
    for (const index of song.manifest.chunks.keys()) await sink.append(describeChunk(song, index, 10_000));
    const { bufferedMs } = sink.status();
    expect(bufferedMs).toHaveLength(1);
    expect(Math.abs((bufferedMs[0]?.[0] ?? NaN) - 10_000)).toBeLessThan(1);
    expect(Math.abs((bufferedMs[0]?.[1] ?? NaN) - 10_000 - song.manifest.durationUs / 1000)).toBeLessThan(FRAME_MS);
    sink.close();
  });

  it("PB35: has a chunk from the middle where it belongs, and nothing of what was removed", async () => {
    const { sink } = await open();
    const song = await loadSong("melody.flac");
    await sink.append(describeChunk(song, 1, 60_000));
    const [range, ...more] = sink.status().bufferedMs;
    expect(more).toHaveLength(0);
    expect(range?.[0]).toBeCloseTo(60_000 + chunkStartMs(song.manifest, 1), 1);
    await sink.remove(62_500, Infinity);
    expect(sink.status().bufferedMs.at(-1)?.[1]).toBe(62_500);
    sink.close();
  });

  it("PB36: renders what it says, where it says it is", async () => {
    const { sink, events, output, clock, listen } = await open();
    const song = await loadSong("melody-30s.mp3");
    for (const index of song.manifest.chunks.keys()) await sink.append(describeChunk(song, index, 10_000));
    sink.seek(12_000, 0);
    const dueAtMs = clock.nowMs() + 400;
    expect(await sink.play(dueAtMs)).toBe(true);
    await expect.poll(() => events.map(({ kind }) => kind)).toContain("moved");
    await expect.poll(() => clock.nowMs() - dueAtMs).toBeGreaterThan(1_000);
    expect(sink.status()).toMatchObject({ canPlay: true, playing: true });

    const { samples, endFrame } = listen();
    const { sampleRate } = output.context;
    // What was rendered last, by what the sink believes of the song at that frame.
    const heardFrame = output.heardFrame(clock.nowMs()) ?? NaN;
    const believedMs = sink.status().mediaMs - 10_000 + ((endFrame - heardFrame) * 1000) / sampleRate;
    const fromMs = believedMs - 400;
    const melody = synthesise("a", 30, sampleRate);
    const pattern = melody.subarray(Math.round((fromMs * sampleRate) / 1000), Math.round(((fromMs + 250) * sampleRate) / 1000));
    const expected = ANALYSED_SAMPLES - Math.round(0.4 * sampleRate);
    expect(Math.abs(find(pattern, samples, expected, FAR_REACH) - expected)).toBeLessThan(BLOCKS);
    sink.close();
  });

  it("PB36: stands where it was stopped, and says nothing of a pause that was asked for", async () => {
    const { sink, events, clock } = await open();
    const song = await loadSong("melody.flac");
    for (const index of song.manifest.chunks.keys()) await sink.append(describeChunk(song, index, 10_000));
    sink.seek(11_000, 0);
    await sink.play(clock.nowMs());
    await expect.poll(() => sink.status().mediaMs).toBeGreaterThan(11_300);
    sink.pause();
    const { mediaMs, playing } = sink.status();
    expect(playing).toBe(false);
    expect(sink.status().mediaMs).toBe(mediaMs);
    sink.seek(10_500, 0);
    expect(sink.status()).toMatchObject({ mediaMs: 10_500, canPlay: true });
    expect(events.map(({ kind }) => kind)).not.toContain("paused");
    sink.close();
  });
});
