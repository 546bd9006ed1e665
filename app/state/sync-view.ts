/**
 * How well this device keeps to everybody's moment, and how much of that may be said. A number is only as good as what it
 * was read by: right after a start browsers don't know yet when their sound comes out (Chromium on a cold device is
 * wrong by up to 40 ms), so nothing is claimed before the playhead has run evenly for a while. An output that says how sure
 * it is needs a second of that: from then on the truth was within what it said in 97 % of what `bench sync` recorded.
 */

export interface SyncView {
  /** What is heard minus what should be, ms; null while nothing plays. */
  readonly driftMs: number | null;
  /** How far the shared clock may be off, ms; null before it is known. */
  readonly uncertaintyMs: number | null;
  /** How far the output may be off what it says of itself, ms; null where it doesn't say (a media element). */
  readonly outputUncertaintyMs: number | null;
  /** The playhead has run evenly for long enough for its drift to mean something. */
  readonly isSettled: boolean;
}

export type SyncVerdict =
  | { readonly kind: "silent" }
  | { readonly kind: "settling" }
  /** In step; the error is within the bound as far as anything here can tell. */
  | { readonly kind: "in-step"; readonly boundMs: number }
  /** In step with a clock that is itself known so badly that "in step" would promise too much. */
  | { readonly kind: "about"; readonly boundMs: number }
  /** Positive: ahead. */
  | { readonly kind: "off"; readonly driftMs: number };

/** Below this two devices in one room sound like one: the Haas effect begins at about 30 ms. */
const IN_STEP_MS = 25;
/** A bound beyond this is an echo: nobody would call it in sync. */
const PROMISE_MS = 50;

export function judgeSync({ driftMs, uncertaintyMs, outputUncertaintyMs, isSettled }: SyncView): SyncVerdict {
  if (driftMs === null) return { kind: "silent" };
  if (!isSettled || uncertaintyMs === null) return { kind: "settling" };
  if (Math.abs(driftMs) > IN_STEP_MS) return { kind: "off", driftMs };
  const boundMs = Math.ceil(Math.abs(driftMs) + uncertaintyMs + (outputUncertaintyMs ?? 0));
  return { kind: boundMs <= PROMISE_MS ? "in-step" : "about", boundMs };
}

/** Evenly for so long, ms. The first time sound devices take longest. */
const FIRST_EVEN_MS = 4_000;
const EVEN_MS = 1_500;
/** Of an output that says how sure it is. */
const SURE_EVEN_MS = 1_000;
/** Corrections move the drift by no more than this between two looks that lie near each other, ms; what does is a jump. */
const STEP_MS = 8;
/** What lies further back than this is not "the look before", ms: the page slept. */
const LOOK_WITHIN_MS = 3_000;

/** Watches the drift, look by look. */
export class Settling {
  #evenSinceMs = 0;
  #last: { readonly driftMs: number; readonly atMs: number } | null = null;
  #hasSettled = false;

  /** @param driftMs null while nothing plays: a start follows; @param saysHowSure of an output that does */
  look(driftMs: number | null, nowMs: number, saysHowSure = false): boolean {
    const last = this.#last;
    this.#last = driftMs === null ? null : { driftMs, atMs: nowMs };
    if (driftMs === null) return false;
    const isEven = last !== null && Math.abs(driftMs - last.driftMs) <= STEP_MS && nowMs - last.atMs <= LOOK_WITHIN_MS;
    if (!isEven) this.#evenSinceMs = nowMs;
    const neededMs = saysHowSure ? SURE_EVEN_MS : this.#hasSettled ? EVEN_MS : FIRST_EVEN_MS;
    const isSettled = nowMs - this.#evenSinceMs >= neededMs;
    this.#hasSettled ||= isSettled;
    return isSettled;
  }
}
