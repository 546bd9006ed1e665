/**
 * Smoothed media time. `currentTime` moves in steps in places (Firefox, Safari) and is read at odd moments everywhere;
 * the median of its recent distances from our own monotonic clock is steady to about a millisecond.
 *
 * Output latency: Chromium's and Firefox's `currentTime` already tell what leaves the sound card, as far as the card
 * itself tells. An AudioContext's `outputLatency` belongs to another stream, which may be routed or buffered otherwise:
 * subtracting it was wrong as often as right, so it isn't.
 */

/** Readings in the median: a second and a half at the player's pace, as the rate is known and doesn't blur them. */
const WINDOW = 15;
/** Readings nearer to each other than this say the same twice, ms. */
const MIN_SPACING_MS = 30;
/** A distance that changes by more than this is a jump or a stall, not noise, ms. */
const MAX_NOISE_MS = 60;

export class PlayheadReader {
  #distancesMs: number[] = [];
  /** How far the playhead would have gone at the rates that were in force. */
  #rolledMs = 0;
  #rolledAtMs = 0;
  #keptAtMs = -Infinity;
  #rate = 1;

  /** After a seek, a start or a stop: what was read before says nothing about now. */
  reset(): void {
    this.#distancesMs = [];
  }

  setRate(rate: number, nowMs: number): void {
    this.#roll(nowMs);
    this.#rate = rate;
  }

  /** @param rawMs `currentTime` as read now, while the playhead moves */
  read(rawMs: number, nowMs: number): number {
    this.#roll(nowMs);
    const distanceMs = rawMs - this.#rolledMs;
    const known = median(this.#distancesMs);
    if (known !== null && Math.abs(distanceMs - known) > MAX_NOISE_MS) this.reset();
    if (this.#distancesMs.length === 0 || nowMs - this.#keptAtMs >= MIN_SPACING_MS) {
      this.#distancesMs = [...this.#distancesMs.slice(1 - WINDOW), distanceMs];
      this.#keptAtMs = nowMs;
    }
    return this.#rolledMs + (median(this.#distancesMs) ?? distanceMs);
  }

  #roll(nowMs: number): void {
    this.#rolledMs += (nowMs - this.#rolledAtMs) * this.#rate;
    this.#rolledAtMs = nowMs;
  }
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  const lower = sorted.length % 2 === 0 ? sorted[middle - 1] : upper;
  return upper === undefined || lower === undefined ? null : (upper + lower) / 2;
}
