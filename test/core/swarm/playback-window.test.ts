import { describe, expect, test } from "vitest";
import { PLAYBACK_WINDOW_MS } from "../../../app/core/index.ts";
import type { Manifest, TrackId } from "../../../app/core/index.ts";
import { headIndex, playbackWindow, transferMs } from "../../../app/core/swarm/playback-window.ts";
import { makeSong } from "../../support/songs.ts";

const first = makeSong({ chunks: 20, chunkBytes: 10, coverBytes: 5, seed: 1 });
const second = makeSong({ chunks: 20, chunkBytes: 10, seed: 2 });
const manifestOf = (trackId: TrackId): Manifest | null =>
  [first, second].find((song) => song.trackId === trackId)?.manifest ?? null;
const demand = (positionMs: number, playing = true) => ({
  current: { trackId: first.trackId, positionMs, playing },
  upcoming: [second.trackId],
  atMs: 1000,
});

describe("playbackWindow", () => {
  test("CP12: holds the chunk under the playhead and those of the next ten seconds, with the cover last", () => {
    const window = playbackWindow(demand(5000), manifestOf, 1000);
    expect(window.map(({ index }) => index)).toEqual([2, 3, 4, 5, 6, 7, 20]);
    expect(window.map(({ deadlineMs }) => deadlineMs - 1000)).toEqual([-1000, 1000, 3000, 5000, 7000, 9000, PLAYBACK_WINDOW_MS]);
  });

  test("CP12: a playing playhead moves on by itself, a paused one stands", () => {
    expect(playbackWindow(demand(5000), manifestOf, 5000)[0]?.index).toBe(4);
    expect(playbackWindow(demand(5000, false), manifestOf, 5000)[0]?.index).toBe(2);
  });

  test("CP12: what will be over before it could be here is left out, unless the music is paused", () => {
    expect(playbackWindow(demand(5900), manifestOf, 1000)[0]?.index).toBe(3);
    expect(playbackWindow(demand(5900, false), manifestOf, 1000)[0]?.index).toBe(2);
  });

  test("CP12: the more is missing of a piece, the sooner it is left out", () => {
    const firstOf = (comesInMs: number, positionMs = 5000, playing = true) =>
      playbackWindow(demand(positionMs, playing), manifestOf, 1000, () => comesInMs)[0]?.index;
    expect(firstOf(700)).toBe(2); // a second is left of it, less a quarter for the way
    expect(firstOf(800)).toBe(3);
    expect(firstOf(800, 5000, false)).toBe(2);
    expect(firstOf(800, 39_500)).toBe(0); // the next track's first, when nothing of this one can be heard any more
  });

  test("SW14: a newcomer is given the first piece that can be there before it is over", () => {
    const flac = makeSong({ chunks: 3, chunkBytes: 212_000, seed: 3 }).manifest;
    const beforeItsEndMs = transferMs(flac.chunks[0]?.sizeBytes ?? 0);
    expect(beforeItsEndMs).toBeGreaterThan(200);
    expect(headIndex(flac, 2_000 - beforeItsEndMs - 1)).toBe(0);
    expect(headIndex(flac, 2_000 - beforeItsEndMs + 1)).toBe(1);
    expect(headIndex(flac, 5_999)).toBe(2); // there is none after it
    expect(headIndex(first.manifest, 1_990)).toBe(0); // as small as this one is
  });

  test("CP12: runs on into the next track where the current one ends", () => {
    const window = playbackWindow(demand(37_000), manifestOf, 1000);
    const next = window.filter(({ trackId }) => trackId === second.trackId);
    expect(next.map(({ index, deadlineMs }) => [index, deadlineMs - 1000])).toEqual([
      [0, 3000],
      [1, 5000],
      [2, 7000],
      [3, 9000],
    ]);
  });

  test("CP12: ends where a manifest is missing, and is empty where nothing plays", () => {
    const only = playbackWindow(demand(37_000), (trackId) => (trackId === first.trackId ? first.manifest : null), 1000);
    expect(only.every(({ trackId }) => trackId === first.trackId)).toBe(true);
    expect(playbackWindow({ current: null, upcoming: [second.trackId], atMs: 0 }, manifestOf, 1000)).toEqual([]);
  });
});
