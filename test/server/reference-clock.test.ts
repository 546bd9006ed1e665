import { expect, test } from "vitest";
import { clockId, referenceNowMs } from "../../server/reference-clock.ts";

test("SG12: reference time never goes backwards, and is near the wall clock so that a restart hardly moves it", () => {
  const readings = Array.from({ length: 1000 }, () => referenceNowMs());
  expect(readings.toSorted((a, b) => a - b)).toEqual(readings);
  expect(Math.abs(referenceNowMs() - Date.now())).toBeLessThan(60_000);
});

test("SG24: the clock has a name that is this process's own", () => {
  expect(clockId).toMatch(/^[a-z0-9]{8,16}$/);
  const startedMs = Number.parseInt(clockId, 36) / 1000;
  expect(Math.abs(startedMs - performance.timeOrigin)).toBeLessThan(1);
});
