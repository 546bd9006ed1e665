/** How long packets waited: a histogram in steps of a millisecond, since there are millions of them. */

const MAX_MS = 4096;

export class QueueMeter {
  readonly #packets = new Float64Array(MAX_MS + 1);
  #count = 0;

  add(waitMs: number, packets: number): void {
    const step = Math.min(MAX_MS, Math.ceil(waitMs));
    this.#packets[step] = (this.#packets[step] ?? 0) + packets;
    this.#count += packets;
  }

  /** Rounded up to whole ms; 0 before any packet. */
  percentileMs(share: number): number {
    let left = this.#count * share;
    const step = this.#packets.findIndex((packets) => (left -= packets) <= 0);
    return Math.max(0, step);
  }
}
