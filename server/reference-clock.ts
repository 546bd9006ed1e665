/**
 * The jam's reference time: monotonic while the server runs, and anchored to the wall clock at its start, so that a
 * restart moves it by no more than the wall clock was corrected meanwhile, and documents keep their meaning.
 */

/** Milliseconds, fractional, never going backwards. */
export type ReferenceClock = () => number;

export const referenceNowMs: ReferenceClock = () => performance.timeOrigin + performance.now();
