/**
 * Notices that the device slept although no page event says so (a closed lid, the page in front). Monotonic clocks stand
 * still meanwhile on most systems, and the wall clock doesn't: the two have moved apart. Where the monotonic clock runs on
 * there is nothing to notice, and nothing wrong. A changed system time looks the same, and costs a few probes.
 */
import type { Cancel, Clock } from "../../core/index.ts";

/** How often the two are compared, ms. */
const LOOK_EVERY_MS = 1_000;
/** What they may move apart between two looks, ms: slewing by NTP takes an hour for as much. */
const MOVED_APART_MS = 500;

/**
 * Calls `run` within a second of a wake-up until cancelled.
 * @param clock a monotonic one
 * @param wallMs as Date.now
 */
export function onSlept(clock: Clock, wallMs: () => number, run: () => void): Cancel {
  let apartMs = wallMs() - clock.nowMs();
  let cancel: Cancel = () => {};
  const look = (): void => {
    const beforeMs = apartMs;
    apartMs = wallMs() - clock.nowMs();
    cancel = clock.schedule(LOOK_EVERY_MS, look);
    if (Math.abs(apartMs - beforeMs) > MOVED_APART_MS) run();
  };
  cancel = clock.schedule(LOOK_EVERY_MS, look);
  return () => cancel();
}
