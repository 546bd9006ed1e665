/** One direction of a home connection: it carries one packet after another, first in, first out. */
export class Line {
  readonly #bytesPerMs: number;
  #freeMs = 0;
  #carriedBytes = 0;

  constructor(bytesPerMs: number) {
    this.#bytesPerMs = bytesPerMs;
  }

  /** When the last byte of what is handed over now is through. */
  carry(sizeBytes: number, nowMs: number): number {
    this.#carriedBytes += sizeBytes;
    this.#freeMs = Math.max(this.#freeMs, nowMs) + sizeBytes / this.#bytesPerMs;
    return this.#freeMs;
  }

  /** The same for what would be through right now, were the line free: spares the world an event where it is. */
  pass(sizeBytes: number, nowMs: number): number {
    return this.carry(sizeBytes, nowMs - sizeBytes / this.#bytesPerMs);
  }

  /** How long a packet would wait. */
  queueMs(nowMs: number): number {
    return Math.max(0, this.#freeMs - nowMs);
  }

  /** How long it has carried something so far. */
  busyMs(nowMs: number): number {
    return this.#carriedBytes / this.#bytesPerMs - this.queueMs(nowMs);
  }
}
