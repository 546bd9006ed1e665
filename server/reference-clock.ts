/**
 * The jam's reference time: monotonic while the server runs, and anchored to the wall clock at its start, so that a
 * restart moves it by no more than the wall clock was corrected meanwhile, and documents keep their meaning.
 */
import * as v from "valibot";
import { ClockIdSchema } from "../app/core/index.ts";

/** Milliseconds, fractional, never going backwards. */
export type ReferenceClock = () => number;

export const referenceNowMs: ReferenceClock = () => performance.timeOrigin + performance.now();

/** Names this run of the clock by its start, in microseconds. */
export const clockId = v.parse(ClockIdSchema, Math.round(performance.timeOrigin * 1000).toString(36));
