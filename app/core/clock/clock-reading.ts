/**
 * What one exchange of four timestamps proves (RFC 5905, section 8). The offset of the reference clock was no more than
 * "arrived there minus sent here", since no way takes less than no time, and no less than "answered there minus received
 * here". In between nothing is certain: the two ways may differ by the whole round trip.
 */

/** One exchange: `sentMs` and `receivedMs` on the local clock, the two in between on the reference clock. */
export interface ClockSample {
  readonly sentMs: number;
  readonly receivedReferenceMs: number;
  readonly answeredReferenceMs: number;
  readonly receivedMs: number;
}

/** Bounds of the offset (reference time minus local time). */
export interface ClockReading {
  /** Local time from which on it ages. */
  readonly atMs: number;
  readonly lowMs: number;
  readonly highMs: number;
  readonly rttMs: number;
}

/** @param errorMs how far the clock that answered may itself be from the reference */
export function readingOf(
  { sentMs, receivedReferenceMs, answeredReferenceMs, receivedMs }: ClockSample,
  errorMs = 0,
): ClockReading {
  const highMs = receivedReferenceMs - sentMs;
  const lowMs = answeredReferenceMs - receivedMs;
  const middleMs = (highMs + lowMs) / 2;
  // Aged from the sending on, so that the bounds hold also for what happened on the way. Coarse timers (Firefox: 1 ms)
  // can make a short way look shorter than none.
  return {
    atMs: sentMs,
    lowMs: Math.min(lowMs, middleMs) - errorMs,
    highMs: Math.max(highMs, middleMs) + errorMs,
    rttMs: Math.max(0, highMs - lowMs),
  };
}

export interface Bounds {
  readonly lowMs: number;
  readonly highMs: number;
}

/**
 * What all of the readings allow at `nowMs` (Marzullo 1984, for sources that are all right), if the offset has changed by
 * no less than `slowest` and no more than `fastest` ms per ms since. Each direction gets its own quickest packet that
 * way, which a queue in the other one can't spoil.
 */
export function intersect(readings: readonly ClockReading[], nowMs: number, slowest: number, fastest: number): Bounds {
  let low = -Infinity;
  let high = Infinity;
  for (const { atMs, lowMs, highMs } of readings) {
    const ageMs = nowMs - atMs;
    low = Math.max(low, lowMs + slowest * ageMs);
    high = Math.min(high, highMs + fastest * ageMs);
  }
  return low <= high ? { lowMs: low, highMs: high } : { lowMs: high, highMs: low };
}

/** How far apart two intervals are; 0 where they meet. */
export function gapMs(a: Bounds, b: Bounds): number {
  return Math.max(0, a.lowMs - b.highMs, b.lowMs - a.highMs);
}

export function clamp(value: number, { lowMs, highMs }: Bounds): number {
  return Math.min(highMs, Math.max(lowMs, value));
}
