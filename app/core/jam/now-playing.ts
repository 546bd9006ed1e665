/**
 * Where the jam is, as a function of its documents and the reference time. Entries follow one another without anyone
 * saying so: everybody computes the same change of track at the same moment, host present or not.
 */
import type { Programme, ProgrammeEntry, Transport } from "./documents.ts";

export type NowPlaying =
  | { readonly kind: "nothing" }
  | {
      readonly kind: "entry";
      readonly entry: ProgrammeEntry;
      /** Index in the programme. */
      readonly index: number;
      readonly playing: boolean;
      /** Position in the entry's music, ms; while a start is still ahead, the position it will start from. */
      readonly positionMs: number;
      /** Reference time at which this entry's position 0 sounds (or would, when paused: null). */
      readonly startedAtReferenceMs: number | null;
      /** A scheduled start that is still ahead: ms until then; else 0. */
      readonly startsInMs: number;
    }
  /** The programme has been played to its end. */
  | { readonly kind: "ended"; readonly lastIndex: number };

export function resolveNowPlaying(transport: Transport | null, programme: Programme | null, referenceMs: number): NowPlaying {
  if (!transport?.entryId || !programme) return { kind: "nothing" };
  const first = programme.entries.findIndex((entry) => entry.entryId === transport.entryId);
  if (first < 0) return { kind: "nothing" };
  const elapsedMs = transport.playing ? Math.max(0, referenceMs - transport.atReferenceMs) : 0;
  let positionMs = transport.positionMs + elapsedMs;
  for (let index = first; index < programme.entries.length; index++) {
    const entry = programme.entries[index] as ProgrammeEntry;
    if (positionMs < entry.durationMs || !transport.playing) {
      const startsInMs = transport.playing ? Math.max(0, transport.atReferenceMs - referenceMs) : 0;
      return {
        kind: "entry",
        entry,
        index,
        playing: transport.playing,
        positionMs: Math.min(positionMs, entry.durationMs),
        startedAtReferenceMs: transport.playing ? referenceMs + startsInMs - positionMs : null,
        startsInMs,
      };
    }
    positionMs -= entry.durationMs;
  }
  return { kind: "ended", lastIndex: programme.entries.length - 1 };
}
