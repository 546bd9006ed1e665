/** Time that moves only when told: one queue of events for a whole world, with as many clocks as peers reading it. */
import type { Cancel, Clock } from "../../app/core/index.ts";

interface Event {
  readonly atMs: number;
  /** Breaks ties in the order of scheduling, so that the same seed gives the same trace. */
  readonly order: number;
  run: (() => void) | null;
}

export class VirtualClock implements Clock {
  #nowMs = 0;
  #order = 0;
  /** Binary heap, earliest first. */
  readonly #events: Event[] = [];
  #pendingCount = 0;

  nowMs(): number {
    return this.#nowMs;
  }

  /** Events that will still happen unless cancelled. */
  get pendingCount(): number {
    return this.#pendingCount;
  }

  schedule(delayMs: number, run: () => void): Cancel {
    const event: Event = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, run };
    this.#push(event);
    this.#pendingCount++;
    return () => {
      if (event.run) this.#pendingCount--;
      event.run = null;
    };
  }

  /** A device's own clock: the same time from another origin. */
  withOrigin(originMs: number): Clock {
    return { nowMs: () => this.#nowMs + originMs, schedule: (delayMs, run) => this.schedule(delayMs, run) };
  }

  /** Runs the next event; false when there is none until `limitMs`, where time then stands. */
  step(limitMs = Infinity): boolean {
    for (;;) {
      const next = this.#events[0];
      if (!next || next.atMs > limitMs) {
        if (limitMs !== Infinity) this.#nowMs = Math.max(this.#nowMs, limitMs);
        return false;
      }
      this.#pop();
      if (!next.run) continue;
      this.#nowMs = next.atMs;
      const { run } = next;
      next.run = null;
      this.#pendingCount--;
      run();
      return true;
    }
  }

  /** Runs everything that happens within `durationMs`, without waiting for promises in between. */
  advance(durationMs: number): void {
    const limitMs = this.#nowMs + durationMs;
    while (this.step(limitMs));
  }

  #push(event: Event): void {
    const events = this.#events;
    let at = events.push(event) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = events[above];
      if (!parent || !isBefore(event, parent)) break;
      events[at] = parent;
      at = above;
    }
    events[at] = event;
  }

  #pop(): void {
    const events = this.#events;
    const last = events.pop();
    if (!last || events.length === 0) return;
    let at = 0;
    for (;;) {
      const left = events[2 * at + 1];
      const right = events[2 * at + 2];
      const isRight = right !== undefined && left !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (!child || !isBefore(child, last)) break;
      events[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    events[at] = last;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
