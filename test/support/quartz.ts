/** A device's own clock in virtual time: another origin, a little fast or slow, and standing still while it sleeps. */
import type { Cancel, Clock } from "../../app/core/index.ts";

export interface QuartzOptions {
  readonly originMs: number;
  /** How much faster than true time it runs, parts per million. */
  readonly ppm: number;
}

/** A clock never rings early, be it by a rounding; after a sleep it has a while to go. */
const MOMENT_MS = 1e-6;

export class Quartz implements Clock {
  readonly #world: Clock;
  readonly #originMs: number;
  readonly #rate: number;
  #sleptMs = 0;
  #asleepSinceMs: number | null = null;
  /** What would have been due while it slept. */
  #due: (() => void)[] = [];

  constructor(world: Clock, { originMs, ppm }: QuartzOptions) {
    this.#world = world;
    this.#originMs = originMs;
    this.#rate = 1 + ppm * 1e-6;
  }

  get isAsleep(): boolean {
    return this.#asleepSinceMs !== null;
  }

  nowMs(): number {
    return this.#originMs + this.#rate * ((this.#asleepSinceMs ?? this.#world.nowMs()) - this.#sleptMs);
  }

  schedule(delayMs: number, run: () => void): Cancel {
    const dueMs = this.nowMs() + delayMs;
    let isCancelled = false;
    let cancel: Cancel = () => {};
    const ring = (): void => {
      if (isCancelled) return;
      if (this.isAsleep) this.#due.push(ring);
      else if (this.nowMs() < dueMs) arm(Math.max(MOMENT_MS, dueMs - this.nowMs()));
      else run();
    };
    const arm = (inMs: number): void => {
      cancel = this.#world.schedule(inMs / this.#rate, ring);
    };
    arm(delayMs);
    return () => {
      isCancelled = true;
      cancel();
    };
  }

  sleep(): void {
    this.#asleepSinceMs ??= this.#world.nowMs();
  }

  /** Timers have slept too, and go on. */
  wake(): void {
    if (this.#asleepSinceMs === null) return;
    this.#sleptMs += this.#world.nowMs() - this.#asleepSinceMs;
    this.#asleepSinceMs = null;
    for (const ring of this.#due.splice(0)) ring();
  }
}
