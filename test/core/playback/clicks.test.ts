import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CLICK_EVERY_MS, planClicks } from "../../../app/core/index.ts";
import type { ClickView } from "../../../app/core/index.ts";

/** The context was started 7 s after the reference clock, and 40 ms lie between rendering and hearing. */
const view: ClickView = {
  afterReferenceMs: 10_000,
  untilReferenceMs: 12_300,
  contextMs: (referenceMs) => referenceMs - 7_000 - 40,
  earliestContextMs: 0,
};

describe("the metronome", () => {
  it("PB33: clicks at every half second of the reference clock, and accents every fourth", () => {
    expect(planClicks(view)).toEqual([
      { referenceMs: 10_500, contextMs: 3_460, isAccented: false },
      { referenceMs: 11_000, contextMs: 3_960, isAccented: false },
      { referenceMs: 11_500, contextMs: 4_460, isAccented: false },
      { referenceMs: 12_000, contextMs: 4_960, isAccented: true },
    ]);
  });

  it("PB33: leaves out what it is too late for, and what cannot be told yet", () => {
    expect(planClicks({ ...view, earliestContextMs: 4_000 }).map(({ referenceMs }) => referenceMs)).toEqual([11_500, 12_000]);
    expect(planClicks({ ...view, contextMs: () => null })).toEqual([]);
  });

  it("PB33: plans each click exactly once, however it is asked, wherever two devices begin", () => {
    const looks = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), looks, (startMs, stepsMs) => {
        const planned: number[] = [];
        let atMs = startMs;
        for (const stepMs of stepsMs) {
          const untilReferenceMs = atMs + stepMs;
          const clicks = planClicks({ ...view, afterReferenceMs: atMs, untilReferenceMs, earliestContextMs: -Infinity });
          planned.push(...clicks.map(({ referenceMs }) => referenceMs));
          atMs = untilReferenceMs;
        }
        const expected = [];
        for (let ms = Math.ceil((startMs + 1) / CLICK_EVERY_MS) * CLICK_EVERY_MS; ms <= atMs; ms += CLICK_EVERY_MS)
          expected.push(ms);
        expect(planned).toEqual(expected);
      }),
    );
  });
});
