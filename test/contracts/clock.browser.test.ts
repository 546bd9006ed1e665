import { expect, it } from "vitest";
import { createAlarmWorker } from "../../app/platform/clock/alarm-worker.ts";
import { browserClock, createBrowserClock } from "../../app/platform/clock/browser-clock.ts";

it("CL1: is never early, in a real browser either", async () => {
  const clock = browserClock();
  const delaysMs = [0, 0.5, 3.2, 7.9, 20.1];
  const lateness = await Promise.all(
    delaysMs.map((delayMs) => {
      const dueMs = clock.nowMs() + delayMs;
      return new Promise<number>((resolve) => clock.schedule(delayMs, () => resolve(clock.nowMs() - dueMs)));
    }),
  );
  expect(Math.min(...lateness)).toBeGreaterThanOrEqual(0);
});

it("CL2: rings by a real worker where the page's timers never do", async () => {
  const clock = createBrowserClock({
    nowMs: () => performance.now(),
    isHidden: () => true,
    onHidden: () => {},
    setTimeout: () => 0,
    clearTimeout: () => {},
    createAlarms: createAlarmWorker,
  });
  const rung: string[] = [];
  // A busy worker may ring two that are due in either order: a clock promises "not early", and no more.
  const rings = (name: string, delayMs: number): Promise<void> =>
    new Promise((resolve) => {
      clock.schedule(delayMs, () => {
        rung.push(name);
        resolve();
      });
    });
  clock.schedule(2, () => rung.push("cancelled"))();
  await Promise.all([rings("first", 1), rings("second", 5), rings("last", 20)]);
  expect(rung.toSorted()).toEqual(["first", "last", "second"]);
});
