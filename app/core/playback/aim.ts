/** What the media element should be doing, in terms of the timeline: the programme's answer, translated. */
import type { NowPlaying } from "../jam/now-playing.ts";
import { endOf } from "./timeline.ts";
import type { Place, Timeline } from "./timeline.ts";

export type Aim =
  | { readonly kind: "nothing"; readonly hasEnded: boolean }
  /** Stand exactly here. */
  | { readonly kind: "rest"; readonly targetMs: number }
  /**
   * `targetMs` should sound `startsInMs` from now (0: it should sound now). Silent: until then an entry that this
   * browser can't play passes in silence.
   */
  | { readonly kind: "play"; readonly targetMs: number; readonly startsInMs: number; readonly isSilent: boolean };

/** @param place where the entry of `now` lies; @param isPlayable whether this browser makes sound of a place */
export function takeAim(now: NowPlaying, timeline: Timeline, place: Place | null, isPlayable: (place: Place) => boolean): Aim {
  if (now.kind !== "entry" || !place) return { kind: "nothing", hasEnded: now.kind === "ended" };
  const targetMs = place.startMs + now.positionMs;
  if (!now.playing) return isPlayable(place) ? { kind: "rest", targetMs } : { kind: "nothing", hasEnded: false };
  if (isPlayable(place)) return { kind: "play", targetMs, startsInMs: now.startsInMs, isSilent: false };
  const next = timeline.places.find((candidate) => candidate.startMs > targetMs && isPlayable(candidate));
  if (!next) return { kind: "nothing", hasEnded: false };
  return { kind: "play", targetMs: next.startMs, startsInMs: now.startsInMs + next.startMs - targetMs, isSilent: true };
}

/**
 * The same for an output that sounds `delayMs` later than the browser says (negative: earlier): the element has to be
 * that much ahead of what is to be heard, and starts that much sooner. A pause stands where it stands.
 *
 * @param musicStartMs where the music begins that can be started in: an early output cannot wait before it
 */
export function anticipate(aim: Aim, delayMs: number, musicStartMs: number): Aim {
  if (aim.kind !== "play") return aim;
  const firstMs = aim.startsInMs > 0 ? aim.targetMs : Math.min(musicStartMs, aim.targetMs);
  const nowMs = aim.targetMs - aim.startsInMs + delayMs;
  return { ...aim, targetMs: Math.max(nowMs, firstMs), startsInMs: Math.max(0, firstMs - nowMs) };
}

/** Where the playable music that reaches `toMs` begins: after an unplayable entry, or with the first one. */
export function musicStartMs(timeline: Timeline, toMs: number, isPlayable: (place: Place) => boolean): number {
  let startMs = toMs;
  for (const place of timeline.places.toReversed()) {
    if (place.startMs > toMs) continue;
    if (!isPlayable(place)) break;
    startMs = place.startMs;
  }
  return startMs;
}

/** Where the playable music around `fromMs` ends: at an unplayable entry, or with the last one. */
export function musicEndMs(timeline: Timeline, fromMs: number, isPlayable: (place: Place) => boolean): number {
  let endMs = fromMs;
  for (const place of timeline.places) {
    if (endOf(place) <= fromMs) continue;
    if (!isPlayable(place)) break;
    endMs = endOf(place);
  }
  return endMs;
}
