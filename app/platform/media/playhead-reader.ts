/**
 * Smoothed media time, from the recent distances of `currentTime` from our own monotonic clock. Chromium interpolates it:
 * the median is right to half a millisecond. Firefox moves it in steps of 40 ms, and only at the beginning of each is it
 * right (measured with `bench sync`: the median there is 20 ms behind what is heard): there the latest counts.
 *
 * Output latency: Chromium's and Firefox's `currentTime` already tell what leaves the sound card, as far as the card
 * itself tells. An AudioContext's `outputLatency` belongs to another stream, which may be routed or buffered otherwise:
 * subtracting it was wrong as often as right, so it isn't.
 */

/** Readings in the median: a second and a half at the player's pace, as the rate is known and doesn't blur them. */
const WINDOW = 15;
/** Readings nearer to each other than this say the same twice, ms. */
const MIN_SPACING_MS = 10;
/** A distance that changes by more than this is a jump or a stall, not noise, ms. */
const MAX_NOISE_MS = 60;
/** The last readings, if they span this and are this many, ... */
const LEVEL_MS = 90;
const LEVEL_READINGS = 4;
/** ... agree with each other within this, ms ... */
const LEVEL_NOISE_MS = 4;
/** ... and not with the median by more than this, ms: then it is the older ones that are wrong. */
const LEVEL_STEP_MS = 5;

/** Of looks so near to each other, ms, many find that a playhead which moves in steps has just made one. */
const MAX_LOOK_SPACING_MS = 35;
/** Share of the last look in what is known of that. A device that is slow to start stands too, but once. */
const LOOK_SHARE = 0.1;
/** Shares of looks that found it on its way again after standing: it moves in steps, and it doesn't. */
const STEPPED_SHARE = 0.15;
const SMOOTH_SHARE = 0.05;
/** How old a step is when it can first be read, ms: Firefox is heard this much ahead of it (against Chromium, bench sync). */
const STEP_AGE_MS = 8;

interface Reading {
  readonly atMs: number;
  readonly rawMs: number;
  readonly distanceMs: number;
}

export class PlayheadReader {
  #readings: readonly Reading[] = [];
  /** How far the playhead would have gone at the rates that were in force. */
  #rolledMs = 0;
  #rolledAtMs = 0;
  #rate = 1;
  #isStanding = false;
  /** Of the looks that came soon after another: those that ended a stand. */
  #stepShare = 0;
  #isStepped = false;

  /** After a seek, a start or a stop: what was read before says nothing about now. */
  reset(): void {
    this.#readings = [];
  }

  setRate(rate: number, nowMs: number): void {
    this.#roll(nowMs);
    this.#rate = rate;
  }

  /** @param rawMs `currentTime` as read now, while the playhead moves */
  read(rawMs: number, nowMs: number): number {
    this.#roll(nowMs);
    const distanceMs = rawMs - this.#rolledMs;
    const known = this.#distance(this.#readings);
    if (known !== null && Math.abs(distanceMs - known) > MAX_NOISE_MS) this.reset();
    const last = this.#readings.at(-1);
    if (nowMs - (last?.atMs ?? -Infinity) >= MIN_SPACING_MS) {
      if (last) this.#recogniseSteps(last, rawMs, nowMs);
      this.#readings = this.#dropOvertaken([...this.#readings.slice(1 - WINDOW), { atMs: nowMs, rawMs, distanceMs }]);
    }
    return this.#rolledMs + (this.#distance(this.#readings) ?? distanceMs);
  }

  /** A playhead that found another level (a sound device has started, or had nothing to play) is followed there. */
  #dropOvertaken(readings: readonly Reading[]): readonly Reading[] {
    const lastMs = readings.at(-1)?.atMs ?? 0;
    const first = readings.findLastIndex(
      ({ atMs }, index) => lastMs - atMs >= LEVEL_MS && readings.length - index >= LEVEL_READINGS,
    );
    const recent = readings.slice(Math.max(0, first));
    const known = this.#distance(readings);
    const level = quantile(recent, 0.5);
    if (first < 1 || known === null || level === null || Math.abs(level - known) <= LEVEL_STEP_MS) return readings;
    return recent.every(({ distanceMs }) => Math.abs(distanceMs - level) <= LEVEL_NOISE_MS / 2) ? recent : readings;
  }

  /** By its stands: readings are strewn by a busy machine and by a device that starts, too. */
  #recogniseSteps(last: Reading, rawMs: number, nowMs: number): void {
    const wasStanding = this.#isStanding;
    this.#isStanding = rawMs === last.rawMs;
    if (nowMs - last.atMs > MAX_LOOK_SPACING_MS) return;
    this.#stepShare += LOOK_SHARE * ((wasStanding && !this.#isStanding ? 1 : 0) - this.#stepShare);
    if (this.#stepShare > STEPPED_SHARE) this.#isStepped = true;
    if (this.#stepShare < SMOOTH_SHARE) this.#isStepped = false;
  }

  /** Null of no readings. */
  #distance(readings: readonly Reading[]): number | null {
    if (!this.#isStepped) return quantile(readings, 0.5);
    const freshest = quantile(readings, 1);
    // Read at random moments of a step, the freshest of n readings is a (n + 1)th of the step old on average.
    return freshest === null ? null : freshest + (2 * widthOf(readings)) / (readings.length + 1) + STEP_AGE_MS;
  }

  #roll(nowMs: number): void {
    this.#rolledMs += (nowMs - this.#rolledAtMs) * this.#rate;
    this.#rolledAtMs = nowMs;
  }
}

/** How wide the middle half of the readings is. */
function widthOf(readings: readonly Reading[]): number {
  return (quantile(readings, 0.75) ?? 0) - (quantile(readings, 0.25) ?? 0);
}

/** The distance that the given share of the readings doesn't exceed, between two of them if need be; null of no readings. */
function quantile(readings: readonly Reading[], share: number): number | null {
  const sorted = readings.map(({ distanceMs }) => distanceMs).toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const lower = sorted[Math.floor(place)];
  const upper = sorted[Math.ceil(place)];
  return lower === undefined || upper === undefined ? null : lower + (upper - lower) * (place - Math.floor(place));
}
