/** How far apart two browsers sound, whatever they believe: scenario by scenario, on one recording. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright";
import type { Browser } from "playwright";
import buildApp from "../../support/build-app.ts";
import { CHROMIUM_ARGS, findChromium } from "../../support/chromium.ts";
import { startJamServer } from "../../support/jam-server.ts";
import { CannotRunError, percentile } from "../bench.ts";
import type { Bench, BenchReport } from "../bench.ts";
import { FirefoxGuest, findFirefox } from "./firefox-guest.ts";
import { requireTools } from "./install-tools.ts";
import { judge } from "./judge.ts";
import type { Verdict } from "./judge.ts";
import type { Sighting } from "./mark-finder.ts";
import { pairSightings, spreadOf } from "./offsets.ts";
import { readOptions, USAGE } from "./options.ts";
import type { ScenarioName, SyncOptions } from "./options.ts";
import { plotOffsets } from "./plot.ts";
import type { Strip } from "./plot.ts";
import { report } from "./report.ts";
import { checkRig } from "./rig-check.ts";
import type { RigCheck } from "./rig-check.ts";
import { describeScenario, firstMarks } from "./scenarios.ts";
import { SOUND_PROGRAMS, SoundServer } from "./sound-server.ts";
import type { Output } from "./sound-server.ts";
import { Stage } from "./stage.ts";
import type { Notes } from "./stage.ts";
import { encoderOf, makeTrack } from "./tracks.ts";

type PlayedScenario = Exclude<ScenarioName, "rig">;

/** What is there during the whole bench. */
interface House {
  readonly options: SyncOptions;
  readonly sound: SoundServer;
  readonly url: string;
  readonly hostBrowser: Browser;
  readonly guestBrowser: Browser;
  readonly folder: string;
  readonly say: (line: string) => void;
}

export const syncBench: Bench = {
  name: "sync",
  summary: "how far apart two browsers sound, by their sound and not by their word",
  usage: USAGE,
  async run(args, say) {
    const options = readOptions(args);
    const executablePath = findChromium();
    if (!executablePath) throw new CannotRunError("This bench needs a Chromium: install one, or name yours in CHROMIUM_PATH.");
    await requireTools([...SOUND_PROGRAMS, encoderOf(options.codec) ?? []].flat(), say);
    say("building the app");
    await buildApp();
    return await runAtHome(executablePath, options, say);
  },
};

async function runAtHome(executablePath: string, options: SyncOptions, say: (line: string) => void): Promise<BenchReport> {
  const toClose: (() => Promise<unknown>)[] = [];
  try {
    const folder = await mkdtemp(join(tmpdir(), "beattorrent-sync-"));
    toClose.push(() => rm(folder, { recursive: true, force: true }));
    const server = await startJamServer();
    toClose.push(() => server.stop());
    const sound = await SoundServer.start();
    toClose.push(() => sound.stop());
    const open = async (output: Output) => {
      const browser = await launchAudible(executablePath, sound, output);
      toClose.push(() => browser.close());
      return browser;
    };
    const [hostBrowser, guestBrowser] = [await open("first"), await open("second")];
    const house: House = { options, sound, url: server.url, hostBrowser, guestBrowser, folder, say };
    return await measure(house, () => launchAudible(executablePath, sound, "both"));
  } finally {
    for (const close of toClose.toReversed()) await close();
  }
}

/** Playwright mutes browsers, and our tests give them no card to play on. */
function launchAudible(executablePath: string, sound: SoundServer, output: Output): Promise<Browser> {
  const env = Object.fromEntries(Object.entries(sound.environmentFor(output)).map(([name, value]) => [name, value ?? ""]));
  const args = CHROMIUM_ARGS.filter((arg) => arg !== "--disable-audio-output");
  return chromium.launch({ executablePath, args, env, ignoreDefaultArgs: ["--mute-audio"] });
}

async function measure(house: House, openBoth: () => Promise<Browser>): Promise<BenchReport> {
  const { options, say } = house;
  const verdicts: Verdict[] = [];
  const scenes: Played[] = [];
  let rig: readonly RigCheck[] = [];
  for (let run = 1; run <= options.runs; run++) {
    for (const name of options.scenarios) {
      say(options.runs > 1 ? `${name}, run ${run} of ${options.runs}` : name);
      if (name === "rig") {
        rig = [...rig, ...(await checkRig(house.sound, openBoth, house.url, await trackAt(house, 0, RIG_TRACK_MS)))];
        continue;
      }
      if (name === "firefox" && options.scenarios.length > 1 && !findFirefox()) {
        say("no Firefox here: left out");
        continue;
      }
      const played = await playScenario(house, name);
      const { verdict } = played;
      verdicts.push(verdict);
      scenes.push(played);
      sayVerdict(verdict, say);
    }
  }
  const title = `BeatTorrent: acoustic offset, ${options.codec}`;
  if (options.plot !== null) await writeFile(options.plot, plotOffsets(scenes.map(toStrip), title));
  if (options.trace !== null) await writeFile(options.trace, JSON.stringify(scenes));
  return report(options, verdicts, rig);
}

const RIG_TRACK_MS = 30_000;

interface Played {
  readonly verdict: Verdict;
  readonly notes: Notes;
  readonly sightings: readonly Sighting[];
}

function toStrip({ verdict, notes, sightings }: Played): Strip {
  const eventsMs = notes.scenes.map(({ atMs }) => atMs);
  return { title: verdict.scenario, offsets: pairSightings(sightings), beliefs: notes.beliefs, eventsMs };
}

async function playScenario(house: House, name: PlayedScenario): Promise<Played> {
  const { tracksMs, play } = describeScenario(name, house.options.minutes);
  const firsts = firstMarks(tracksMs);
  const files: string[] = [];
  for (const [index, lengthMs] of tracksMs.entries()) files.push(await trackAt(house, firsts[index] ?? 0, lengthMs));
  const recording = house.sound.record();
  try {
    const stage = await Stage.open(house.hostBrowser, house.url, files, recording);
    const watching = stage.watchBeliefs();
    try {
      await play({
        stage,
        guestBrowser: house.guestBrowser,
        url: house.url,
        files,
        createFirefoxGuest: (url) => FirefoxGuest.arrive(url, house.sound.environmentFor("second")),
      });
    } catch (error) {
      await stage.abandon();
      throw error;
    }
    const notes = await stage.close();
    await watching;
    const sightings = recording.sightings.toSorted((a, b) => a.atMs - b.atMs);
    return { verdict: judge(name, notes, sightings, firsts.slice(1), loadavg()[0] ?? 0), notes, sightings };
  } finally {
    await recording.stop();
  }
}

/** Made once for all scenarios that begin alike. */
const made = new Map<string, Promise<string>>();

function trackAt({ folder, options }: House, first: number, lengthMs: number): Promise<string> {
  const name = `marks-${first}-${lengthMs / 1000}s`;
  const path = made.get(name) ?? makeTrack(folder, name, options.codec, first, lengthMs);
  made.set(name, path);
  return path;
}

function sayVerdict({ scenario, episodes, unheard, offsets }: Verdict, say: (line: string) => void): void {
  for (const { what, settled, worstAtFirstMs, convergedMs } of episodes) {
    const { p50Ms, p95Ms, maxMs } = settled.length > 0 ? spreadOf(settled) : { p50Ms: NaN, p95Ms: NaN, maxMs: NaN };
    const middleMs =
      settled.length > 0
        ? percentile(
            settled.map(({ aheadMs }) => aheadMs),
            0.5,
          )
        : NaN;
    say(
      `  ${what}: p50 ${p50Ms.toFixed(2)}, p95 ${p95Ms.toFixed(2)}, max ${maxMs.toFixed(2)} ms (median ${middleMs.toFixed(2)}); ` +
        `at first up to ${worstAtFirstMs.toFixed(1)} ms, in step after ${(convergedMs / 1000).toFixed(1)} s`,
    );
  }
  for (const what of unheard) say(`  ${what}: the two were never heard together`);
  if (offsets.length === 0) say(`  ${scenario}: nothing settled`);
}
