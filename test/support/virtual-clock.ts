/** Time that moves only when told: one queue of events for a whole world, with as many clocks as peers reading it. */
import type { Cancel, Clock } from "../../app/core/index.ts";
import { EventQueue } from "./event-queue.ts";
import type { Task } from "./event-queue.ts";

export type { Task } from "./event-queue.ts";

export class VirtualClock implements Clock {
  #nowMs = 0;
  readonly #events = new EventQueue();
  #cancelledCount = 0;

  nowMs(): number {
    return this.#nowMs;
  }

  /** Events that will still happen unless cancelled. */
  get pendingCount(): number {
    return this.#events.count - this.#cancelledCount;
  }

  schedule(delayMs: number, run: () => void): Cancel {
    const task = new CancellableTask(run);
    this.scheduleTask(delayMs, task);
    return () => {
      if (task.cancel()) this.#cancelledCount++;
    };
  }

  /** As `schedule`, for what is never cancelled. */
  scheduleTask(delayMs: number, task: Task): void {
    this.#events.push(this.#nowMs + Math.max(0, delayMs), task);
  }

  /** A device's own clock: the same time from another origin. */
  withOrigin(originMs: number): Clock {
    return { nowMs: () => this.#nowMs + originMs, schedule: (delayMs, run) => this.schedule(delayMs, run) };
  }

  /** Runs the next event; false when there is none until `limitMs`, where time then stands. */
  step(limitMs = Infinity): boolean {
    for (;;) {
      const atMs = this.#events.nextMs();
      const next = atMs > limitMs ? null : this.#events.pop();
      if (!next) {
        if (limitMs !== Infinity) this.#nowMs = Math.max(this.#nowMs, limitMs);
        return false;
      }
      if (next instanceof CancellableTask && next.isCancelled) {
        this.#cancelledCount--;
        continue;
      }
      this.#nowMs = atMs;
      next.run();
      return true;
    }
  }

  /** Runs everything that happens within `durationMs`, without waiting for promises in between. */
  advance(durationMs: number): void {
    const limitMs = this.#nowMs + durationMs;
    while (this.step(limitMs));
  }
}

class CancellableTask implements Task {
  #run: (() => void) | null;

  constructor(run: () => void) {
    this.#run = run;
  }

  /** Of one that has not happened. */
  get isCancelled(): boolean {
    return this.#run === null;
  }

  /** Returns whether it would have happened. */
  cancel(): boolean {
    const isPending = this.#run !== null;
    this.#run = null;
    return isPending;
  }

  run(): void {
    const run = this.#run;
    this.#run = null;
    run?.();
  }
}
