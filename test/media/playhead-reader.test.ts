import { expect, it } from "vitest";
import { PlayheadReader } from "../../app/platform/media/playhead-reader.ts";
import { seededRandom } from "../support/seeded-random.ts";

it("PB26: is steady although currentTime moves in steps", () => {
  const reader = new PlayheadReader();
  const random = seededRandom(7);
  const errorsMs: number[] = [];
  let spacingMs = 15; // the player looks often in the first second
  for (let nowMs = 1_000; nowMs < 20_000; nowMs += spacingMs * (0.9 + 0.2 * random())) {
    if (nowMs > 2_000) spacingMs = 100;
    const steppedMs = Math.floor(nowMs / 40) * 40 - 8; // as of Firefox, which moves it every 40 ms and is heard 8 ms ahead of it
    errorsMs.push(reader.read(steppedMs, nowMs) - nowMs);
  }
  const settledMs = errorsMs.slice(100);
  expect(Math.max(...settledMs.map(Math.abs))).toBeLessThan(12);
  expect(Math.abs(settledMs.reduce((sum, errorMs) => sum + errorMs, 0) / settledMs.length)).toBeLessThan(2);
});

it("PB26: what a busy machine strews is not taken for steps", () => {
  const reader = new PlayheadReader();
  const random = seededRandom(7);
  let standsUntilMs = 1_150; // a device that is slow to start
  let errorMs = NaN;
  for (let nowMs = 1_000; nowMs < 6_000; nowMs += nowMs < 2_000 ? 15 : 100) {
    const rawMs = Math.max(standsUntilMs, nowMs + 12 * (random() - 0.5));
    standsUntilMs = nowMs < 1_150 ? standsUntilMs : 0;
    errorMs = reader.read(rawMs, nowMs) - nowMs;
  }
  expect(Math.abs(errorMs)).toBeLessThan(4);
});

it("PB26: a playhead that finds another level, as a sound device does that starts or starves, is followed in a tenth of a second", () => {
  const reader = new PlayheadReader();
  const lateBy = (nowMs: number) => (nowMs < 1_060 ? 44 : nowMs < 1_100 ? 63 : 76);
  for (let nowMs = 1_000; nowMs <= 1_210; nowMs += 15) reader.read(nowMs - lateBy(nowMs), nowMs);
  expect(reader.read(1_225 - 76, 1_225)).toBeCloseTo(1_225 - 76, 6);
});

it("PB26: follows changes of rate without a jump", () => {
  const reader = new PlayheadReader();
  for (let nowMs = 0; nowMs <= 2_000; nowMs += 100) reader.read(nowMs, nowMs);
  reader.setRate(1.01, 2_000);
  for (let nowMs = 2_100; nowMs <= 4_000; nowMs += 100)
    expect(reader.read(2_000 + 1.01 * (nowMs - 2_000), nowMs)).toBeCloseTo(2_000 + 1.01 * (nowMs - 2_000), 6);
});

it("PB26: one odd reading is no movement", () => {
  const reader = new PlayheadReader();
  for (let nowMs = 0; nowMs <= 1_000; nowMs += 100) reader.read(nowMs, nowMs);
  expect(reader.read(1_100 - 45, 1_100)).toBeCloseTo(1_100, 6);
});

it("PB26: a real jump is seen at once", () => {
  const reader = new PlayheadReader();
  for (let nowMs = 0; nowMs <= 1_000; nowMs += 100) reader.read(nowMs, nowMs);
  expect(reader.read(5_000, 1_100)).toBe(5_000);
});
