/** What the uplink was seen to deliver (the bandwidth filter of BBR: Cardwell et al., ACM Queue 14(5), 2016). */
import { UPLOAD_RATE_MEMORY_MS } from "../tunables.ts";

/** The uplink is known when the rate has not grown by this factor for so many stretches (as BBR's full pipe). */
const GROWTH = 1.25;
const STRETCHES_WITHOUT_GROWTH = 3;
/** How long a stretch the rate is measured over, at least, ms: a round trip and some. */
const RATE_STRETCH_MS = 500;

/** The most that was delivered of late, over stretches so long that reports that come in bunches don't deceive. */
export class DeliveryRate {
  #recent = 0;
  #previous = 0;
  #periodStartMs = 0;
  #stretchStartMs = 0;
  #stretchBytes = 0;
  #plateau = 0;
  #stretchesWithoutGrowth = 0;

  /** More is not to be had from this uplink. */
  get isKnown(): boolean {
    return this.#stretchesWithoutGrowth >= STRETCHES_WITHOUT_GROWTH;
  }

  /** 0 before the first stretch is over. */
  get bytesPerMs(): number {
    return Math.max(this.#recent, this.#previous);
  }

  /** Nothing was under way until now. */
  start(nowMs: number): void {
    this.#stretchStartMs = nowMs;
    this.#stretchBytes = 0;
  }

  /** `isWindowUsed`: that there was no more is up to the uplink and not to us. */
  add(sizeBytes: number, isWindowUsed: boolean, nowMs: number): void {
    this.#stretchBytes += sizeBytes;
    const lastedMs = nowMs - this.#stretchStartMs;
    if (lastedMs < RATE_STRETCH_MS) return;
    // Time with little to send is no reason to forget what the uplink can do.
    if (isWindowUsed && nowMs - this.#periodStartMs > UPLOAD_RATE_MEMORY_MS) {
      this.#previous = this.#recent;
      this.#recent = 0;
      this.#periodStartMs = nowMs;
    }
    const bytesPerMs = this.#stretchBytes / lastedMs;
    this.#recent = Math.max(this.#recent, bytesPerMs);
    if (bytesPerMs > GROWTH * this.#plateau) {
      this.#plateau = bytesPerMs;
      this.#stretchesWithoutGrowth = 0;
    } else if (isWindowUsed) this.#stretchesWithoutGrowth++;
    this.start(nowMs);
  }
}
