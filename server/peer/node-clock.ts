/** The Clock of Node: nobody throttles its timers, but they may ring up to a millisecond early. */
import type { Clock } from "../../app/core/index.ts";

/** Longest delay of `setTimeout`, ms; anything longer overflows and runs at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export const nodeClock: Clock = {
  nowMs: () => performance.now(),
  schedule(delayMs, run) {
    const dueMs = performance.now() + delayMs;
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const leftMs = Math.ceil(Math.max(0, dueMs - performance.now()));
      timer = setTimeout(() => (performance.now() < dueMs ? arm() : run()), Math.min(leftMs, MAX_TIMEOUT_MS));
    };
    arm();
    return () => clearTimeout(timer);
  },
};
