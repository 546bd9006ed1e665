/**
 * What to do about the error between what is heard and what should be: nothing, a slightly other rate, or a jump. The
 * one authority on the playback rate: nobody else sets it.
 *
 * Measured with `bench sync`: what Chromium says of itself is right to half a millisecond, so that the dead zone can be
 * small; it widens with the noise of what is read, which is larger in Firefox. Between corrections the rate rests a hair
 * beside 1, never on it, on the side that brings what is left of the error down.
 */
import {
  DRIFT_BREAK_MS,
  DRIFT_CORRECTION_MS,
  DRIFT_DEAD_ZONE_MS,
  DRIFT_EXACT_DEAD_ZONE_MS,
  DRIFT_EXACT_SEEK_COOL_DOWN_MS,
  DRIFT_EXACT_SEEK_MS,
  DRIFT_EXACT_SETTLED_MS,
  DRIFT_MEASURE_AFTER_MS,
  DRIFT_RATE_LIMIT,
  DRIFT_REST_OFFSET,
  DRIFT_SEEK_COOL_DOWN_MAX_MS,
  DRIFT_SEEK_COOL_DOWN_MS,
  DRIFT_SEEK_MS,
  DRIFT_SETTLED_MS,
  DRIFT_START_CORRECTION_MS,
  DRIFT_START_PHASE_MS,
  DRIFT_START_RATE_LIMIT,
  DRIFT_START_SEEK_MS,
  DRIFT_START_SEEK_REST_MS,
  DRIFT_UNSTEADY_MAX_MS,
} from "../tunables.ts";

export interface DriftView {
  /** Heard minus wanted: positive when we are ahead. */
  readonly driftMs: number;
  /** Since sound began: after a start, a jump, or a break of its own. */
  readonly sinceStartMs: number;
  /** The playhead runs evenly; see `Steadiness`. */
  readonly isSteady: boolean;
  /** By how much what is read strays from one look to the next, ms. */
  readonly noiseMs: number;
  /** The rate in force. */
  readonly rate: number;
  /** A jump of this sink comes to the sample where it should, and costs 3 ms of fade. */
  readonly isPunctual: boolean;
  /** Since the last correcting seek; Infinity when there was none. */
  readonly sinceSeekMs: number;
  /** Correcting seeks in a row that did not bring us below the seek limit for good. */
  readonly seeksInVain: number;
}

export type DriftDecision =
  | { readonly kind: "hold" }
  | { readonly kind: "rate"; readonly rate: number }
  /** Jump to where the music should be; the caller adds how long a jump takes. */
  | { readonly kind: "seek" };

/** What is left of the noise of `currentTime` after smoothing, ms: Firefox moves it in steps. */
const STEADY_NOISE_MS = 6;
/** The dead zone must hold the noise, or the rate would follow it. */
const DEAD_ZONE_NOISES = 3;
/** 1 + limit - 1 is not limit in floating point. */
const ROUNDING = 1e-9;
/** A correction under way is strengthened when the error has outgrown it by this factor. */
const OUTGROWN = 1.5;

export function decideDrift(view: DriftView): DriftDecision {
  const { driftMs, sinceStartMs, rate } = view;
  if (!view.isSteady) return { kind: "hold" };
  // An exact jump has helped: what is wrong after it is another break, on a machine that can't keep up.
  const coolDownMs = view.isPunctual ? DRIFT_EXACT_SEEK_COOL_DOWN_MS : seekCoolDownMs(view.seeksInVain);
  if (isWorthASeek(view) && view.sinceSeekMs >= coolDownMs) return { kind: "seek" };
  const isCorrecting = !isAtRest(rate);
  const hasArrived = isCorrecting && Math.sign(driftMs) === Math.sign(rate - 1);
  const leftAloneMs = isCorrecting ? settledMs(view) : deadZoneMs(view);
  if (hasArrived || Math.abs(driftMs) <= leftAloneMs) {
    return isCorrecting ? { kind: "rate", rate: restRate(driftMs) } : { kind: "hold" };
  }
  const isStart = isStartOf(view);
  // Where a jump ends what is large, what is left never needs a rate that one can hear.
  const limit = isStart && !view.isPunctual ? DRIFT_START_RATE_LIMIT : DRIFT_RATE_LIMIT;
  const withinMs = isStart ? Math.max(DRIFT_START_CORRECTION_MS, DRIFT_START_PHASE_MS - sinceStartMs) : DRIFT_CORRECTION_MS;
  const wanted = 1 - Math.min(limit, Math.max(-limit, driftMs / withinMs));
  // One rate for the whole correction: each change costs the browser a new set of resampler taps.
  const isStrongEnough = Math.abs(wanted - 1) <= Math.abs(rate - 1) * OUTGROWN;
  const isWithinLimit = Math.abs(rate - 1) <= limit + ROUNDING;
  return isCorrecting && isStrongEnough && isWithinLimit ? { kind: "hold" } : { kind: "rate", rate: wanted };
}

/**
 * A start that was misjudged, or sound that broke off, is an interruption already: better another short gap at once than
 * an echo for as long as 1 % takes. Where they come one after another, gaps would only add to them; but a jump that comes
 * exactly where it should is hardly a gap, and ends what a rate would take seconds for: also later, where breaks came so
 * close upon each other that what the last one left was not put right within its second.
 */
function isWorthASeek(view: DriftView): boolean {
  const errorMs = Math.abs(view.driftMs);
  if (errorMs > (view.isPunctual ? DRIFT_EXACT_SEEK_MS : DRIFT_SEEK_MS)) return true;
  if (!isStartOf(view)) return false;
  if (view.isPunctual) return errorMs > DRIFT_BREAK_MS;
  return errorMs > DRIFT_START_SEEK_MS && view.sinceSeekMs > DRIFT_START_SEEK_REST_MS;
}

function deadZoneMs({ isPunctual, noiseMs }: DriftView): number {
  return isPunctual ? DRIFT_EXACT_DEAD_ZONE_MS + noiseMs : DRIFT_DEAD_ZONE_MS + DEAD_ZONE_NOISES * noiseMs;
}

function settledMs({ isPunctual, noiseMs }: DriftView): number {
  return isPunctual ? DRIFT_EXACT_SETTLED_MS : DRIFT_SETTLED_MS + noiseMs;
}

function isStartOf({ sinceStartMs }: DriftView): boolean {
  return sinceStartMs < DRIFT_START_PHASE_MS;
}

/** Where the rate stays when there is nothing to correct: beside 1, against what is left of the error. */
export function restRate(driftMs: number): number {
  return driftMs > 0 ? 1 - DRIFT_REST_OFFSET : 1 + DRIFT_REST_OFFSET;
}

export function isAtRest(rate: number): boolean {
  return Math.abs(rate - 1) <= DRIFT_REST_OFFSET + ROUNDING;
}

/** `steady`: its error counts. `broke-off`: it just fell back, as sound does that had nothing to play for a moment. */
export type Course = "unsteady" | "broke-off" | "steady";

/**
 * Tells whether the playhead keeps to a line. Sound devices start in steps (PulseAudio: 125 ms at once, then nothing
 * for up to its latency), a loaded machine stumbles, and what is read meanwhile calls for corrections that would all
 * be wrong. A playhead that never settles is trusted in the end, since something has to be done.
 */
export class Steadiness {
  readonly #startsEvenly: boolean;
  /** Where the line began. */
  #anchor: { readonly driftMs: number; readonly atMs: number } | null = null;
  #last: { readonly driftMs: number; readonly atMs: number } | null = null;
  /** How far the rates since then should have moved the drift. */
  #correctedMs = 0;
  #trustedAtMs: number | null = null;

  /** @param startsEvenly a fall is a break also where it comes soon after a start, or after another */
  constructor(startsEvenly = false) {
    this.#startsEvenly = startsEvenly;
  }

  reset(): void {
    this.#anchor = null;
    this.#last = null;
    this.#trustedAtMs = null;
  }

  /** @param rate what was in force since the last observation */
  observe(driftMs: number, rate: number, nowMs: number): Course {
    this.#trustedAtMs ??= nowMs;
    const wasSteady =
      this.#startsEvenly ||
      (this.#last !== null && this.#anchor !== null && this.#last.atMs - this.#anchor.atMs >= DRIFT_MEASURE_AFTER_MS);
    this.#correctedMs += (rate - 1) * (nowMs - (this.#last?.atMs ?? nowMs));
    this.#last = { driftMs, atMs: nowMs };
    const movedMs = this.#anchor ? driftMs - this.#anchor.driftMs - this.#correctedMs : 0;
    if (!this.#anchor || Math.abs(movedMs) > STEADY_NOISE_MS) {
      this.#anchor = this.#last;
      this.#correctedMs = 0;
    }
    const isSteady = nowMs - this.#anchor.atMs >= DRIFT_MEASURE_AFTER_MS;
    if (isSteady) this.#trustedAtMs = nowMs;
    if (isSteady || nowMs - this.#trustedAtMs >= DRIFT_UNSTEADY_MAX_MS) return "steady";
    return wasSteady && movedMs < -DRIFT_BREAK_MS ? "broke-off" : "unsteady";
  }
}

/** A device on which seeking takes longer than it may be off would otherwise seek for ever. */
export function seekCoolDownMs(seeksInVain: number): number {
  return seeksInVain === 0 ? 0 : Math.min(DRIFT_SEEK_COOL_DOWN_MAX_MS, DRIFT_SEEK_COOL_DOWN_MS * 2 ** (seeksInVain - 1));
}
