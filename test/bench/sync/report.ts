/** Verdicts as the bench's figures, goals and table. */
import { percentile } from "../bench.ts";
import type { BenchReport, Goal } from "../bench.ts";
import type { Verdict } from "./judge.ts";
import { spreadOf } from "./offsets.ts";
import type { SyncOptions } from "./options.ts";
import type { RigCheck } from "./rig-check.ts";

interface ScenarioGoal {
  /** Of the figures: `steadyP95Ms`. */
  readonly prefix: string;
  readonly p95Ms: number;
  readonly maxMs: number;
}

const GOALS: Readonly<Record<string, ScenarioGoal>> = {
  steady: { prefix: "steady", p95Ms: 2, maxMs: 5 },
  "late-join": { prefix: "lateJoin", p95Ms: 3, maxMs: 8 },
  return: { prefix: "return", p95Ms: 3, maxMs: 8 },
  "pause-resume": { prefix: "resume", p95Ms: 3, maxMs: 8 },
  seek: { prefix: "seek", p95Ms: 3, maxMs: 8 },
  "track-change": { prefix: "trackChange", p95Ms: 3, maxMs: 8 },
  stall: { prefix: "stall", p95Ms: 3, maxMs: 8 },
  load: { prefix: "load", p95Ms: 5, maxMs: 15 },
  jitter: { prefix: "jitter", p95Ms: 5, maxMs: 15 },
  long: { prefix: "long", p95Ms: 3, maxMs: 8 },
  firefox: { prefix: "firefox", p95Ms: 10, maxMs: 20 },
};

const PLAY_TO_SOUND_MS = 250;
const GAP_MS = 5;
const RATE_CHANGE_PERCENT = 1;
/** The rig must be better than what it judges by far. */
const RIG_ERROR_MS = 0.1;

export function report(options: SyncOptions, verdicts: readonly Verdict[], rig: readonly RigCheck[]): BenchReport {
  const figures: Record<string, number> = {};
  const goals: Record<string, Goal> = {};
  const add = (name: string, figure: number, goal?: number) => {
    figures[name] = round(figure);
    if (goal !== undefined) goals[name] = { max: goal };
  };
  if (rig.length > 0) add("rigErrorMs", Math.max(...rig.map(({ errorMs }) => errorMs)), RIG_ERROR_MS);
  for (const [scenario, { prefix, p95Ms, maxMs }] of Object.entries(GOALS)) {
    const played = verdicts.filter((verdict) => verdict.scenario === scenario);
    if (played.length === 0) continue;
    const offsets = played.flatMap((verdict) => verdict.offsets);
    const isHeard = offsets.length > 0 && played.every(({ unheard }) => unheard.length === 0);
    const spread = isHeard ? spreadOf(offsets) : { p95Ms: UNHEARD_MS, maxMs: UNHEARD_MS };
    add(`${prefix}P95Ms`, spread.p95Ms, p95Ms);
    add(`${prefix}MaxMs`, spread.maxMs, maxMs);
  }
  const addWorst = (name: string, values: readonly number[], goal: number) => {
    if (values.length > 0) add(name, Math.max(...values), goal);
  };
  const all = <T>(pick: (verdict: Verdict) => readonly T[]) => verdicts.flatMap(pick);
  addWorst(
    "playToSoundMsMax",
    all(({ playToSoundMs }) => playToSoundMs),
    PLAY_TO_SOUND_MS,
  );
  addWorst(
    "gapMsMax",
    all(({ gapsMs }) => gapsMs.map(Math.abs)),
    GAP_MS,
  );
  addWorst(
    "rateChangePercentMax",
    all(({ rateChangePercent }) => [rateChangePercent]),
    RATE_CHANGE_PERCENT,
  );
  return {
    options: { ...options, scenarios: options.scenarios.join(","), plot: options.plot },
    figures,
    goals,
    rows: [...rig.map(rigRow), ...verdicts.map(verdictRow)],
  };
}

/** JSON has no infinity. */
const UNHEARD_MS = 1e9;

function verdictRow(verdict: Verdict) {
  const { scenario, offsets, calmOffsets, episodes, beliefs, toldErrorsMs, rateChangePercent, seeks, dropouts, load } = verdict;
  const spread = offsets.length > 0 ? spreadOf(offsets) : null;
  const believedMs = beliefs.map(({ aheadMs }) => Math.abs(aheadMs));
  return {
    scenario,
    marks: offsets.length,
    "p50 ms": round(spread?.p50Ms ?? NaN),
    "p95 ms": round(spread?.p95Ms ?? NaN),
    "max ms": round(spread?.maxMs ?? NaN),
    "calm p95": round(calmOffsets.length > 0 ? spreadOf(calmOffsets).p95Ms : NaN),
    "median ms": round(
      offsets.length > 0
        ? percentile(
            offsets.map(({ aheadMs }) => aheadMs),
            0.5,
          )
        : NaN,
    ),
    "believed p50": round(believedMs.length > 0 ? percentile(believedMs, 0.5) : NaN),
    p95: round(believedMs.length > 0 ? percentile(believedMs, 0.95) : NaN),
    "told wrong p95": round(toldErrorsMs.length > 0 ? percentile(toldErrorsMs.map(Math.abs), 0.95) : NaN),
    "clock ms": round(
      beliefs.length > 0
        ? percentile(
            beliefs.map(({ clockMs }) => clockMs),
            0.5,
          )
        : NaN,
    ),
    "at first ms": round(Math.max(0, ...episodes.map(({ worstAtFirstMs }) => worstAtFirstMs))),
    "in step s": round(Math.max(0, ...episodes.map(({ convergedMs }) => convergedMs)) / 1000),
    "rate %": round(rateChangePercent),
    seeks,
    dropouts,
    load: round(load),
  };
}

function rigRow({ what, expectedMs, errorMs, marks }: RigCheck) {
  return { ...verdictRow(NOTHING), scenario: `rig: ${what}`, marks, "median ms": round(expectedMs), "max ms": round(errorMs) };
}

const NOTHING: Verdict = {
  scenario: "",
  episodes: [],
  unheard: [],
  offsets: [],
  calmOffsets: [],
  beliefs: [],
  toldErrorsMs: [],
  playToSoundMs: [],
  gapsMs: [],
  rateChangePercent: 0,
  seeks: 0,
  dropouts: 0,
  load: NaN,
};

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
