/**
 * Monotonic time, and timers that keep their word in a hidden tab. Browsers round a hidden page's `setTimeout` up to a
 * second, later to a minute; a peer that serves others must not go deaf because its owner reads another tab. Timers of
 * a worker are not held back, and neither are its messages: while the page is hidden each timer also runs there, and
 * whichever rings first counts.
 */
import type { Clock } from "../../core/index.ts";
import { createAlarmWorker } from "./alarm-worker.ts";
import type { AlarmWorker } from "./alarm-worker.ts";

/** What the clock needs from the page. */
export interface ClockPage {
  nowMs(): number;
  isHidden(): boolean;
  /** Calls `run` whenever the page becomes hidden. */
  onHidden(run: () => void): void;
  setTimeout(run: () => void, delayMs: number): number;
  clearTimeout(timer: number): void;
  /** Null where the page may not start workers. */
  createAlarms(onRing: (id: number) => void): AlarmWorker | null;
}

interface Timer {
  readonly dueMs: number;
  readonly run: () => void;
  pageTimer: number;
}

/** Longest delay of `setTimeout`, ms; anything longer overflows and runs at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export function createBrowserClock(page: ClockPage): Clock {
  const timers = new Map<number, Timer>();
  let nextId = 1;
  let alarms: AlarmWorker | null | undefined;

  const arm = (id: number, timer: Timer): void => {
    const delayMs = Math.min(Math.ceil(Math.max(0, timer.dueMs - page.nowMs())), MAX_TIMEOUT_MS);
    page.clearTimeout(timer.pageTimer);
    timer.pageTimer = page.setTimeout(() => ring(id), delayMs);
    if (!page.isHidden()) return;
    if (alarms === undefined) alarms = page.createAlarms(ring);
    alarms?.ringAfter(id, delayMs);
  };

  const ring = (id: number): void => {
    const timer = timers.get(id);
    if (!timer) return; // cancelled, or rung already by the other of the two
    if (page.nowMs() < timer.dueMs) return arm(id, timer);
    timers.delete(id);
    page.clearTimeout(timer.pageTimer);
    timer.run();
  };

  page.onHidden(() => {
    for (const [id, timer] of timers) arm(id, timer);
  });

  return {
    nowMs: () => page.nowMs(),
    schedule(delayMs, run) {
      const id = nextId++;
      const timer: Timer = { dueMs: page.nowMs() + delayMs, run, pageTimer: 0 };
      timers.set(id, timer);
      arm(id, timer);
      return () => {
        if (timers.delete(id)) page.clearTimeout(timer.pageTimer);
      };
    },
  };
}

const realPage: ClockPage = {
  nowMs: () => performance.now(),
  isHidden: () => document.hidden,
  onHidden: (run) =>
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) run();
    }),
  setTimeout: (run, delayMs) => window.setTimeout(run, delayMs),
  clearTimeout: (timer) => window.clearTimeout(timer),
  createAlarms: createAlarmWorker,
};

let shared: Clock | undefined;

/** The page's clock: one for all, since each would bring its own worker. */
export function browserClock(): Clock {
  return (shared ??= createBrowserClock(realPage));
}
