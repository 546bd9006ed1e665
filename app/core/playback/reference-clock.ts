/**
 * The server's monotonic clock, as this device can know it: four-timestamp exchanges as in NTP (RFC 5905, section 8),
 * the lowest round trip wins, and the skew between the two quartzes is tracked, so that the clock runs on when the
 * server is gone. Small corrections are slewed, because music follows this clock. It knows nothing of sockets: it is
 * fed samples and asked for times.
 */
import { CLOCK_JUMP_MS, CLOCK_MAX_SKEW, CLOCK_ROUGH_UNCERTAINTY_MS, CLOCK_SLEW_RATE, CLOCK_WINDOW } from "../tunables.ts";
import { estimateSkew } from "./clock-skew.ts";
import type { ClockReading } from "./clock-skew.ts";

/** One exchange: `sentMs` and `receivedMs` on the local clock, the two in between on the reference clock. */
export interface ClockSample {
  readonly sentMs: number;
  readonly receivedReferenceMs: number;
  readonly answeredReferenceMs: number;
  readonly receivedMs: number;
}

/** Nulls before the first reading; `rttMs` is null while there is only a rough one. */
export interface ClockEstimate {
  /** Reference time minus local time. */
  readonly offsetMs: number | null;
  readonly rttMs: number | null;
  /** The true offset is no further away than this. */
  readonly uncertaintyMs: number | null;
}

/** Our own skew estimate may be wrong by as much as the true one may be large. */
const AGEING = 2 * CLOCK_MAX_SKEW;
/** While so few samples are known, nobody plays yet: every improvement is taken at once. */
const SETTLING_SAMPLES = 6;

export class ReferenceClock {
  #readings: ClockReading[] = [];
  #best: ClockReading | null = null;
  #skew = 0;
  /** What is shown minus what is believed, at `#slewFromMs`; it melts at CLOCK_SLEW_RATE. */
  #slewMs = 0;
  #slewFromMs = 0;

  /** From a message that merely carried the reference time: late by one unknown way through the network. */
  addRoughReading(referenceMs: number, receivedMs: number): void {
    const reading: ClockReading = { atMs: receivedMs, offsetMs: referenceMs - receivedMs, rttMs: null };
    // Once there are samples, a rough reading only tells whether the server has started anew with another clock.
    // It may be late by seconds on a bad link, but never early.
    const isLate =
      this.#errorOf(reading, receivedMs) <= 0 && this.#errorOf(reading, receivedMs) > -20 * CLOCK_ROUGH_UNCERTAINTY_MS;
    if (this.#best && (isLate || this.#agrees(reading, receivedMs))) return;
    this.#believe([reading], receivedMs);
  }

  addSample(sample: ClockSample): void {
    const { sentMs, receivedReferenceMs, answeredReferenceMs, receivedMs } = sample;
    const rttMs = Math.max(0, receivedMs - sentMs - (answeredReferenceMs - receivedReferenceMs));
    const offsetMs = (receivedReferenceMs - sentMs + (answeredReferenceMs - receivedMs)) / 2;
    // Aged from the sending on, so that the bound holds also for what happened on the way.
    const reading: ClockReading = { atMs: sentMs, offsetMs, rttMs };
    // Two true statements overlap. If these don't, a clock was stepped (a server restart, a device asleep): what was
    // known before is worth nothing.
    const known = this.#agrees(reading, receivedMs) ? this.#readings.filter((known) => known.rttMs !== null) : [];
    this.#believe([...known, reading].slice(-CLOCK_WINDOW), receivedMs);
  }

  /** Null before the first reading. */
  referenceMs(localMs: number): number | null {
    return this.#best ? localMs + this.#shownOffsetMs(this.#best, localMs) : null;
  }

  /** When the local clock will show (or showed) this reference time; null before the first reading. */
  localMs(referenceMs: number): number | null {
    if (!this.#best) return null;
    // The offset changes by 0.5 % of elapsed time at most, so each round leaves 1/200 of the error.
    let localMs = referenceMs - this.#best.offsetMs;
    for (let round = 0; round < 5; round++) localMs = referenceMs - this.#shownOffsetMs(this.#best, localMs);
    return localMs;
  }

  estimate(localMs: number): ClockEstimate {
    if (!this.#best) return { offsetMs: null, rttMs: null, uncertaintyMs: null };
    return {
      offsetMs: this.#shownOffsetMs(this.#best, localMs),
      rttMs: this.#best.rttMs,
      uncertaintyMs: boundMs(this.#best, localMs) + Math.abs(this.#remainingSlewMs(localMs)),
    };
  }

  #believe(readings: ClockReading[], nowMs: number): void {
    const shownMs = this.#best && this.#shownOffsetMs(this.#best, nowMs);
    this.#readings = readings;
    this.#skew = estimateSkew(readings);
    this.#best = readings.reduce((best, reading) => (boundMs(reading, nowMs) <= boundMs(best, nowMs) ? reading : best));
    this.#slewFromMs = nowMs;
    this.#slewMs = shownMs === null ? 0 : shownMs - this.#believedOffsetMs(this.#best, nowMs);
    if (Math.abs(this.#slewMs) > CLOCK_JUMP_MS || readings.length <= SETTLING_SAMPLES) this.#slewMs = 0;
  }

  #agrees(reading: ClockReading, nowMs: number): boolean {
    if (!this.#best) return true;
    return Math.abs(this.#errorOf(reading, nowMs)) <= boundMs(reading, nowMs) + boundMs(this.#best, nowMs);
  }

  /** How far the reading is above what is believed. */
  #errorOf(reading: ClockReading, nowMs: number): number {
    return this.#best ? this.#believedOffsetMs(reading, nowMs) - this.#believedOffsetMs(this.#best, nowMs) : 0;
  }

  #believedOffsetMs(reading: ClockReading, localMs: number): number {
    return reading.offsetMs + this.#skew * (localMs - reading.atMs);
  }

  #shownOffsetMs(best: ClockReading, localMs: number): number {
    return this.#believedOffsetMs(best, localMs) + this.#remainingSlewMs(localMs);
  }

  #remainingSlewMs(localMs: number): number {
    const meltedMs = CLOCK_SLEW_RATE * Math.max(0, localMs - this.#slewFromMs);
    return Math.sign(this.#slewMs) * Math.max(0, Math.abs(this.#slewMs) - meltedMs);
  }
}

/** How far the truth can be from this reading at `nowMs`: half the round trip, and what two quartzes drift apart. */
function boundMs(reading: ClockReading, nowMs: number): number {
  const onArrivalMs = reading.rttMs === null ? CLOCK_ROUGH_UNCERTAINTY_MS : reading.rttMs / 2;
  return onArrivalMs + AGEING * Math.max(0, nowMs - reading.atMs);
}

/**
 * How long to wait after the `probesSent`-th probe. They go in pairs: the second finds radio and path awake. Four
 * pairs in the first second, so that music can start on a good clock, then calmer.
 */
export function nextProbeDelayMs(probesSent: number): number {
  const isFirstOfPair = probesSent % 2 === 1;
  if (isFirstOfPair) return 40;
  if (probesSent < 8) return 200;
  return probesSent < 16 ? 1_000 : 5_000;
}
