/** The sink on a real MediaSource: every container, end to end on one timeline. */
import { describe, expect, it } from "vitest";
import { chunkStartMs, SinkError } from "../../app/core/index.ts";
import type { SinkEvent } from "../../app/core/index.ts";
import { browserClock } from "../../app/platform/clock/browser-clock.ts";
import { createMediaSink } from "../../app/platform/media/media-sink.ts";
import { describeChunk, loadSong } from "./loaded-song.ts";

function open() {
  const events: SinkEvent[] = [];
  const sink = createMediaSink(document.createElement("audio"), browserClock());
  sink.onEvent = (event) => events.push(event);
  return { sink, events };
}

const FRAME_MS = 30;
const names = [
  "melody-cbr.mp3",
  "melody.m4a",
  "melody.flac",
  "melody-vbr.mp3",
  "melody.opus",
  "melody.webm",
  "melody.ogg",
  "melody.aac",
];

describe("the media sink", () => {
  it.each(names)("PB24: the chunks of %s lie end to end, from the music's beginning to its end", async (name) => {
    const { sink } = open();
    const song = await loadSong(name);
    for (const index of song.manifest.chunks.keys()) await sink.append(describeChunk(song, index, 10_000));
    const { bufferedMs } = sink.status();
    expect(bufferedMs).toHaveLength(1);
    expect(Math.abs((bufferedMs[0]?.[0] ?? NaN) - 10_000)).toBeLessThan(FRAME_MS);
    expect(Math.abs((bufferedMs[0]?.[1] ?? NaN) - 10_000 - song.manifest.durationUs / 1000)).toBeLessThan(FRAME_MS);
  });

  it.each(["melody-cbr.mp3", "melody.m4a"])("PB24: a chunk from the middle of %s lies where it belongs, alone", async (name) => {
    const { sink } = open();
    const song = await loadSong(name);
    await sink.append(describeChunk(song, 1, 60_000));
    const [range, ...more] = sink.status().bufferedMs;
    expect(more).toHaveLength(0);
    expect(Math.abs((range?.[0] ?? NaN) - 60_000 - chunkStartMs(song.manifest, 1))).toBeLessThan(2);
    expect(Math.abs((range?.[1] ?? NaN) - 60_000 - chunkStartMs(song.manifest, 2))).toBeLessThan(2);
  });

  it("PB24: songs of every kind follow one another without a gap, and play", async () => {
    const { sink, events } = open();
    let placeMs = 10_000;
    for (const name of names) {
      const song = await loadSong(name);
      for (const index of song.manifest.chunks.keys()) await sink.append(describeChunk(song, index, placeMs));
      placeMs += song.manifest.durationUs / 1000;
    }
    expect(sink.status().bufferedMs).toHaveLength(1);
    sink.seek(12_000, 0);
    expect(await sink.play(0)).toBe(true);
    await expect.poll(() => events.map((event) => event.kind)).toContain("moved");
    expect(sink.status()).toMatchObject({ playing: true, canPlay: true, seeking: false });
    sink.pause();
    expect(events.map((event) => event.kind)).not.toContain("paused");
  });

  it("PB24: what is removed is gone", async () => {
    const { sink } = open();
    const song = await loadSong("melody.m4a");
    for (const index of song.manifest.chunks.keys()) await sink.append(describeChunk(song, index, 10_000));
    await sink.remove(12_000, Infinity);
    expect(sink.status().bufferedMs.at(-1)?.[1]).toBeLessThan(12_000 + FRAME_MS);
  });

  it("PB24: a chunk that ends in the middle of a box doesn't swallow the next", async () => {
    const { sink } = open();
    const song = await loadSong("melody.m4a");
    await sink.append(describeChunk(song, 0, 10_000));
    const half = describeChunk(song, 1, 10_000);
    await sink.append({ ...half, bytes: half.bytes.subarray(0, 200) });
    await sink.append(half);
    expect(sink.status().bufferedMs.at(-1)?.[1]).toBeGreaterThan(13_900);
  });

  it("PB24: refused bytes are told, and the sink begins anew", async () => {
    const { sink, events } = open();
    const song = await loadSong("melody.m4a");
    await sink.append(describeChunk(song, 0, 10_000));
    const tooSmallBox = new Uint8Array([0, 0, 0, 4, ...new TextEncoder().encode("moof"), 1, 2, 3]);
    const refusal = await sink.append({ ...describeChunk(song, 1, 10_000), bytes: tooSmallBox }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(SinkError);
    expect(refusal).toMatchObject({ code: "refused" });
    expect(events).toContainEqual(expect.objectContaining({ kind: "error", mediaMs: null }));
    expect(sink.status().bufferedMs).toEqual([]);
    await sink.append(describeChunk(song, 0, 10_000));
    expect(sink.status().bufferedMs).toHaveLength(1);
  });
});
