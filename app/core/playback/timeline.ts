/**
 * The one media timeline of a jam. Tracks lie end to end on it, so that a change of track is nothing the media element
 * notices. This decides where an entry lies, when an existing place still holds, and when a new segment has to be
 * opened further on. It knows nothing of what is buffered; whoever buffers obeys `cutFromMs`.
 */
import type { EntryId, TrackId } from "../ids.ts";
import type { ProgrammeEntry } from "../jam/documents.ts";
import { BUFFER_AHEAD_MS, BUFFER_BEHIND_MS, TIMELINE_GAP_MS } from "../tunables.ts";

/** Where an entry's music lies: [startMs, startMs + durationMs) of the timeline. */
export interface Place {
  readonly entryId: EntryId;
  readonly trackId: TrackId;
  readonly startMs: number;
  readonly durationMs: number;
}

export interface Timeline {
  /** Ascending; each begins exactly where the one before ends. */
  readonly places: readonly Place[];
  /** Everything that was ever placed ends here or before. */
  readonly usedUntilMs: number;
}

export interface Laid {
  readonly timeline: Timeline;
  /** From here on the buffer may hold music that no longer belongs there and must be removed first; null: nowhere. */
  readonly cutFromMs: number | null;
}

/** The first segment starts after a gap: the place of a track's encoder delay is never negative. */
export const EMPTY_TIMELINE: Timeline = { places: [], usedUntilMs: 0 };

/** How far beyond the current entry's end the following ones are placed. */
const LAY_AHEAD_MS = 2 * BUFFER_AHEAD_MS;

export function endOf(place: Place): number {
  return place.startMs + place.durationMs;
}

export function placeOf(timeline: Timeline, entryId: EntryId): Place | null {
  return timeline.places.find((place) => place.entryId === entryId) ?? null;
}

/**
 * Lays `current` and what follows it.
 *
 * - A current entry that has a place keeps it: seeking within it and going on to the next only move the playhead.
 * - One that has none (a jump, another programme) opens a new segment beyond everything used so far, because the old
 *   one may still be buffered, and sounding.
 * - Followers always continue the current entry's segment. Where others lay there before, the buffer is cut.
 */
export function layTimeline(timeline: Timeline, current: ProgrammeEntry, following: readonly ProgrammeEntry[]): Laid {
  const index = timeline.places.findIndex((place) => isPlaceOf(place, current));
  const held = timeline.places[index];
  const first = held ?? placeAt(timeline.usedUntilMs + TIMELINE_GAP_MS, current);
  // One or two tracks back stay placed: a correction of the clock can lead back across a change of track.
  const before = held ? timeline.places.slice(0, index).filter((place) => endOf(place) > first.startMs - BUFFER_BEHIND_MS) : [];

  const placed = held ? timeline.places.slice(index + 1) : [];
  const kept = countMatches(placed, following);
  const after = placed.slice(0, kept);
  const last = () => after.at(-1) ?? first;
  for (const entry of following.slice(kept)) {
    if (endOf(last()) > endOf(first) + LAY_AHEAD_MS) break;
    after.push(placeAt(endOf(last()), entry));
  }
  return {
    timeline: { places: [...before, first, ...after], usedUntilMs: Math.max(timeline.usedUntilMs, endOf(last())) },
    cutFromMs: placed[kept]?.startMs ?? null,
  };
}

/** How many of the placed followers are still the ones that follow. */
function countMatches(placed: readonly Place[], following: readonly ProgrammeEntry[]): number {
  const differing = placed.findIndex((place, step) => {
    const entry = following[step];
    return !entry || !isPlaceOf(place, entry);
  });
  return differing < 0 ? placed.length : differing;
}

function placeAt(startMs: number, entry: ProgrammeEntry): Place {
  return { entryId: entry.entryId, trackId: entry.trackId, startMs, durationMs: entry.durationMs };
}

function isPlaceOf(place: Place, entry: ProgrammeEntry): boolean {
  return place.entryId === entry.entryId && place.trackId === entry.trackId && place.durationMs === entry.durationMs;
}
