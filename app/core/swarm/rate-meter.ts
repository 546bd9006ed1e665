/** An exponentially weighted rate. Time is whatever the caller counts: wall time, or only the busy time of a link. */

/** Younger than this the meter would divide by next to nothing, ms. */
const MIN_AGE_MS = 20;

export class RateMeter {
  readonly #timeConstantMs: number;
  #startedMs: number | null = null;
  #updatedMs = 0;
  /** Σ bytes, each weighted by e^(−age/τ). */
  #weightedBytes = 0;

  constructor(timeConstantMs: number) {
    if (!(timeConstantMs > 0)) throw new Error(`timeConstantMs must be above 0, found ${timeConstantMs}`);
    this.#timeConstantMs = timeConstantMs;
  }

  /** Time runs from here on; otherwise from the first `add`. */
  start(nowMs: number): void {
    this.#startedMs ??= nowMs;
  }

  add(nowMs: number, sizeBytes: number): void {
    this.start(nowMs);
    this.#weightedBytes = this.#decayed(nowMs) + sizeBytes;
    this.#updatedMs = nowMs;
  }

  /** 0 before anything was added. */
  bytesPerMs(nowMs: number): number {
    if (this.#startedMs === null || this.#weightedBytes === 0) return 0;
    const ageMs = Math.max(MIN_AGE_MS, nowMs - this.#startedMs);
    return this.#decayed(nowMs) / (this.#timeConstantMs * (1 - Math.exp(-ageMs / this.#timeConstantMs)));
  }

  #decayed(nowMs: number): number {
    return this.#weightedBytes * Math.exp(-Math.max(0, nowMs - this.#updatedMs) / this.#timeConstantMs);
  }
}
