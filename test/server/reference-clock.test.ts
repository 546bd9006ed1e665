import { expect, test } from "vitest";
import { referenceNowMs } from "../../server/reference-clock.ts";

test("SG12: reference time never goes backwards, and is near the wall clock so that a restart hardly moves it", () => {
  const readings = Array.from({ length: 1000 }, () => referenceNowMs());
  expect(readings.toSorted((a, b) => a - b)).toEqual(readings);
  expect(Math.abs(referenceNowMs() - Date.now())).toBeLessThan(60_000);
});
