/** What `bench sync` can be asked. */
import { parseArgs } from "node:util";
import { UsageError } from "../bench.ts";
import { CODECS } from "./tracks.ts";
import type { Codec } from "./tracks.ts";

export const SCENARIOS = [
  "rig",
  "steady",
  "late-join",
  "return",
  "pause-resume",
  "seek",
  "track-change",
  "stall",
  "load",
  "jitter",
  "long",
  "firefox",
] as const;
export type ScenarioName = (typeof SCENARIOS)[number];

/** Half an hour is asked for by name. */
const DEFAULT_SCENARIOS = SCENARIOS.filter((name) => name !== "long");

export interface SyncOptions {
  readonly scenarios: readonly ScenarioName[];
  /** How often each scenario is played. */
  readonly runs: number;
  /** Of `long`. */
  readonly minutes: number;
  readonly codec: Codec;
  /** Where the picture goes; null for none. */
  readonly plot: string | null;
  /** Where everything goes that was seen; null for nowhere. */
  readonly trace: string | null;
}

export const USAGE = `npm run bench -- sync [options]

Two real browsers, a host and a listener, play a track of marks, each into its own half of one silent PulseAudio card. One
recording of that card holds both on one sample clock: what is measured is what would leave the loudspeakers.

  --scenario NAME,…   ${SCENARIOS.slice(0, 7).join(", ")},
                      ${SCENARIOS.slice(7).join(", ")}   (all but long)
  --runs N            how often each is played                          (1)
  --minutes N         how long "long" is                                (30)
  --codec NAME        ${CODECS.join(", ")}                (flac)
  --plot FILE         an SVG of the offset over time
  --trace FILE        everything that was seen, as JSON
  --json              one JSON object as the last line

Offsets are ms between the moments at which the two outputs play the same mark; figures count from 2 s after both sound
again, but for rigErrorMs (the rig by itself: one player on both halves, and a known offset), playToSoundMsMax (from the
host's click on "Play" to sound from the listener, who holds the music), gapMsMax (what a change of track adds) and
rateChangePercentMax (of the playback rate, later than 1 s after sound began or broke off). "believed" is what the app itself
thinks, "told wrong" by how much the browsers' own word (a media element's currentTime, an audio context's timestamps) was wrong
about what was heard, "clock" how far the listener's reference clock is ahead of the host's; "dropouts" are breaks that nobody asked for, as
on a machine that cannot keep up; "calm p95" leaves out 5 s after each.

Needs PulseAudio and the codec's encoder: installed by apt where this runs as root on Debian. Firefox is driven through
WebDriver BiDi; without one, that scenario is left out unless it is the only one asked for.`;

export function readOptions(args: readonly string[]): SyncOptions {
  const values = parse(args);
  return {
    scenarios: values.scenario === undefined ? DEFAULT_SCENARIOS : values.scenario.split(",").map(readScenario),
    runs: wholeNumber("--runs", values.runs, 1, 100),
    minutes: wholeNumber("--minutes", values.minutes, 1, 60),
    codec: readCodec(values.codec),
    plot: values.plot ?? null,
    trace: values.trace ?? null,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        scenario: { type: "string" },
        runs: { type: "string", default: "1" },
        minutes: { type: "string", default: "30" },
        codec: { type: "string", default: "flac" },
        plot: { type: "string" },
        trace: { type: "string" },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function readScenario(text: string): ScenarioName {
  const name = SCENARIOS.find((candidate) => candidate === text);
  if (!name) throw new UsageError(`--scenario: there is no "${text}"; there are ${SCENARIOS.join(", ")}.`);
  return name;
}

function readCodec(text: string): Codec {
  const codec = CODECS.find((candidate) => candidate === text);
  if (!codec) throw new UsageError(`--codec is one of ${CODECS.join(", ")}, not ${text}.`);
  return codec;
}

function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new UsageError(`${option} is a whole number from ${min} to ${max}, not ${text}.`);
}
