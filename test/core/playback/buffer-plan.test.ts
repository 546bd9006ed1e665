import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BUFFER_SLACK_MS } from "../../../app/core/index.ts";
import type { Manifest } from "../../../app/core/index.ts";
import { bufferedAheadMs, coveredMs, horizonOf, planBuffer, rangeOf } from "../../../app/core/playback/buffer-plan.ts";
import type { BufferView, Range } from "../../../app/core/playback/buffer-plan.ts";
import { EMPTY_TIMELINE, endOf, layTimeline } from "../../../app/core/playback/timeline.ts";
import { makeSong } from "../../support/songs.ts";
import { makeEntry } from "../jam/jam-fixtures.ts";

/** 100 s in chunks of 2 s, 30 KB each; 20 ms of encoder delay at the front. */
const manifest: Manifest = {
  ...makeSong({ chunks: 50, chunkBytes: 30_000 }).manifest,
  durationUs: 99_980_000,
  musicStartUs: 20_000,
};
const entry = (name: string) => makeEntry(name, { durationMs: 99_980 });
/** a at 10 s, b right behind, c behind that. */
const { places } = layTimeline(EMPTY_TIMELINE, entry("a"), [entry("b"), entry("c")]).timeline;

const view = (change: Partial<BufferView> = {}): BufferView => ({
  places,
  targetMs: 10_000,
  buffered: [],
  manifest: () => manifest,
  isHeld: () => true,
  isSpent: () => false,
  aheadMs: 30_000,
  aheadBytes: 6_000_000,
  behindMs: 15_000,
  ...change,
});

/** Does what the plan says until it says nothing more. */
function fill(start: BufferView): { readonly buffered: readonly Range[]; readonly steps: number } {
  let current = start;
  for (let steps = 0; steps < 500; steps++) {
    const step = planBuffer(current);
    if (step.kind === "none") return { buffered: current.buffered, steps };
    const range: Range = step.kind === "append" ? rangeOf(step, manifest) : [step.startMs, step.endMs];
    current = { ...current, buffered: step.kind === "append" ? add(current.buffered, range) : cut(current.buffered, range) };
  }
  throw new Error("the plan does not come to an end");
}

function add(buffered: readonly Range[], range: Range): Range[] {
  const sorted = [...cut(buffered, range), range].sort((a, b) => a[0] - b[0]);
  return sorted.reduce<Range[]>((merged, next) => {
    const last = merged.at(-1);
    return last && next[0] <= last[1] + 0.001 ? [...merged.slice(0, -1), [last[0], next[1]]] : [...merged, next];
  }, []);
}

function cut(buffered: readonly Range[], [fromMs, toMs]: Range): Range[] {
  return buffered
    .flatMap(([startMs, endMs]): Range[] => [
      [startMs, Math.min(endMs, fromMs)],
      [Math.max(startMs, toMs), endMs],
    ])
    .filter(([startMs, endMs]) => endMs > startMs);
}

describe("the buffer plan", () => {
  it("PB8: begins with the chunk under the playhead", () => {
    expect(planBuffer(view({ targetMs: 10_000 + 61_000 }))).toMatchObject({ kind: "append", index: 30 });
  });

  it("PB8: at the very start that is the first chunk, without the encoder's delay", () => {
    const step = planBuffer(view());
    expect(step).toMatchObject({ kind: "append", index: 0 });
    if (step.kind === "append") expect(rangeOf(step, manifest)).toEqual([10_000, 11_980]);
  });

  it("PB9: goes on where the buffer ends", () => {
    expect(planBuffer(view({ buffered: [[10_000, 13_980]] }))).toMatchObject({ kind: "append", index: 2 });
  });

  it("PB9: a frame missing at an edge is no missing chunk", () => {
    expect(planBuffer(view({ buffered: [[10_026, 13_950]] }))).toMatchObject({ kind: "append", index: 2 });
  });

  it("PB9: does not jump over a chunk that isn't here yet", () => {
    expect(planBuffer(view({ buffered: [[10_000, 13_980]], isHeld: (_, index) => index !== 2 }))).toEqual({ kind: "none" });
  });

  it("PB9: passes over what the browser made nothing of", () => {
    expect(planBuffer(view({ isSpent: (chunk) => chunk.index === 0 }))).toMatchObject({ kind: "append", index: 1 });
  });

  it("PB9: waits for a manifest that isn't known yet", () => {
    expect(planBuffer(view({ manifest: () => null }))).toEqual({ kind: "none" });
  });

  it("PB10: near its end, the next track's start is buffered too", () => {
    const targetMs = 10_000 + 80_000;
    const { buffered } = fill(view({ targetMs }));
    expect(bufferedAheadMs(buffered, targetMs)).toBeGreaterThanOrEqual(20_000 + 30_000 - 100);
  });

  it("PB10: far from it, it isn't", () => {
    const { buffered } = fill(view({ targetMs: 10_000 }));
    expect(buffered.at(-1)?.[1]).toBeLessThan(10_000 + 30_000 + 2_001);
  });

  it("PB10: what lies far behind or far ahead is removed", () => {
    expect(planBuffer(view({ targetMs: 60_000, buffered: [[10_000, 60_000]] }))).toEqual({
      kind: "remove",
      startMs: 0,
      endMs: 45_000,
    });
    expect(planBuffer(view({ targetMs: 11_000, buffered: [[10_000, 70_000]] }))).toMatchObject({
      kind: "remove",
      startMs: 46_000,
    });
  });

  it("PB10: large chunks stop at a number of bytes, but the first ones come whatever their size", () => {
    const { buffered } = fill(view({ aheadBytes: 10_000 }));
    expect(buffered).toEqual([[10_000, 15_980]]);
  });

  it("PB8, PB9, PB10: from any state it comes to an end with the music ahead buffered, and bounded", () => {
    const range = fc
      .tuple(fc.integer({ min: 0, max: 320_000 }), fc.integer({ min: 1, max: 90_000 }))
      .map(([startMs, lengthMs]): Range => [startMs, startMs + lengthMs]);
    const state = fc.record({
      targetMs: fc.integer({ min: 10_000, max: 305_000 }),
      found: fc.array(range, { maxLength: 5 }),
      missing: fc.uniqueArray(fc.integer({ min: 0, max: 49 }), { maxLength: 8 }),
      spent: fc.uniqueArray(fc.integer({ min: 0, max: 49 }), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(state, ({ targetMs, found, missing, spent }) => {
        const start = view({
          targetMs,
          buffered: found.reduce<Range[]>(add, []),
          isHeld: (_, index) => !missing.includes(index),
          isSpent: ({ index }) => spent.includes(index),
        });
        const step = planBuffer(start);
        if (step.kind === "append") {
          expect(missing).not.toContain(step.index);
          expect(spent).not.toContain(step.index);
          const chunk = rangeOf(step, manifest);
          expect(coveredMs(start.buffered, [Math.max(chunk[0], targetMs), chunk[1]])).toBeLessThan(
            chunk[1] - Math.max(chunk[0], targetMs),
          );
        }
        const { buffered } = fill(start);
        const horizonMs = horizonOf(start);
        expect(buffered[0]?.[0] ?? Infinity).toBeGreaterThanOrEqual(targetMs - 15_000 - BUFFER_SLACK_MS);
        expect(buffered.at(-1)?.[1] ?? 0).toBeLessThanOrEqual(horizonMs + 2 * BUFFER_SLACK_MS);
        if (missing.length + spent.length > 0) return;
        const wantedUntilMs = Math.min(
          horizonMs,
          places.reduce((_, place) => endOf(place), 0),
        );
        expect(bufferedAheadMs(buffered, targetMs)).toBeGreaterThanOrEqual(wantedUntilMs - targetMs - 100);
      }),
    );
  });
});
