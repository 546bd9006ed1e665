import { describe, expect, test } from "vitest";
import { audibleSeeks, largestRateChange } from "./observer.ts";
import type { Observation } from "./observer.ts";
import { gapBefore, judgeEpisode, pairSightings, spreadOf } from "./offsets.ts";
import type { Sighting } from "./mark-finder.ts";

/** One output that plays marks `first`, `first + 1`, … from `atMs` on, for `count` marks. */
const played = (output: number, first: number, atMs: number, count: number): Sighting[] =>
  Array.from({ length: count }, (_, mark) => ({ output, number: first + mark, atMs: atMs + 250 * mark }));

const inOrder = (...sightings: readonly Sighting[][]) => sightings.flat().toSorted((a, b) => a.atMs - b.atMs);

describe("offsets", () => {
  test("are positive where the second output is ahead", () => {
    const offsets = pairSightings(inOrder(played(0, 5, 1_000, 3), played(1, 5, 993, 3)));
    expect(offsets).toEqual([5, 6, 7].map((number, mark) => ({ number, atMs: 1_000 + 250 * mark, aheadMs: 7 })));
  });

  test("take the nearer one of a mark that was heard twice, and none that is far away", () => {
    const sightings = inOrder(played(0, 5, 1_000, 1), played(1, 5, 1_002, 1), played(1, 5, 2_500, 1), played(0, 9, 1_000, 1));
    expect(pairSightings([...sightings, ...played(1, 9, 9_000, 1)]).map(({ aheadMs }) => aheadMs)).toEqual([-2]);
  });

  test("are summed up by their sizes", () => {
    const offsets = [-4, 1, 2, 3].map((aheadMs, number) => ({ number, atMs: 0, aheadMs }));
    expect(spreadOf(offsets)).toEqual({ p50Ms: 2, p95Ms: 4, maxMs: 4 });
  });
});

describe("an episode", () => {
  const episode = { what: "seek", atMs: 1_000, untilMs: 9_000 };

  test("counts from two seconds after both sound again, and says what was before", () => {
    const before = [...played(0, 0, 0, 5), ...played(1, 0, 0, 5)];
    const after = [...played(0, 100, 1_400, 30), ...played(1, 100, 1_440, 4), ...played(1, 104, 2_401, 26)];
    const result = judgeEpisode(inOrder(before, after), episode, 3_000);
    expect(result).toMatchObject({ soundsAtMs: 1_440, worstAtFirstMs: 40, convergedMs: 710 });
    expect(result?.settled.every(({ aheadMs }) => aheadMs === -1)).toBe(true);
    expect(result?.settled[0]?.atMs).toBeGreaterThanOrEqual(3_440);
  });

  test("lets a later break count against it", () => {
    const sightings = inOrder(played(0, 100, 1_200, 30), played(1, 100, 1_200, 16), played(1, 116, 5_290, 12));
    const result = judgeEpisode(sightings, episode, 3_000);
    expect(Math.max(...(result?.settled ?? []).map(({ aheadMs }) => Math.abs(aheadMs)))).toBe(90);
    expect(result?.convergedMs).toBe(Infinity);
  });

  test("in which one is silent is none", () => {
    expect(judgeEpisode(played(0, 100, 1_200, 30), episode, 3_000)).toBeNull();
  });
});

describe("a change of track", () => {
  test("takes as long as written, plus its gap", () => {
    const sightings = inOrder(played(0, 38, 0, 2), played(0, 40, 504, 3));
    expect(gapBefore(40, 0, sightings)).toBe(4);
    expect(gapBefore(40, 1, sightings)).toBeNull();
  });
});

describe("what a page did to its element", () => {
  const seen = (kind: Observation["kind"], atMs: number, value = 0): Observation => ({ kind, atMs, value });

  test("counts changes of rate from a second after the start on", () => {
    const page = [seen("play", 0), seen("rate", 300, 1.05), seen("rate", 900, 0.995), seen("rate", 5_000, 1)];
    expect(largestRateChange(page, [], 1_000, 9_000)).toBeCloseTo(0.005);
    expect(largestRateChange([seen("play", 0), seen("rate", 300, 1.05)], [], 1_000, 9_000)).toBeCloseTo(0.05);
  });

  test("takes sound that broke off and went on for a start", () => {
    const page = [seen("play", 0), seen("rate", 5_100, 1.05), seen("rate", 5_900, 1.01)];
    expect(largestRateChange(page, [5_000], 1_000, 9_000)).toBeCloseTo(0.01);
    expect(largestRateChange(page, [], 1_000, 9_000)).toBeCloseTo(0.05);
  });

  test("counts seeks of an element that plays", () => {
    const page = [seen("seek", 0, 10_000), seen("play", 1), seen("seek", 2, 5), seen("pause", 3), seen("seek", 4, 7)];
    expect(audibleSeeks(page)).toEqual([page[2]]);
  });
});
