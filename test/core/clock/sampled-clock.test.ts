/** Seeded trials of one clock read over one path: what is made of the samples, against the lowest round trip alone. */
import { describe, expect, it } from "vitest";
import { CLOCK_MAX_SKEW, CLOCK_WINDOW, nextProbeDelayMs, readingOf } from "../../../app/core/index.ts";
import type { ClockReading, Random } from "../../../app/core/index.ts";
import { estimateSkew } from "../../../app/core/clock/clock-skew.ts";
import { SampledClock } from "../../../app/core/clock/sampled-clock.ts";
import { seededRandom } from "../../support/seeded-random.ts";

/** How long one packet takes, ms. */
type Way = (random: Random, atMs: number) => number;

const even =
  (leastMs: number, jitterMs: number): Way =>
  (random) =>
    leastMs + random() * jitterMs;
/** An uplink that somebody else fills for 4 s in every 6. */
const queued: Way = (random, atMs) => 25 + random() + (atMs % 6_000 < 4_000 ? random() * 80 : 0);

const SKEW = 60e-6;
const OFFSET_MS = 1e6;
const trueOffsetMs = (atMs: number): number => OFFSET_MS + SKEW * atMs;

/** Everything that was read in so many ms, and when the last answer came. */
function readFor(durationMs: number, there: Way, back: Way, seed: number): { readings: ClockReading[]; nowMs: number } {
  const random = seededRandom(seed);
  const readings: ClockReading[] = [];
  let nowMs = 0;
  for (let sentMs = 0, probes = 0; sentMs < durationMs; sentMs += nextProbeDelayMs(++probes)) {
    const arrivedMs = sentMs + there(random, sentMs);
    const receivedMs = arrivedMs + back(random, arrivedMs);
    const referenceMs = arrivedMs + trueOffsetMs(arrivedMs);
    readings.push(readingOf({ sentMs, receivedReferenceMs: referenceMs, answeredReferenceMs: referenceMs, receivedMs }));
    nowMs = Math.max(nowMs, receivedMs);
  }
  return { readings, nowMs };
}

/** What the sample of the lowest round trip says, aged as it was once done here. */
function lowestRoundTripMs(readings: readonly ClockReading[], nowMs: number, skew: number): number {
  const boundMs = ({ atMs, rttMs }: ClockReading): number => rttMs / 2 + 2 * CLOCK_MAX_SKEW * (nowMs - atMs);
  const best = readings.slice(-CLOCK_WINDOW).reduce((a, b) => (boundMs(b) <= boundMs(a) ? b : a));
  return (best.lowMs + best.highMs) / 2 + skew * (nowMs - best.atMs);
}

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? NaN;

describe("what is made of samples", () => {
  it.each([
    { name: "even jitter", there: even(25, 10), back: even(15, 10) },
    { name: "jitter in one direction", there: even(25, 40), back: even(15, 2) },
    { name: "a queue in one direction", there: queued, back: even(15, 1) },
  ])("RT2: is nearer the truth than the lowest round trip: $name", ({ there, back }) => {
    const errors: number[] = [];
    const formerErrors: number[] = [];
    for (let seed = 1; seed <= 20; seed++)
      for (const durationMs of [30_000, 120_000, 240_000]) {
        const { readings, nowMs } = readFor(durationMs, there, back, seed);
        const clock = new SampledClock(CLOCK_MAX_SKEW);
        for (const reading of readings) clock.add(reading, reading.atMs + reading.rttMs);
        // The ten milliseconds by which the ways differ are beyond anybody's knowledge.
        const unseenMs = 5;
        const truthMs = trueOffsetMs(nowMs) + unseenMs;
        errors.push(Math.abs((clock.at(nowMs)?.offsetMs ?? NaN) - truthMs));
        const skew = estimateSkew(readings.slice(-CLOCK_WINDOW), CLOCK_MAX_SKEW) ?? 0;
        formerErrors.push(Math.abs(lowestRoundTripMs(readings, nowMs, skew) - truthMs));
      }
    expect(percentile(errors, 0.95)).toBeLessThan(0.75 * percentile(formerErrors, 0.95));
    expect(percentile(errors, 0.95)).toBeLessThan(3.5);
  });

  it.each([
    { name: "even jitter", there: even(25, 10), back: even(15, 10), ppm: 40 },
    { name: "jitter in one direction", there: even(25, 40), back: even(15, 2), ppm: 8 },
    { name: "a queue in one direction", there: queued, back: even(15, 1), ppm: 3 },
  ])("RT2: the skew is known within $ppm ppm after two minutes: $name", ({ there, back, ppm }) => {
    const errors = Array.from({ length: 20 }, (_, seed) => {
      const { readings } = readFor(120_000, there, back, seed + 1);
      return Math.abs((estimateSkew(readings.slice(-CLOCK_WINDOW), CLOCK_MAX_SKEW) ?? NaN) - SKEW) * 1e6;
    });
    expect(percentile(errors, 0.95)).toBeLessThan(ppm);
  });

  it("RT2: readings of twenty minutes carry through ten more without any, over 20 ms of jitter each way", () => {
    const errors = Array.from({ length: 10 }, (_, seed) => {
      const { readings, nowMs } = readFor(20 * 60_000, even(15, 20), even(5, 20), seed + 1);
      const clock = new SampledClock(CLOCK_MAX_SKEW);
      for (const reading of readings) clock.add(reading, reading.atMs + reading.rttMs);
      const laterMs = nowMs + 10 * 60_000;
      return Math.abs((clock.at(laterMs)?.offsetMs ?? NaN) - trueOffsetMs(laterMs) - 5);
    });
    expect(Math.max(...errors)).toBeLessThan(3);
  });

  it("RT2: an hour without samples makes the skew better known, not worse", () => {
    const before = readFor(120_000, even(25, 20), even(15, 20), 1);
    const after = readFor(5_000, even(25, 20), even(15, 20), 2).readings.map((reading) => {
      const drift = trueOffsetMs(3_600_000) - OFFSET_MS;
      return { ...reading, atMs: reading.atMs + 3_600_000, lowMs: reading.lowMs + drift, highMs: reading.highMs + drift };
    });
    const skew = estimateSkew([...before.readings, ...after].slice(-CLOCK_WINDOW), CLOCK_MAX_SKEW) ?? NaN;
    expect(Math.abs(skew - SKEW) * 1e6).toBeLessThan(5);
  });

  it("RT2: timers that are coarse to a millisecond step no clock", () => {
    const clock = new SampledClock(CLOCK_MAX_SKEW);
    const random = seededRandom(1);
    for (let count = 0; count < 200; count++) {
      const sentMs = count * 5_000 + random() * 100;
      const referenceMs = sentMs + 0.1 + OFFSET_MS;
      const [sent, received] = [Math.floor(sentMs), Math.floor(sentMs + 0.2)];
      const reading = readingOf({
        sentMs: sent,
        receivedReferenceMs: referenceMs,
        answeredReferenceMs: referenceMs,
        receivedMs: received,
      });
      expect(clock.add(reading, received)).toBe(0);
    }
    expect(Math.abs((clock.at(1e6)?.offsetMs ?? NaN) - OFFSET_MS)).toBeLessThan(1);
  });
});
