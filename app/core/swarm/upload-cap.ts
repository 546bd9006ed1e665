/** The listener's own limit on uploads: a token bucket one block deep, so that a cap is kept from the first second. */
import { BLOCK_BYTES } from "../tunables.ts";

export class UploadCap {
  /** Null: no limit. */
  readonly #bytesPerMs: number | null;
  #creditBytes = BLOCK_BYTES;
  #updatedMs: number | null = null;

  constructor(bytesPerSecond: number | null) {
    if (bytesPerSecond !== null && !(bytesPerSecond > 0)) throw new Error(`capBytesPerSecond must be above 0, found ${bytesPerSecond}`);
    this.#bytesPerMs = bytesPerSecond === null ? null : bytesPerSecond / 1000;
  }

  /** How long until a block may be sent; 0 for now. */
  waitMs(nowMs: number): number {
    if (this.#bytesPerMs === null) return 0;
    this.#refill(nowMs);
    const missingBytes = BLOCK_BYTES - this.#creditBytes;
    return missingBytes < 1 ? 0 : missingBytes / this.#bytesPerMs; // below a byte it is rounding
  }

  sent(sizeBytes: number, nowMs: number): void {
    if (this.#bytesPerMs === null) return;
    this.#refill(nowMs);
    this.#creditBytes -= sizeBytes;
  }

  #refill(nowMs: number): void {
    const elapsedMs = nowMs - (this.#updatedMs ?? nowMs);
    this.#creditBytes = Math.min(BLOCK_BYTES, this.#creditBytes + elapsedMs * (this.#bytesPerMs ?? 0));
    this.#updatedMs = nowMs;
  }
}
