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
  await new Promise<void>((resolve) => {
    clock.schedule(20, resolve);
    clock.schedule(5, () => rung.push("second"));
    clock.schedule(1, () => rung.push("first"));
    clock.schedule(2, () => rung.push("cancelled"))();
  });
  expect(rung).toEqual(["first", "second"]);
});
