import { describe, expect, it } from "vitest";
import { judgeSync, Settling } from "../../app/state/sync-view.ts";

describe("what may be said about sync", () => {
  const settled = { isSettled: true };
  it.each([
    ["nothing, while nothing plays", { driftMs: null, uncertaintyMs: 1, isSettled: false }, { kind: "silent" }],
    ["nothing precise, right after a start", { driftMs: 0.2, uncertaintyMs: 1, isSettled: false }, { kind: "settling" }],
    ["nothing precise, without a clock", { driftMs: 0.2, uncertaintyMs: null, ...settled }, { kind: "settling" }],
    [
      "our own error and the clock's together",
      { driftMs: -3.2, uncertaintyMs: 1.4, ...settled },
      { kind: "in-step", boundMs: 5 },
    ],
    ["that it is rough, with a rough clock", { driftMs: 2, uncertaintyMs: 500, ...settled }, { kind: "about", boundMs: 502 }],
    [
      "how far off it is, once it would be heard",
      { driftMs: -120, uncertaintyMs: 2, ...settled },
      { kind: "off", driftMs: -120 },
    ],
  ] as const)("%s", (_, view, verdict) => {
    expect(judgeSync({ outputUncertaintyMs: 0, ...view })).toEqual(verdict);
  });

  it("what the output is not sure of, besides", () => {
    const view = { driftMs: 0.4, uncertaintyMs: 1.1, outputUncertaintyMs: 3, isSettled: true };
    expect(judgeSync(view)).toEqual({ kind: "in-step", boundMs: 5 });
  });
});

describe("settling", () => {
  /** Looks every half second; returns after how many ms it was first settled, null when it never was. */
  function settlesAfterMs(settling: Settling, driftAt: (ms: number) => number | null, fromMs = 0): number | null {
    for (let ms = 0; ms <= 20_000; ms += 500) if (settling.look(driftAt(ms), fromMs + ms)) return ms;
    return null;
  }

  it("takes four seconds of even running the first time, and less after that", () => {
    const settling = new Settling();
    expect(settlesAfterMs(settling, () => 1)).toBe(4_000);
    expect(settling.look(null, 10_000)).toBe(false);
    expect(settlesAfterMs(settling, () => 1, 10_500)).toBe(1_500);
  });

  it("takes a second where the output says how sure it is, the first time, too", () => {
    const settling = new Settling();
    expect(settling.look(1, 0, true)).toBe(false);
    expect(settling.look(1, 500, true)).toBe(false);
    expect(settling.look(1, 1_000, true)).toBe(true);
    expect(settling.look(40, 1_500, true)).toBe(false);
  });

  it("begins anew when the playhead finds another level, as after a cold start", () => {
    expect(settlesAfterMs(new Settling(), (ms) => (ms < 2_500 ? 31 : 1))).toBe(6_500);
  });

  it("is not disturbed by a correction of one per cent, nor by many looks close together", () => {
    const settling = new Settling();
    let isSettled = false;
    for (let ms = 0; ms <= 4_000; ms += 40) isSettled = settling.look(40 - ms / 100, ms);
    expect(isSettled).toBe(true);
  });

  it("never happens to a playhead that runs unevenly", () => {
    expect(settlesAfterMs(new Settling(), (ms) => (ms % 1_000 === 0 ? 0 : 20))).toBeNull();
  });

  it("begins anew after the page slept", () => {
    const settling = new Settling();
    settlesAfterMs(settling, () => 1);
    expect(settling.look(1, 60_000)).toBe(false);
  });
});
