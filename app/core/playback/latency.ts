/**
 * How long this browser takes from a command (play, seek) to sound: learned from the error found afterwards, so that
 * the next command is given that much earlier.
 */

/** The rest is noise of this one time. */
const LEARNING_SHARE = 0.6;

export class LatencyEstimate {
  readonly #maxMs: number;
  readonly #maxStepMs: number;
  #ms: number;

  /**
   * @param initialMs the guess before anything was measured
   * @param maxMs what is never exceeded
   * @param maxStepMs how much one measurement may change: a sound card that wakes up for the first start must not
   *   spoil the next ones
   */
  constructor(initialMs: number, maxMs: number, maxStepMs: number) {
    this.#ms = initialMs;
    this.#maxMs = maxMs;
    this.#maxStepMs = maxStepMs;
  }

  get ms(): number {
    return this.#ms;
  }

  /** After a command given `ms` early, sound was this late (negative drift) or early. */
  learn(driftMs: number): void {
    const stepMs = Math.min(this.#maxStepMs, Math.max(-this.#maxStepMs, -LEARNING_SHARE * driftMs));
    this.#ms = Math.min(this.#maxMs, Math.max(0, this.#ms + stepMs));
  }
}
