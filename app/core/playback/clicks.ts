/**
 * Which clicks of the metronome to schedule next, and when on the audio hardware's clock. Every device that clicks does
 * so at the same moments of the reference clock, so that two in one room can be lined up by ear. Each click is planned
 * anew a little ahead: clocks drift, and somebody is turning the knob.
 */

/** Two a second: slow enough to tell which of two devices is early, up to half of this apart. */
export const CLICK_EVERY_MS = 500;
/** The accented ones tell devices apart that are off by a whole click. */
export const ACCENT_EVERY_MS = 2_000;

export interface Click {
  /** The moment to be heard at, on the reference clock. */
  readonly referenceMs: number;
  /** The moment to be rendered for, on the audio context's clock. */
  readonly contextMs: number;
  readonly isAccented: boolean;
}

export interface ClickView {
  /** Clicks up to and including this reference time were planned before, or missed. */
  readonly afterReferenceMs: number;
  /** Clicks up to and including this one are planned now. */
  readonly untilReferenceMs: number;
  /** What is heard at this reference time is rendered for which time of the audio context? Null while it isn't known. */
  contextMs(referenceMs: number): number | null;
  /** What would have to be rendered before this is left out: late clicks would mislead the ear. */
  readonly earliestContextMs: number;
}

/** Ascending. */
export function planClicks(view: ClickView): readonly Click[] {
  const clicks: Click[] = [];
  const firstMs = (Math.floor(view.afterReferenceMs / CLICK_EVERY_MS) + 1) * CLICK_EVERY_MS;
  for (let referenceMs = firstMs; referenceMs <= view.untilReferenceMs; referenceMs += CLICK_EVERY_MS) {
    const contextMs = view.contextMs(referenceMs);
    if (contextMs === null || contextMs < view.earliestContextMs) continue;
    clicks.push({ referenceMs, contextMs, isAccented: referenceMs % ACCENT_EVERY_MS === 0 });
  }
  return clicks;
}
