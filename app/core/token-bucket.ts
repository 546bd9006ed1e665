/** A rate with some slack: credit grows with time up to `depthBytes`, and may be overdrawn by one sending. */
export class TokenBucket {
  readonly #bytesPerMs: number;
  readonly #depthBytes: number;
  #creditBytes: number;
  #updatedMs: number | null = null;

  /** Begins full. */
  constructor(bytesPerMs: number, depthBytes: number) {
    if (!(bytesPerMs > 0)) throw new Error(`bytesPerMs must be above 0, found ${bytesPerMs}`);
    if (!(depthBytes > 0)) throw new Error(`depthBytes must be above 0, found ${depthBytes}`);
    this.#bytesPerMs = bytesPerMs;
    this.#depthBytes = depthBytes;
    this.#creditBytes = depthBytes;
  }

  /** How long until there are `sizeBytes` of credit (at most the depth); 0 for now. */
  waitMs(sizeBytes: number, nowMs: number): number {
    this.#refill(nowMs);
    const missingBytes = Math.min(sizeBytes, this.#depthBytes) - this.#creditBytes;
    return missingBytes < 1 ? 0 : missingBytes / this.#bytesPerMs; // below a byte it is rounding
  }

  spend(sizeBytes: number, nowMs: number): void {
    this.#refill(nowMs);
    this.#creditBytes -= sizeBytes;
  }

  #refill(nowMs: number): void {
    const elapsedMs = nowMs - (this.#updatedMs ?? nowMs);
    this.#creditBytes = Math.min(this.#depthBytes, this.#creditBytes + elapsedMs * this.#bytesPerMs);
    this.#updatedMs = nowMs;
  }
}
