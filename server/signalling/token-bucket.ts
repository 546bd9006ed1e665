/**
 * A message allowance that refills steadily. Written out instead of using a limiter with promises: messages must be
 * judged, and relayed, in the tick and the order in which they arrive.
 */
export class TokenBucket {
  readonly #capacity: number;
  readonly #perSecond: number;
  #tokens: number;
  #refilledAtMs: number;

  /** Starts full. `capacity` is the largest burst, `perSecond` the sustained rate, in the same unit as costs. */
  constructor(capacity: number, perSecond: number, nowMs: number) {
    this.#capacity = capacity;
    this.#perSecond = perSecond;
    this.#tokens = capacity;
    this.#refilledAtMs = nowMs;
  }

  /** False, and nothing is taken, when there is less than `cost` left. */
  take(cost: number, nowMs: number): boolean {
    const refill = ((nowMs - this.#refilledAtMs) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#capacity, this.#tokens + refill);
    this.#refilledAtMs = nowMs;
    if (this.#tokens < cost) return false;
    this.#tokens -= cost;
    return true;
  }
}
