/** From marks heard to how far apart two outputs were. Times are ms of the recording. */
import { percentile } from "../bench.ts";
import { MARK_SPACING_MS } from "./marks.ts";
import type { Sighting } from "./mark-finder.ts";

/** How far the second output was ahead of the first when both played the same mark. */
export interface Offset {
  readonly number: number;
  /** When the first output played it. */
  readonly atMs: number;
  /** Positive: the second output plays early. */
  readonly aheadMs: number;
}

/** Something happened, and what followed was listened to until `untilMs`. */
export interface Episode {
  readonly what: string;
  readonly atMs: number;
  readonly untilMs: number;
}

export interface EpisodeResult {
  readonly what: string;
  readonly atMs: number;
  /** From here on both outputs sounded. */
  readonly soundsAtMs: number;
  /** Offsets from SETTLE_MS after that on. */
  readonly settled: readonly Offset[];
  /** The largest offset before. */
  readonly worstAtFirstMs: number;
  /** From both sounding until the offset stayed within CONVERGED_MS; Infinity when it never did. */
  readonly convergedMs: number;
}

/** The goals hold from so long after an event. */
export const SETTLE_MS = 2_000;
/** In step. */
const CONVERGED_MS = 3;
/** The same mark heard twice (a seek back) belongs to its nearest counterpart, if that is no further away. */
const MAX_OFFSET_MS = 3_000;
/** Two marks that follow each other later than this have silence, or a jump, between them. */
const BREAK_MS = 1.5 * MARK_SPACING_MS;

export function pairSightings(sightings: readonly Sighting[]): readonly Offset[] {
  const seconds = new Map<number, Sighting[]>();
  for (const sighting of sightings) {
    if (sighting.output === 1) seconds.set(sighting.number, [...(seconds.get(sighting.number) ?? []), sighting]);
  }
  return sightings
    .filter(({ output }) => output === 0)
    .flatMap(({ number, atMs }) => {
      const offsetsMs = (seconds.get(number) ?? []).map((second) => atMs - second.atMs);
      const aheadMs = offsetsMs.toSorted((a, b) => Math.abs(a) - Math.abs(b))[0];
      return aheadMs !== undefined && Math.abs(aheadMs) <= MAX_OFFSET_MS ? [{ number, atMs, aheadMs }] : [];
    })
    .toSorted((a, b) => a.atMs - b.atMs);
}

/**
 * @param soundWithinMs how long after the event the outputs may break off and begin anew because of it; what happens
 *   later counts against them
 * @returns null when the outputs never played the same in the episode.
 */
export function judgeEpisode(sightings: readonly Sighting[], episode: Episode, soundWithinMs: number): EpisodeResult | null {
  const starts = [0, 1].map((output) => soundStart(sightings, output, episode, soundWithinMs));
  const soundsAtMs = Math.max(...starts.map((start) => start ?? Infinity));
  const offsets = pairSightings(sightings.filter(({ atMs }) => atMs >= episode.atMs && atMs < episode.untilMs)).filter(
    ({ atMs }) => atMs >= soundsAtMs - MARK_SPACING_MS,
  );
  if (offsets.length === 0) return null;
  const settled = offsets.filter(({ atMs }) => atMs >= soundsAtMs + SETTLE_MS);
  const first = offsets.filter(({ atMs }) => atMs < soundsAtMs + SETTLE_MS);
  const lastWrong = offsets.findLast(({ aheadMs }) => Math.abs(aheadMs) > CONVERGED_MS);
  const isNeverRight = lastWrong === offsets.at(-1);
  return {
    what: episode.what,
    atMs: episode.atMs,
    soundsAtMs,
    settled,
    worstAtFirstMs: Math.max(0, ...first.map(({ aheadMs }) => Math.abs(aheadMs))),
    convergedMs: isNeverRight ? Infinity : Math.max(0, (lastWrong?.atMs ?? soundsAtMs) - soundsAtMs),
  };
}

/** When this output began to sound because of the event: after its last break within `soundWithinMs`. */
function soundStart(sightings: readonly Sighting[], output: number, episode: Episode, soundWithinMs: number): number | null {
  const own = sightings.filter((sighting) => sighting.output === output && sighting.atMs < episode.untilMs);
  const fresh = own.findLast(({ number, atMs }, index) => {
    const before = own[index - 1];
    const isBreak = !before || number !== before.number + 1 || atMs - before.atMs > BREAK_MS;
    return isBreak && atMs >= episode.atMs && atMs < episode.atMs + soundWithinMs;
  });
  if (fresh) return fresh.atMs;
  // It may play on as if nothing had happened: a change of track, a load on the machine.
  return own.some(({ atMs }) => atMs >= episode.atMs) ? episode.atMs : null;
}

export interface Spread {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
}

/** Of the offsets' sizes. @param offsets at least one */
export function spreadOf(offsets: readonly Offset[]): Spread {
  const sizes = offsets.map(({ aheadMs }) => Math.abs(aheadMs));
  return { p50Ms: percentile(sizes, 0.5), p95Ms: percentile(sizes, 0.95), maxMs: Math.max(...sizes) };
}

/**
 * How much longer than written a change from mark `number - 1` to `number` took on one output, ms: the gap between two
 * tracks. Null where it was not heard.
 */
export function gapBefore(number: number, output: number, sightings: readonly Sighting[]): number | null {
  const own = sightings.filter((sighting) => sighting.output === output);
  const at = own.findIndex((sighting, index) => sighting.number === number && own[index - 1]?.number === number - 1);
  const [before, after] = [own[at - 1], own[at]];
  return before && after ? after.atMs - before.atMs - MARK_SPACING_MS : null;
}
