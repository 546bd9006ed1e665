/**
 * What to put into the media buffer next, and what to take out of it. It sees places, held pieces and buffered ranges,
 * and answers with one step at a time; whoever carries the step out asks again.
 */
import { chunkIndexAt, chunkStartMs } from "../manifest/manifest.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { TrackId } from "../ids.ts";
import { BUFFER_SLACK_MS, BUFFER_TOLERANCE_MS } from "../tunables.ts";
import { endOf } from "./timeline.ts";
import type { Place } from "./timeline.ts";

/** [startMs, endMs) */
export type Range = readonly [startMs: number, endMs: number];

/** A chunk in its place. */
export interface ChunkPlace {
  readonly place: Place;
  readonly index: number;
}

export interface BufferView {
  /** Ascending, end to end. */
  readonly places: readonly Place[];
  /** Where the music is, or where it will start. */
  readonly targetMs: number;
  /** Ascending. */
  readonly buffered: readonly Range[];
  /** Null while unknown. */
  manifest(trackId: TrackId): Manifest | null;
  isHeld(trackId: TrackId, index: number): boolean;
  /** Not to be appended (again): the browser took it and made nothing of it, or cannot play this track at all. */
  isSpent(chunk: ChunkPlace): boolean;
  readonly aheadMs: number;
  readonly aheadBytes: number;
  readonly behindMs: number;
}

export type BufferStep =
  | ({ readonly kind: "append" } & ChunkPlace)
  | { readonly kind: "remove"; readonly startMs: number; readonly endMs: number }
  | { readonly kind: "none" };

export function planBuffer(view: BufferView): BufferStep {
  const horizonMs = horizonOf(view);
  const keepFromMs = view.targetMs - view.behindMs;
  return findExcess(view.buffered, keepFromMs, horizonMs) ?? findMissing(view, horizonMs) ?? { kind: "none" };
}

/**
 * Normally `aheadMs` beyond the target. When the current entry ends within that, the next one's start counts too: a
 * phone whose page is asleep plays on into the next track.
 */
export function horizonOf(view: Pick<BufferView, "places" | "targetMs" | "aheadMs">): number {
  const horizonMs = view.targetMs + view.aheadMs;
  const next = view.places.find((place) => place.startMs > view.targetMs && place.startMs < horizonMs);
  return next ? next.startMs + view.aheadMs : horizonMs;
}

/** Where a chunk's music lies on the timeline, cut to its place. Empty for a chunk of nothing but encoder delay. */
export function rangeOf({ place, index }: ChunkPlace, manifest: Manifest): Range {
  const clamp = (ms: number) => Math.min(place.startMs + Math.max(0, ms), endOf(place));
  return [clamp(chunkStartMs(manifest, index)), clamp(chunkStartMs(manifest, index + 1))];
}

/** Milliseconds of `range` that are in `buffered`. */
export function coveredMs(buffered: readonly Range[], [startMs, endMs]: Range): number {
  return buffered.reduce((sum, [from, to]) => sum + Math.max(0, Math.min(to, endMs) - Math.max(from, startMs)), 0);
}

/** All but what a frame at its edge may cost. A chunk as short as that edge must be there by half. */
export function isCovered(buffered: readonly Range[], range: Range): boolean {
  const lengthMs = range[1] - range[0];
  return lengthMs - coveredMs(buffered, range) <= Math.min(BUFFER_TOLERANCE_MS, lengthMs / 2);
}

/** Contiguously buffered music from `fromMs` on. Gaps that browsers play across (a frame's edge) don't interrupt it. */
export function bufferedAheadMs(buffered: readonly Range[], fromMs: number): number {
  let endMs = fromMs;
  for (const [from, to] of buffered) if (from <= endMs + BUFFER_TOLERANCE_MS / 2 && to > endMs) endMs = to;
  return endMs - fromMs;
}

function findExcess(buffered: readonly Range[], keepFromMs: number, keepUntilMs: number): BufferStep | null {
  const first = buffered[0];
  if (first && first[0] < keepFromMs - BUFFER_SLACK_MS) return { kind: "remove", startMs: 0, endMs: keepFromMs };
  const last = buffered.at(-1);
  // A chunk is appended whole, so the last one may reach beyond the horizon by its length.
  if (last && last[1] > keepUntilMs + 2 * BUFFER_SLACK_MS)
    return { kind: "remove", startMs: keepUntilMs + BUFFER_SLACK_MS, endMs: Infinity };
  return null;
}

/** The first chunk from the target on that is not buffered, if it is held and within bounds. Never one behind a hole. */
function findMissing(view: BufferView, horizonMs: number): BufferStep | null {
  let aheadBytes = 0;
  for (const place of view.places) {
    if (endOf(place) <= view.targetMs) continue;
    if (place.startMs >= horizonMs) return null;
    const manifest = view.manifest(place.trackId);
    if (!manifest) return null;
    for (let index = chunkIndexAt(manifest, view.targetMs - place.startMs); index < manifest.chunks.length; index++) {
      const chunk = { place, index };
      const range = rangeOf(chunk, manifest);
      if (range[0] >= horizonMs) return null;
      if (range[1] <= Math.max(range[0], view.targetMs) || view.isSpent(chunk)) continue;
      aheadBytes += manifest.chunks[index]?.sizeBytes ?? 0;
      // The chunk under the target and the one after it come whatever their size: without them there is no music.
      if (aheadBytes > view.aheadBytes && range[0] > view.targetMs + BUFFER_SLACK_MS) return null;
      if (isCovered(view.buffered, clip(range, view.targetMs, horizonMs))) continue;
      return view.isHeld(place.trackId, index) ? { kind: "append", ...chunk } : null;
    }
  }
  return null;
}

/** Behind the target music was perhaps removed on purpose; beyond the horizon it isn't wanted yet. */
function clip([startMs, endMs]: Range, fromMs: number, untilMs: number): Range {
  return [Math.max(startMs, fromMs), Math.min(endMs, untilMs)];
}
