import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DRIFT_BREAK_MS,
  DRIFT_EXACT_SEEK_MS,
  DRIFT_RATE_LIMIT,
  DRIFT_REST_OFFSET,
  DRIFT_SEEK_MS,
  DRIFT_START_PHASE_MS,
  DRIFT_START_RATE_LIMIT,
  DRIFT_START_SEEK_MS,
} from "../../../app/core/index.ts";
import { decideDrift, seekCoolDownMs, Steadiness } from "../../../app/core/playback/drift.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import type { DriftView } from "../../../app/core/playback/drift.ts";

/** Where the rate rests. */
const REST = 1 + DRIFT_REST_OFFSET;

const view = (change: Partial<DriftView> = {}): DriftView => ({
  driftMs: 0,
  sinceStartMs: 60_000,
  isSteady: true,
  noiseMs: 0,
  rate: REST,
  isPunctual: false,
  sinceSeekMs: Infinity,
  seeksInVain: 0,
  ...change,
});

describe("drift", () => {
  it.each([
    ["a small error is left alone", { driftMs: 1 }, { kind: "hold" }],
    ["a correction under way goes on inside the dead zone", { driftMs: 1, rate: 0.99 }, { kind: "hold" }],
    ["and ends when the error is gone", { driftMs: 0.2, rate: 0.99 }, { kind: "rate", rate: 1 - DRIFT_REST_OFFSET }],
    ["or overshot", { driftMs: -4, rate: 0.99 }, { kind: "rate", rate: REST }],
    ["an error that may be noise is left alone", { driftMs: 4, noiseMs: 1 }, { kind: "hold" }],
    ["where time is counted in frames, half a millisecond is left alone", { driftMs: 0.4, isPunctual: true }, { kind: "hold" }],
    ["and what is left of more, until it is gone", { driftMs: 0.2, isPunctual: true, rate: 0.999 }, { kind: "hold" }],
    ["nothing is done while the sound device is starting", { driftMs: -900, isSteady: false }, { kind: "hold" }],
  ] as const)("PB11: %s", (_, change, decision) => {
    expect(decideDrift(view(change))).toEqual(decision);
  });

  it.each([
    ["ahead: slower, in proportion", { driftMs: 12 }, 0.992],
    ["behind: faster", { driftMs: -12 }, 1.008],
    ["never by more than 1 %", { driftMs: -200 }, 1.01],
    ["but by up to 5 % just after a start", { driftMs: -50, sinceStartMs: 500 }, 1.05],
    ["just strong enough to be done when the start is over", { driftMs: -20, sinceStartMs: 500 }, 1.04],
    ["yet no shorter than can be stopped in time", { driftMs: -5, sinceStartMs: 950 }, 1.025],
    ["and no longer when the start is over", { driftMs: -200, rate: 1.05 }, 1.01],
    ["a millisecond, too, where time is counted in frames", { driftMs: 0.9, isPunctual: true }, 0.9994],
    ["a correction is strengthened when the error outgrows it", { driftMs: 14, rate: 0.995 }, 1 - 14 / 1500],
  ] as const)("PB12: %s", (_, change, rate) => {
    const decision = decideDrift(view(change));
    expect(decision.kind === "rate" ? decision.rate : decision.kind).toBeCloseTo(rate, 6);
  });

  it.each([
    ["a large error is jumped over", { driftMs: 260 }, "seek"],
    ["but not twice within the cool-down", { driftMs: 260, seeksInVain: 1, sinceSeekMs: 2_000 }, "rate"],
    ["which ends", { driftMs: 260, seeksInVain: 1, sinceSeekMs: 3_100 }, "seek"],
    ["and grows while seeking doesn't help", { driftMs: 260, seeksInVain: 3, sinceSeekMs: 6_000 }, "rate"],
    [
      "but where jumps are exact it isn't they that don't help",
      { driftMs: 260, seeksInVain: 3, sinceSeekMs: 1_100, isPunctual: true },
      "seek",
    ],
  ] as const)("PB13: %s", (_, change, kind) => {
    expect(decideDrift(view(change)).kind).toBe(kind);
  });

  it.each([
    ["a start that went wrong by far is jumped over", { driftMs: -150 }, "seek"],
    ["what a start's rate makes up isn't", { driftMs: -50 }, "rate"],
    ["nor another start soon after", { driftMs: -150, sinceSeekMs: 9_000 }, "rate"],
    ["nor what is found later", { driftMs: -150, sinceStartMs: 1_500 }, "rate"],
    ["less is jumped over where jumps are exact", { driftMs: -20, isPunctual: true }, "seek"],
    ["but not what nobody hears", { driftMs: -10, isPunctual: true }, "rate"],
    ["nor time and again", { driftMs: -20, isPunctual: true, sinceSeekMs: 900 }, "rate"],
    ["nor in the midst of music", { driftMs: -20, isPunctual: true, sinceStartMs: 1_500 }, "rate"],
    ["unless it is far off, as after breaks in a row", { driftMs: -150, isPunctual: true, sinceStartMs: 1_500 }, "seek"],
  ] as const)("PB13: %s", (_, change, kind) => {
    expect(decideDrift(view({ sinceStartMs: 200, ...change })).kind).toBe(kind);
  });

  it("PB29: the rate is never exactly 1, and rests on the side that brings the error down", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -300, max: 300, noNaN: true }),
        fc.double({ min: 0.95, max: 1.05, noNaN: true }),
        (driftMs, rate) => {
          const decision = decideDrift(view({ driftMs, rate, sinceSeekMs: 0, seeksInVain: 1 }));
          if (decision.kind === "rate") expect(Math.abs(decision.rate - 1)).toBeGreaterThanOrEqual(DRIFT_REST_OFFSET - 1e-9);
          if (decision.kind === "rate" && driftMs !== 0) expect(Math.sign(decision.rate - 1)).toBe(-Math.sign(driftMs));
        },
      ),
    );
  });

  it("PB13: the cool-down is bounded", () => {
    expect(seekCoolDownMs(40)).toBe(48_000);
  });

  it("PB12, PB13: rates stay within their bounds and seeks are for large errors only", () => {
    const drift = fc.double({ min: -2_000, max: 2_000, noNaN: true });
    fc.assert(
      fc.property(
        drift,
        fc.double({ min: 0, max: 5_000, noNaN: true }),
        fc.double({ min: 0.95, max: 1.05, noNaN: true }),
        fc.boolean(),
        (driftMs, sinceStartMs, rate, isPunctual) => {
          const decision = decideDrift(view({ driftMs, sinceStartMs, rate, isPunctual }));
          const isStart = sinceStartMs < DRIFT_START_PHASE_MS;
          const startSeekMs = isPunctual ? DRIFT_BREAK_MS : DRIFT_START_SEEK_MS;
          const seekMs = isStart ? startSeekMs : isPunctual ? DRIFT_EXACT_SEEK_MS : DRIFT_SEEK_MS;
          if (decision.kind === "seek") expect(Math.abs(driftMs)).toBeGreaterThan(seekMs);
          const limit = isStart && !isPunctual ? DRIFT_START_RATE_LIMIT : DRIFT_RATE_LIMIT;
          if (decision.kind === "rate") expect(Math.abs(decision.rate - 1)).toBeLessThanOrEqual(limit + 1e-9);
        },
      ),
    );
  });

  it("PB12: any error within reach of the rate, on any quartz, settles within the dead zone with few changes of rate", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -249, max: 249, noNaN: true }),
        fc.double({ min: -1e-4, max: 1e-4, noNaN: true }),
        fc.nat(),
        (startMs, skew, seed) => {
          const random = seededRandom(seed);
          let driftMs = startMs;
          let rate = REST;
          let changes = 0;
          for (let step = 0; step < 600; step++) {
            const noiseMs = random() - 0.5;
            const decision = decideDrift(view({ driftMs: driftMs + noiseMs, sinceStartMs: step * 100, rate, sinceSeekMs: 0 }));
            if (decision.kind === "rate") {
              rate = decision.rate;
              changes += 1;
            }
            driftMs += 100 * ((1 + skew) * rate - 1);
            if (step > 350) expect(Math.abs(driftMs)).toBeLessThan(2.5);
          }
          expect(changes).toBeLessThan(40);
        },
      ),
    );
  });
});

describe("the playhead's steadiness", () => {
  /** The course after each look, one every 100 ms. */
  const observe = (driftsMs: readonly number[], rate = 1) => {
    const steadiness = new Steadiness();
    return driftsMs.map((driftMs, step) => steadiness.observe(driftMs, rate, step * 100));
  };

  it("PB11: is trusted after an eighth of a second on one line", () => {
    expect(observe([-40, -42, -38, -41])).toEqual(["unsteady", "unsteady", "steady", "steady"]);
  });

  it("PB11: is not trusted while a sound device starts in steps", () => {
    expect(observe([-44, -63, -96, -96, -97])).toEqual(["unsteady", "unsteady", "unsteady", "unsteady", "steady"]);
  });

  it("PB11, PB27: is lost where the playhead falls back, which is told once, and found again on the new line", () => {
    expect(observe([0, 0, 0, -55, -55, -55])).toEqual(["unsteady", "unsteady", "steady", "broke-off", "unsteady", "steady"]);
  });

  it("PB27: a playhead that jumps ahead did not break off", () => {
    expect(observe([0, 0, 0, 55])).toEqual(["unsteady", "unsteady", "steady", "unsteady"]);
  });

  it("PB11: a correction by rate is steady, and one that has no effect is not", () => {
    expect(observe([-100, -95, -90, -85, -80], 1.05).slice(2)).toEqual(["steady", "steady", "steady"]);
    expect(observe([-100, -100, -100, -100, -100], 1.05)).not.toContain("steady");
  });

  it("PB11: one that never settles is trusted in the end", () => {
    const courses = observe(Array.from({ length: 60 }, (_, step) => (step % 2) * 100));
    expect(courses.indexOf("steady")).toBe(50);
  });
});
