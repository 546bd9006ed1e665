/** A correction under way: what is shown minus what is believed, melting at a rate that music can follow. */
import { CLOCK_COMMON_JUMP_MS, CLOCK_COMMON_SLEW_RATE, CLOCK_JUMP_MS, CLOCK_SLEW_RATE } from "../tunables.ts";

export class Slew {
  #amountMs = 0;
  #fromMs = 0;
  #rate = CLOCK_SLEW_RATE;

  /**
   * @param isCommon everybody in the jam makes this correction, each a little later than the next: so slowly that they
   *   stay together meanwhile
   */
  begin(amountMs: number, nowMs: number, isCommon: boolean): void {
    const isSlow = isCommon || (this.#rate === CLOCK_COMMON_SLEW_RATE && this.remainingMs(nowMs) !== 0);
    this.#rate = isSlow ? CLOCK_COMMON_SLEW_RATE : CLOCK_SLEW_RATE;
    this.#amountMs = Math.abs(amountMs) > (isSlow ? CLOCK_COMMON_JUMP_MS : CLOCK_JUMP_MS) ? 0 : amountMs;
    this.#fromMs = nowMs;
  }

  stop(): void {
    this.#amountMs = 0;
  }

  remainingMs(localMs: number): number {
    const meltedMs = this.#rate * Math.max(0, localMs - this.#fromMs);
    return Math.sign(this.#amountMs) * Math.max(0, Math.abs(this.#amountMs) - meltedMs);
  }
}
