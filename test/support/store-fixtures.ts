/** Bytes and ids for tests of what is kept. */
import * as v from "valibot";
import { TrackIdSchema } from "../../app/core/index.ts";
import type { TrackId } from "../../app/core/index.ts";

export function trackIdOfNumber(number: number): TrackId {
  return v.parse(TrackIdSchema, number.toString(16).padStart(64, "0"));
}

/** Reproducible bytes, different for each seed. */
export function bytesOf(sizeBytes: number, seed: number): Uint8Array {
  return Uint8Array.from({ length: sizeBytes }, (_, index) => (index * 31 + seed * 7 + 1) & 255);
}
