/**
 * One distant clock as samples tell it: bounds that are certain, and within them what is likely. Between samples it is a
 * straight line, so that others can follow it. It knows nothing of where samples come from, nor of what is heard.
 */
import {
  CLOCK_GRAIN_MS,
  CLOCK_HISTORY_MS,
  CLOCK_RECENT,
  CLOCK_ROUGH_UNCERTAINTY_MS,
  CLOCK_WANDER,
  CLOCK_WINDOW,
} from "../tunables.ts";
import { clamp, gapMs, intersect } from "./clock-reading.ts";
import type { Bounds, ClockReading } from "./clock-reading.ts";
import { estimateSkew } from "./clock-skew.ts";

/** Offsets: reference time minus local time. */
export interface Belief extends Bounds {
  /** The most likely one. */
  readonly offsetMs: number;
}

export class SampledClock {
  readonly #maxSkew: number;
  #readings: ClockReading[] = [];
  #known: (Belief & { readonly atMs: number }) | null = null;
  #skew: number | null = null;

  /** @param maxSkew what the distant clock may gain or lose against ours, ms per ms */
  constructor(maxSkew: number) {
    this.#maxSkew = maxSkew;
  }

  /** Lowest round trip; null while there is none. */
  get rttMs(): number | null {
    return this.#readings.length > 0 ? Math.min(...this.#readings.map(({ rttMs }) => rttMs)) : null;
  }

  /** Null before the first reading. */
  at(localMs: number): Belief | null {
    if (!this.#known) return null;
    const { atMs, offsetMs, lowMs, highMs } = this.#known;
    const agedMs = this.#maxSkew * Math.abs(localMs - atMs);
    const bounds = { lowMs: lowMs - agedMs, highMs: highMs + agedMs };
    return { offsetMs: clamp(offsetMs + (this.#skew ?? 0) * (localMs - atMs), bounds), ...bounds };
  }

  /**
   * From a message that merely carried the time: late by one unknown way, on a bad link by seconds, but never early. Once
   * there are samples it only tells whether the clocks are still the same. Returns whether it was believed.
   */
  addRough(offsetMs: number, nowMs: number): boolean {
    const known = this.at(nowMs);
    if (known && offsetMs <= known.highMs && offsetMs > known.lowMs - 20 * CLOCK_ROUGH_UNCERTAINTY_MS) return false;
    this.#readings = [];
    this.#skew = null;
    this.#known = { atMs: nowMs, offsetMs, lowMs: offsetMs, highMs: offsetMs + CLOCK_ROUGH_UNCERTAINTY_MS };
    return true;
  }

  /**
   * Two true statements overlap. If this one and what was known don't, a clock was stepped (a device asleep, a server
   * restarted): what was known is worth nothing. Returns by how much they miss each other, ms; 0 where they don't.
   */
  add(reading: ClockReading, nowMs: number): number {
    const known = this.#readings.length > 0 ? this.at(nowMs) : null;
    const missMs = known ? gapMs(known, this.#certain([reading], nowMs)) : 0;
    const isStep = missMs > CLOCK_GRAIN_MS;
    this.#readings = isStep ? [reading] : thinOut([...this.#readings, reading]);
    this.#skew = estimateSkew(this.#readings, this.#maxSkew);
    const certain = this.#certain(this.#readings, nowMs);
    const skew = this.#skew ?? 0;
    const likely = intersect(this.#readings, nowMs, skew - CLOCK_WANDER, skew + CLOCK_WANDER);
    this.#known = { atMs: nowMs, offsetMs: clamp((likely.lowMs + likely.highMs) / 2, certain), ...certain };
    return isStep ? missMs : 0;
  }

  #certain(readings: readonly ClockReading[], nowMs: number): Bounds {
    return intersect(readings, nowMs, -this.#maxSkew, this.#maxSkew);
  }
}

/**
 * The newest are kept as they are. Of those before, which tell the skew, the two that are nearest to each other in time
 * make room, by the slower one.
 */
function thinOut(readings: readonly ClockReading[]): ClockReading[] {
  const newestMs = readings.at(-1)?.atMs ?? 0;
  const kept = readings.filter(({ atMs }) => newestMs - atMs <= CLOCK_HISTORY_MS);
  if (kept.length <= CLOCK_WINDOW) return kept;
  let place = 1;
  const gapBeforeMs = (index: number): number => (kept[index]?.atMs ?? 0) - (kept[index - 1]?.atMs ?? 0);
  for (let index = 2; index < kept.length - CLOCK_RECENT; index++) if (gapBeforeMs(index) < gapBeforeMs(place)) place = index;
  const isEarlierSlower = (kept[place - 1]?.rttMs ?? 0) > (kept[place]?.rttMs ?? 0);
  return kept.toSpliced(isEarlierSlower ? place - 1 : place, 1);
}
