/**
 * How much of what we sent still stands before our own uplink. Nobody tells, so it is reckoned: what was sent goes in,
 * what the uplink carries runs out, and the report of a block's delay shows by how much the reckoning was wrong when the
 * block went in. Knows neither links nor clocks.
 */

/**
 * Reports of which the one that found least counts: other links' slow starts, their receivers' downlinks and busy pages
 * only ever add to a delay, and our own queue is seen by all.
 */
const LATEST_ERRORS = 4;
/** Share of an error that is corrected at once: the reports of what was sent meanwhile will show the same error again. */
const CORRECTION = 0.5;

/** What was thought of the queue when a block went in. */
export interface QueueGuess {
  readonly aheadMs: number;
  /** All corrections until then, added up. */
  readonly correctedMs: number;
}

export class UplinkQueue {
  #bytes = 0;
  #atMs = 0;
  #correctedMs = 0;
  #errorsMs: number[] = [];

  /** How long a block that is sent `nowMs` waits, on an uplink of `bytesPerMs` (above 0). */
  aheadMs(bytesPerMs: number, nowMs: number): number {
    return this.#left(bytesPerMs, nowMs) / bytesPerMs;
  }

  add(sizeBytes: number, bytesPerMs: number, nowMs: number): QueueGuess {
    const leftBytes = this.#left(bytesPerMs, nowMs);
    this.#set(leftBytes + sizeBytes, nowMs);
    return { aheadMs: leftBytes / bytesPerMs, correctedMs: this.#correctedMs };
  }

  /** In truth the block found a queue of `queueMs`. */
  correct(guess: QueueGuess, queueMs: number, bytesPerMs: number, nowMs: number): void {
    // What was corrected since then is not wrong any more.
    this.#errorsMs.push(queueMs - guess.aheadMs - (this.#correctedMs - guess.correctedMs));
    if (this.#errorsMs.length > LATEST_ERRORS) this.#errorsMs.shift();
    const thoughtBytes = this.#left(bytesPerMs, nowMs);
    const leftBytes = Math.max(0, thoughtBytes + CORRECTION * Math.min(...this.#errorsMs) * bytesPerMs);
    const correctionMs = (leftBytes - thoughtBytes) / bytesPerMs;
    this.#set(leftBytes, nowMs);
    this.#correctedMs += correctionMs;
    this.#errorsMs = this.#errorsMs.map((errorMs) => errorMs - correctionMs);
  }

  #left(bytesPerMs: number, nowMs: number): number {
    return Math.max(0, this.#bytes - (nowMs - this.#atMs) * bytesPerMs);
  }

  #set(bytes: number, nowMs: number): void {
    this.#bytes = bytes;
    this.#atMs = nowMs;
  }
}
