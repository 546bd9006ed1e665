/**
 * When a request is given up: smoothed latency and its variance as TCP computes them (RFC 6298, 2), doubled after each
 * time-out. The caller measures the wait from the last thing that came over the link, not from the request: peers
 * answer in order, so a block that comes is a promise for the next.
 */
import { REQUEST_TIMEOUT_INITIAL_MS, REQUEST_TIMEOUT_MAX_MS, REQUEST_TIMEOUT_MIN_MS } from "../tunables.ts";

const SMOOTHING = 1 / 8;
const VARIANCE_SMOOTHING = 1 / 4;
const VARIANCE_WEIGHT = 4;

export class LatencyEstimate {
  #smoothedMs: number | null = null;
  #varianceMs = 0;
  #lowestMs: number | null = null;
  #backoff = 1;

  /** From request to block. Also ends the back-off. */
  add(latencyMs: number): void {
    this.#backoff = 1;
    this.#lowestMs = Math.min(this.#lowestMs ?? latencyMs, latencyMs);
    if (this.#smoothedMs === null) {
      this.#smoothedMs = latencyMs;
      this.#varianceMs = latencyMs / 2;
      return;
    }
    this.#varianceMs += VARIANCE_SMOOTHING * (Math.abs(this.#smoothedMs - latencyMs) - this.#varianceMs);
    this.#smoothedMs += SMOOTHING * (latencyMs - this.#smoothedMs);
  }

  timedOut(): void {
    this.#backoff *= 2;
  }

  /** Null before the first sample. */
  get smoothedMs(): number | null {
    return this.#smoothedMs;
  }

  /** The best there was: about a round trip. Null before the first sample. */
  get lowestMs(): number | null {
    return this.#lowestMs;
  }

  get timeoutMs(): number {
    const baseMs =
      this.#smoothedMs === null
        ? REQUEST_TIMEOUT_INITIAL_MS
        : Math.max(REQUEST_TIMEOUT_MIN_MS, this.#smoothedMs + VARIANCE_WEIGHT * this.#varianceMs);
    return Math.min(REQUEST_TIMEOUT_MAX_MS, baseMs * this.#backoff);
  }
}
