/** From what was heard and noted in a scenario to its figures. */
import { audibleSeeks, largestRateChange } from "./observer.ts";
import type { Observation } from "./observer.ts";
import { gapBefore, judgeEpisode } from "./offsets.ts";
import type { EpisodeResult, Offset } from "./offsets.ts";
import { MARK_SPACING_MS } from "./marks.ts";
import type { Sighting } from "./mark-finder.ts";
import type { Belief, Notes, Scene } from "./stage.ts";
import { toldErrorsMs } from "./told.ts";

export interface Verdict {
  readonly scenario: string;
  readonly episodes: readonly EpisodeResult[];
  /** Scenes in which the two were never heard together. */
  readonly unheard: readonly string[];
  /** All settled offsets. */
  readonly offsets: readonly Offset[];
  /** Those of them before which neither output broke off for a while: what is left when the machine is not to blame. */
  readonly calmOffsets: readonly Offset[];
  /** What the app thought meanwhile. */
  readonly beliefs: readonly Belief[];
  /** How wrongly the browsers told it where they were, at the settled offsets. */
  readonly toldErrorsMs: readonly number[];
  readonly playToSoundMs: readonly number[];
  readonly gapsMs: readonly number[];
  /** Of either browser, in percent of the natural rate. */
  readonly rateChangePercent: number;
  /** Of both browsers, while they played. */
  readonly seeks: number;
  /** How often sound broke off and went on later without having been told to: the machine did not keep up. */
  readonly dropouts: number;
  /** One-minute load average at the scenario's end. */
  readonly load: number;
}

/** From `play()` or a break on: a second of sound, which begins up to a quarter of a second later. What happens sooner is the start itself. */
const START_PHASE_MS = 1_250;

/** @param changes numbers of the first marks of all tracks but the first */
export function judge(
  scenario: string,
  notes: Notes,
  sightings: readonly Sighting[],
  changes: readonly number[],
  load: number,
): Verdict {
  const judged = notes.scenes.map((scene) => ({ scene, result: judgeEpisode(sightings, scene, scene.soundWithinMs) }));
  const episodes = judged.flatMap(({ result }) => result ?? []);
  const endMs = Math.max(0, ...notes.scenes.map(({ untilMs }) => untilMs));
  const dropoutsMs = [findDropouts(0, sightings), findDropouts(1, sightings)] as const;
  const isUpset = (atMs: number) => dropoutsMs.flat().some((dropoutMs) => dropoutMs <= atMs && atMs < dropoutMs + UPSET_MS);
  const pages = [
    { page: notes.host, breaksMs: dropoutsMs[0] },
    ...notes.guests.map((page) => ({ page, breaksMs: dropoutsMs[1] })),
  ];
  const offsets = episodes.flatMap(({ settled }) => settled);
  return {
    scenario,
    episodes,
    unheard: judged.filter(({ result }) => !result).map(({ scene }) => scene.what),
    offsets,
    calmOffsets: offsets.filter(({ atMs }) => !isUpset(atMs)),
    beliefs: notes.beliefs,
    toldErrorsMs: toldErrorsMs(offsets, notes.host, notes.guests.flat()),
    playToSoundMs: notes.scenes.flatMap((scene) => playToSoundMs(scene, notes.host, sightings) ?? []),
    gapsMs: changes.flatMap((number) => [0, 1].flatMap((output) => gapBefore(number, output, sightings) ?? [])),
    rateChangePercent:
      100 * Math.max(...pages.map(({ page, breaksMs }) => largestRateChange(page, breaksMs, START_PHASE_MS, endMs))),
    seeks: pages.reduce((sum, { page }) => sum + audibleSeeks(page).length, 0),
    dropouts: dropoutsMs.flat().length,
    load,
  };
}

/** Marks that follow their predecessor this much too late, ms: above what a rate 3 % off makes of their spacing. */
const DROPOUT_MS = 12;
/** Below this it is no pause or jump, ms. */
const PAUSE_MS = 500;

/** How long a break is made good for at most, ms. */
const UPSET_MS = 5_000;

/** When sound went on. */
function findDropouts(output: number, sightings: readonly Sighting[]): readonly number[] {
  const own = sightings.filter((sighting) => sighting.output === output);
  return own.flatMap(({ number, atMs }, index) => {
    const before = own[index - 1];
    const lateMs = before?.number === number - 1 ? atMs - before.atMs - MARK_SPACING_MS : 0;
    return lateMs > DROPOUT_MS && lateMs < PAUSE_MS ? [atMs] : [];
  });
}

/** From the click to the moment at which the listener's sound began, told by the first mark after it. */
function playToSoundMs(scene: Scene, host: readonly Observation[], sightings: readonly Sighting[]): number | null {
  if (scene.playsFromMs === null) return null;
  const { atMs, untilMs, playsFromMs } = scene;
  const click = host.find((seen) => seen.kind === "click" && seen.atMs >= atMs);
  const first = sightings.find((seen) => seen.output === 1 && seen.atMs >= atMs && seen.atMs < untilMs);
  return click && first ? first.atMs - (first.number * MARK_SPACING_MS - playsFromMs) - click.atMs : null;
}
