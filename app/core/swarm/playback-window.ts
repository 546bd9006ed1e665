/** Which pieces are needed when: everything that will sound within the playback window, across the end of a track. */
import type { TrackId } from "../ids.ts";
import { chunkIndexAt, chunkStartMs } from "../manifest/manifest.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { BLOCK_BYTES, PLAYBACK_WINDOW_MS, PLAYHEAD_LEAD_MS, UPLINK_ASSUMED_BYTES_PER_MS } from "../tunables.ts";
import type { Demand } from "./api.ts";

/** For so much, a chunk of MP3, `PLAYHEAD_LEAD_MS` is time enough. */
const SOON_THERE_BYTES = 2 * BLOCK_BYTES;

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
 * playhead stands still and is answered as if it started now; before a playing one, what is about to be over is left
 * out. Nothing lies beyond a track without manifest, since its length is unknown.
 * @param comesInMs how long what is still missing of a piece takes on its way, ms
 */
export function playbackWindow(
  demand: TimedDemand,
  manifestOf: (trackId: TrackId) => Manifest | null,
  nowMs: number,
  comesInMs: (trackId: TrackId, index: number) => number = () => 0,
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
      let first = chunkIndexAt(manifest, fromMs);
      if (playing && fromMs > 0 && chunkEndMs(manifest, first) - fromMs < comesInMs(wanted, first)) first++;
      for (let index = first; index < manifest.chunks.length; index++) {
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

/**
 * Which piece a newcomer is given that needs what plays at `positionMs`, and names no piece because it has no manifest:
 * the first that can be there before it is over. Both ends work it out alike.
 */
export function headIndex(manifest: Manifest, positionMs: number): number {
  const index = chunkIndexAt(manifest, positionMs);
  const isTooLate = chunkEndMs(manifest, index) - positionMs < transferMs(manifest.chunks[index]?.sizeBytes ?? 0);
  return isTooLate ? Math.min(index + 1, manifest.chunks.length - 1) : index;
}

/** What a piece of music takes beyond what every one does, at an unknown link's rate or a better one that was seen. */
export function transferMs(missingBytes: number, bytesPerMs = 0): number {
  return Math.max(0, missingBytes - SOON_THERE_BYTES) / Math.max(UPLINK_ASSUMED_BYTES_PER_MS, bytesPerMs);
}

function chunkEndMs(manifest: Manifest, index: number): number {
  const isLast = index >= manifest.chunks.length - 1;
  return isLast ? manifest.durationUs / 1000 : chunkStartMs(manifest, index + 1);
}
