/** Which pieces are needed when: everything that will sound within the playback window, across the end of a track. */
import type { TrackId } from "../ids.ts";
import { chunkIndexAt, chunkStartMs } from "../manifest/manifest.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { PLAYBACK_WINDOW_MS, PLAYHEAD_LEAD_MS } from "../tunables.ts";
import type { Demand } from "./api.ts";

export interface WindowPiece {
  readonly trackId: TrackId;
  readonly index: number;
  /** When it will sound; in the past for what should sound already. */
  readonly deadlineMs: number;
  readonly isCover: boolean;
}

/** A demand, and when it was made: a playing playhead moves on by itself. */
export interface TimedDemand extends Demand {
  readonly atMs: number;
}

/**
 * In the order of deadlines. The covers of the tracks come last, at the window's end: nobody hears them. A paused
 * playhead stands still and is answered as if it started now; before a playing one, what is about to be over is left out. Nothing lies beyond a track without manifest, since its
 * length is unknown.
 */
export function playbackWindow(
  demand: TimedDemand,
  manifestOf: (trackId: TrackId) => Manifest | null,
  nowMs: number,
): WindowPiece[] {
  const pieces: WindowPiece[] = [];
  const covers: WindowPiece[] = [];
  if (!demand.current) return pieces;
  const { trackId, positionMs, playing } = demand.current;
  const playheadMs = positionMs + (playing ? nowMs - demand.atMs : 0);
  /** When the track's position 0 sounds, seen from now. */
  let startsInMs = -playheadMs;
  let fromMs = playheadMs + (playing ? PLAYHEAD_LEAD_MS : 0);
  for (const wanted of [trackId, ...demand.upcoming]) {
    const manifest = manifestOf(wanted);
    if (!manifest || startsInMs >= PLAYBACK_WINDOW_MS) break;
    const durationMs = manifest.durationUs / 1000;
    if (fromMs < durationMs) {
      for (let index = chunkIndexAt(manifest, fromMs); index < manifest.chunks.length; index++) {
        const inMs = startsInMs + chunkStartMs(manifest, index);
        if (inMs >= PLAYBACK_WINDOW_MS) break;
        pieces.push({ trackId: wanted, index, deadlineMs: nowMs + inMs, isCover: false });
      }
      if (manifest.cover)
        covers.push({ trackId: wanted, index: manifest.chunks.length, deadlineMs: nowMs + PLAYBACK_WINDOW_MS, isCover: true });
    }
    startsInMs += durationMs;
    fromMs = Math.max(0, fromMs - durationMs);
  }
  return [...pieces, ...covers];
}
