/**
 * What to do about the error between what is heard and what should be: nothing, a slightly other rate, or a jump. The
 * one authority on the playback rate: nobody else sets it.
 *
 * Rate 1 and rates next to it are treated alike here. Firefox switches its resampler in and out when the rate leaves
 * exactly 1, which can be heard when it happens often; the wide gap between dead zone and settled zone keeps such
 * changes rare, and a rate is only changed by steps that matter.
 */
import {
  DRIFT_CORRECTION_MS,
  DRIFT_DEAD_ZONE_MS,
  DRIFT_MEASURE_AFTER_MS,
  DRIFT_RATE_LIMIT,
  DRIFT_SEEK_COOL_DOWN_MAX_MS,
  DRIFT_SEEK_COOL_DOWN_MS,
  DRIFT_SEEK_MS,
  DRIFT_SETTLED_MS,
  DRIFT_START_PHASE_MS,
  DRIFT_START_RATE_LIMIT,
  DRIFT_UNSTEADY_MAX_MS,
} from "../tunables.ts";

export interface DriftView {
  /** Heard minus wanted: positive when we are ahead. */
  readonly driftMs: number;
  /** Since the playhead began to move after a start or a jump. */
  readonly sinceStartMs: number;
  /** The playhead runs evenly; see `Steadiness`. */
  readonly isSteady: boolean;
  /** The rate in force. */
  readonly rate: number;
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

/** What is left of the noise of `currentTime` after smoothing, ms. */
const STEADY_NOISE_MS = 15;
/** 1 + limit - 1 is not limit in floating point. */
const ROUNDING = 1e-9;
/** A correction under way is strengthened when the error has outgrown it by this factor. */
const OUTGROWN = 1.5;

export function decideDrift(view: DriftView): DriftDecision {
  const { driftMs, sinceStartMs, rate } = view;
  if (!view.isSteady) return { kind: "hold" };
  if (Math.abs(driftMs) > DRIFT_SEEK_MS && view.sinceSeekMs >= seekCoolDownMs(view.seeksInVain)) return { kind: "seek" };
  const isCorrecting = rate !== 1;
  const hasArrived = isCorrecting && Math.sign(driftMs) === Math.sign(rate - 1);
  if (hasArrived || Math.abs(driftMs) <= (isCorrecting ? DRIFT_SETTLED_MS : DRIFT_DEAD_ZONE_MS)) {
    return isCorrecting ? { kind: "rate", rate: 1 } : { kind: "hold" };
  }
  const limit = sinceStartMs < DRIFT_START_PHASE_MS ? DRIFT_START_RATE_LIMIT : DRIFT_RATE_LIMIT;
  const wanted = 1 - Math.min(limit, Math.max(-limit, driftMs / DRIFT_CORRECTION_MS));
  // One rate for the whole correction: each change costs the browser a new set of resampler taps.
  const isStrongEnough = Math.abs(wanted - 1) <= Math.abs(rate - 1) * OUTGROWN;
  const isWithinLimit = Math.abs(rate - 1) <= limit + ROUNDING;
  return isCorrecting && isStrongEnough && isWithinLimit ? { kind: "hold" } : { kind: "rate", rate: wanted };
}

/**
 * Tells whether the playhead keeps to a line. Sound devices start in bursts (PulseAudio: 125 ms at once, then nothing
 * for up to its latency), a loaded machine stumbles, and what is read meanwhile calls for corrections that would all
 * be wrong. A playhead that never settles is trusted in the end, since something has to be done.
 */
export class Steadiness {
  #anchor: { readonly driftMs: number; readonly atMs: number } | null = null;
  #trustedAtMs: number | null = null;

  reset(): void {
    this.#anchor = null;
    this.#trustedAtMs = null;
  }

  observe(driftMs: number, nowMs: number): boolean {
    this.#trustedAtMs ??= nowMs;
    // A correction under way moves the drift by up to 3 % of the time: that is steady, too.
    const allowedMs = this.#anchor ? STEADY_NOISE_MS + (DRIFT_START_RATE_LIMIT + 0.005) * (nowMs - this.#anchor.atMs) : -1;
    if (!this.#anchor || Math.abs(driftMs - this.#anchor.driftMs) > allowedMs) this.#anchor = { driftMs, atMs: nowMs };
    const isSteady = nowMs - this.#anchor.atMs >= DRIFT_MEASURE_AFTER_MS;
    if (isSteady) this.#trustedAtMs = nowMs;
    return isSteady || nowMs - this.#trustedAtMs >= DRIFT_UNSTEADY_MAX_MS;
  }
}

/** A device on which seeking takes longer than it may be off would otherwise seek for ever. */
export function seekCoolDownMs(seeksInVain: number): number {
  return seeksInVain === 0 ? 0 : Math.min(DRIFT_SEEK_COOL_DOWN_MAX_MS, DRIFT_SEEK_COOL_DOWN_MS * 2 ** (seeksInVain - 1));
}
