/**
 * How much faster the reference clock runs than ours: the median of all slopes between two readings (Theil 1950, Sen
 * 1968), which a third of bad readings cannot move far, within what all readings together allow. Each direction is read
 * by itself, because queues mostly fill in one of the two (decisions/0004). It refuses to guess from a short stretch.
 */
import type { ClockReading } from "./clock-reading.ts";

/**
 * Two readings nearer than this tell more about the network than about quartz: with 30 s, and 20 ms of jitter each way, the
 * first estimates made offsets worse than none (seeded trials, decisions/0004).
 */
const MIN_BASELINE_MS = 60_000;
/** Packets slower than the quickest of their direction by more than this have waited in a queue. */
const MAX_QUEUE_MS = 10;
/** Fewer slopes than this have no median worth the name. */
const MIN_SLOPES = 24;

interface Point {
  readonly atMs: number;
  readonly offsetMs: number;
}

/** Ms per ms, within ±`maxSkew`; null while it cannot be told. */
export function estimateSkew(readings: readonly ClockReading[], maxSkew: number): number | null {
  const [slowest, fastest] = boundSkew(readings, maxSkew);
  const there = readings.map(({ atMs, highMs }) => ({ atMs, offsetMs: highMs }));
  // Turned over, so that in both directions quicker is lower.
  const back = readings.map(({ atMs, lowMs }) => ({ atMs, offsetMs: -lowMs }));
  let skew: number | null = null;
  // In minutes a quartz drifts by more than queues do: which packets were quick is judged along the skew found so far.
  for (let round = 0; round < 2; round++) {
    const along: number = skew ?? (slowest + fastest) / 2;
    const found = [...slopesOf(quickest(there, along)), ...slopesOf(quickest(back, -along)).map((slope) => -slope)];
    if (found.length < MIN_SLOPES) return skew;
    const slopes = Float64Array.from(found).sort(); // thousands: typed arrays sort several times faster
    skew = Math.min(fastest, Math.max(slowest, slopes[slopes.length >> 1] ?? 0));
  }
  return skew;
}

/** What is certain: no line of less or more slope passes between the bounds of every two readings. Ms per ms. */
function boundSkew(readings: readonly ClockReading[], maxSkew: number): readonly [slowest: number, fastest: number] {
  let slowest = -maxSkew;
  let fastest = maxSkew;
  for (const later of readings)
    for (const earlier of readings) {
      const baselineMs = later.atMs - earlier.atMs;
      if (baselineMs < MIN_BASELINE_MS) break; // they are in the order of their times
      slowest = Math.max(slowest, (later.lowMs - earlier.highMs) / baselineMs);
      fastest = Math.min(fastest, (later.highMs - earlier.lowMs) / baselineMs);
    }
  return [Math.min(slowest, fastest), Math.max(slowest, fastest)]; // coarse timers can turn them round
}

function quickest(points: readonly Point[], skew: number): readonly Point[] {
  const queueMs = ({ atMs, offsetMs }: Point): number => offsetMs - skew * atMs;
  const leastMs = Math.min(...points.map(queueMs));
  return points.filter((point) => queueMs(point) <= leastMs + MAX_QUEUE_MS);
}

function slopesOf(points: readonly Point[]): number[] {
  const slopes: number[] = [];
  for (const later of points)
    for (const earlier of points) {
      const baselineMs = later.atMs - earlier.atMs;
      if (baselineMs < MIN_BASELINE_MS) break;
      slopes.push((later.offsetMs - earlier.offsetMs) / baselineMs);
    }
  return slopes;
}
