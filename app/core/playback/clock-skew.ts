/**
 * How much faster the reference clock runs than ours, from offsets read over time: the median of all pairwise slopes
 * (Theil 1950, Sen 1968), which a third of bad readings cannot move far. It refuses to guess from a short stretch.
 */
import { CLOCK_MAX_SKEW } from "../tunables.ts";

/** An offset as it was read once. `rttMs` null: the message that carried it was not an answer to a probe. */
export interface ClockReading {
  /** Local time. */
  readonly atMs: number;
  readonly offsetMs: number;
  readonly rttMs: number | null;
}

/** Two readings nearer than this tell more about the network than about quartz. */
const MIN_BASELINE_MS = 30_000;
/** Readings whose round trip is longer than the best by more than this carry queueing delay. */
const MAX_EXTRA_RTT_MS = 10;
/** Fewer slopes than this have no median worth the name. */
const MIN_SLOPES = 6;

/** Ms per ms, within ±CLOCK_MAX_SKEW; 0 while it cannot be told. */
export function estimateSkew(readings: readonly ClockReading[]): number {
  const bestRttMs = Math.min(...readings.map((reading) => reading.rttMs ?? Infinity));
  const good = readings.filter((reading) => reading.rttMs !== null && reading.rttMs <= bestRttMs + MAX_EXTRA_RTT_MS);
  const slopes = good.flatMap((later, index) =>
    good
      .slice(0, index)
      .filter((earlier) => later.atMs - earlier.atMs >= MIN_BASELINE_MS)
      .map((earlier) => (later.offsetMs - earlier.offsetMs) / (later.atMs - earlier.atMs)),
  );
  if (slopes.length < MIN_SLOPES) return 0;
  slopes.sort((a, b) => a - b);
  const median = slopes[slopes.length >> 1] ?? 0;
  return Math.min(CLOCK_MAX_SKEW, Math.max(-CLOCK_MAX_SKEW, median));
}
