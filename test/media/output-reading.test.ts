import { expect, it } from "vitest";
import { OutputReader } from "../../app/platform/media/output-reading.ts";

/** Firefox's: `currentTime` moves in blocks of 10 ms, and what is asked of its latency first is what it says for good. */
function createFirefox(latencyMs: (nowMs: number) => number) {
  let nowMs = 1_000;
  let kept: number | null = null;
  const context = {
    get currentTime() {
      return (Math.floor(nowMs / 10) * 10 - 1_000) / 1000;
    },
    get outputLatency() {
      return (kept ??= latencyMs(nowMs)) / 1000;
    },
  } as AudioContext;
  const reader = new OutputReader(context, true);
  const readings = (untilMs: number) => {
    const read = [];
    for (; nowMs < untilMs; nowMs += 7) read.push(reader.read(nowMs));
    return read.flatMap((each) => each ?? []);
  };
  return { readings, isAsked: () => kept !== null };
}

it("PB34: asks Firefox for its latency when its clock has run evenly for a second, and for the middle of a block", () => {
  const firefox = createFirefox((nowMs) => (nowMs < 1_900 ? 90 : 40 - (nowMs % 10)));
  expect(firefox.readings(1_950)).toEqual([]);
  expect(firefox.isAsked()).toBe(false);
  const readings = firefox.readings(3_000);
  expect(readings.length).toBeGreaterThan(100);
  // What was written last is heard 40 ms later, what is read is up to 10 ms older.
  for (const { heard, latencyMs } of readings) {
    expect(heard).toBeNull();
    expect(Math.abs((latencyMs ?? NaN) - 35)).toBeLessThan(1);
  }
});
