/** Time that moves only when told: one queue of events for a whole world, with as many clocks as peers reading it. */
import type { Cancel, Clock } from "../../app/core/index.ts";

/** Something that happens at its time. Kept as it is, so that what happens often costs no closure. */
export interface Task {
  run(): void;
}

const FIRST_CAPACITY = 1024;

export class VirtualClock implements Clock {
  #nowMs = 0;
  #order = 0;
  /** A binary heap, earliest first, field by field: with a thousand peers, a hundred thousand events wait in it. */
  #times = new Float64Array(FIRST_CAPACITY);
  /** Break ties in the order of scheduling, so that the same seed gives the same trace. */
  #orders = new Float64Array(FIRST_CAPACITY);
  readonly #tasks: Task[] = [];
  #cancelledCount = 0;

  nowMs(): number {
    return this.#nowMs;
  }

  /** Events that will still happen unless cancelled. */
  get pendingCount(): number {
    return this.#tasks.length - this.#cancelledCount;
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
    this.#push(this.#nowMs + Math.max(0, delayMs), task);
  }

  /** A device's own clock: the same time from another origin. */
  withOrigin(originMs: number): Clock {
    return { nowMs: () => this.#nowMs + originMs, schedule: (delayMs, run) => this.schedule(delayMs, run) };
  }

  /** Runs the next event; false when there is none until `limitMs`, where time then stands. */
  step(limitMs = Infinity): boolean {
    for (;;) {
      const [next] = this.#tasks;
      const atMs = this.#times[0] ?? 0;
      if (!next || atMs > limitMs) {
        if (limitMs !== Infinity) this.#nowMs = Math.max(this.#nowMs, limitMs);
        return false;
      }
      this.#pop();
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

  #push(atMs: number, task: Task): void {
    const tasks = this.#tasks;
    let place = tasks.push(task) - 1;
    if (place === this.#times.length) this.#grow();
    const times = this.#times;
    const orders = this.#orders;
    // It was scheduled last: among those of its time it is the last.
    while (place > 0) {
      const above = (place - 1) >> 1;
      const aboveMs = times[above] ?? 0;
      if (aboveMs <= atMs) break;
      times[place] = aboveMs;
      orders[place] = orders[above] ?? 0;
      tasks[place] = tasks[above] ?? task;
      place = above;
    }
    times[place] = atMs;
    orders[place] = this.#order++;
    tasks[place] = task;
  }

  #pop(): void {
    const tasks = this.#tasks;
    const task = tasks.pop();
    const count = tasks.length;
    if (!task || count === 0) return;
    const times = this.#times;
    const orders = this.#orders;
    const atMs = times[count] ?? 0;
    const order = orders[count] ?? 0;
    let place = 0;
    for (let child = 1; child < count; child = 2 * place + 1) {
      if (child + 1 < count && isBefore(times, orders, child + 1, times[child] ?? 0, orders[child] ?? 0)) child++;
      if (!isBefore(times, orders, child, atMs, order)) break;
      times[place] = times[child] ?? 0;
      orders[place] = orders[child] ?? 0;
      tasks[place] = tasks[child] ?? task;
      place = child;
    }
    times[place] = atMs;
    orders[place] = order;
    tasks[place] = task;
  }

  #grow(): void {
    const grown = (former: Float64Array): Float64Array<ArrayBuffer> => {
      const next = new Float64Array(2 * former.length);
      next.set(former);
      return next;
    };
    this.#times = grown(this.#times);
    this.#orders = grown(this.#orders);
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

function isBefore(times: Float64Array, orders: Float64Array, place: number, atMs: number, order: number): boolean {
  const placeMs = times[place] ?? 0;
  return placeMs < atMs || (placeMs === atMs && (orders[place] ?? 0) < order);
}
