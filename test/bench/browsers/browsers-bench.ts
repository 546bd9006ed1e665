/** The whole thing, in real browsers: how soon listeners hear music, how steadily, and who carried it. */
import { basename } from "node:path";
import { chromium } from "playwright";
import type { Browser } from "playwright";
import type { Diagnostics } from "../../../app/state/diagnostics.ts";
import buildApp from "../../support/build-app.ts";
import { CHROMIUM_ARGS, findChromium } from "../../support/chromium.ts";
import { startJamServer } from "../../support/jam-server.ts";
import { Person } from "../../support/person.ts";
import { CannotRunError, percentile } from "../bench.ts";
import type { Bench, BenchReport, Goal } from "../bench.ts";
import { startRoad } from "../road.ts";
import { fluidBoundMs, HOME_LATENCY_MS, moveHome } from "./home-network.ts";
import { readOptions, USAGE } from "./options.ts";
import type { BrowsersOptions } from "./options.ts";

/** What a home jam of three must do (three listeners, 1 s apart, a song of a few minutes). */
const HOME_GOALS: Readonly<Record<string, Goal>> = {
  firstSoundMsMax: { max: 1500 },
  stalls: { max: 0 },
  copies: { max: 1.6 },
};

interface ListenerResult {
  readonly name: string;
  readonly completeMs: number;
  readonly diagnostics: Diagnostics;
}

export const browsersBench: Bench = {
  name: "browsers",
  summary: "a host and listeners in real Chromium: first sound, stalls, who sent what",
  usage: USAGE,
  async run(args, say) {
    const options = readOptions(args);
    const executablePath = findChromium();
    if (!executablePath) throw new CannotRunError("This bench needs a Chromium: install one, or name yours in CHROMIUM_PATH.");
    say("building the app");
    await buildApp();
    const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGS] });
    try {
      return await measure(browser, options, say);
    } finally {
      await browser.close();
    }
  },
};

async function measure(browser: Browser, options: BrowsersOptions, say: (line: string) => void): Promise<BenchReport> {
  const isHome = options.net === "home";
  const server = await startJamServer();
  const latency = (): number => HOME_LATENCY_MS;
  const road = isHome ? await startRoad(server.port, latency, latency) : null;
  try {
    const url = `http://127.0.0.1:${road?.port ?? server.port}`;
    const arrive = (name: string) => Person.arrive(browser, url, name, { pollMs: POLL_MS });

    const host = await arrive("host");
    const code = await host.startJam();
    say(`importing ${basename(options.file)}`);
    await host.addMusic([options.file]);
    const listeners = await Promise.all(Array.from({ length: options.listeners }, (_, index) => arrive(`listener ${index + 1}`)));
    await Promise.all(listeners.map((listener) => listener.openJam(code)));
    if (isHome) await Promise.all([host, ...listeners].map(({ page }) => moveHome(page, options.queuePackets)));
    await host.play();
    await host.waitUntilHearing();

    say("listeners join");
    const startedAtMs = performance.now();
    const results = await Promise.all(listeners.map((listener, index) => listen(listener, index * options.staggerMs, say)));
    const makespanMs = performance.now() - startedAtMs;
    return summarise(options, results, await host.diagnostics(), makespanMs);
  } finally {
    await road?.stop();
    await server.stop();
  }
}

/** Joins after `delayMs` and waits for everything, at least until some seconds of music were heard. */
async function listen(listener: Person, delayMs: number, say: (line: string) => void): Promise<ListenerResult> {
  await listener.page.waitForTimeout(delayMs);
  const joinedAtMs = performance.now();
  await listener.pressJoin();
  const hearing = await listener.waitFor("the first sound", ({ playback }) => playback.firstSoundMs !== null);
  say(`${listener.name} hears music after ${Math.round(hearing.playback.firstSoundMs ?? NaN)} ms`);
  const diagnostics = await listener.waitUntilComplete(COMPLETE_WITHIN_MS);
  const completeMs = performance.now() - joinedAtMs;
  say(`${listener.name} has everything after ${(completeMs / 1000).toFixed(1)} s`);
  return { name: listener.name, completeMs, diagnostics };
}

/** The figures are taken in the page; looking more often would only make it slower. */
const POLL_MS = 250;
/** A song may come no faster than it plays. */
const COMPLETE_WITHIN_MS = 15 * 60_000;

function summarise(
  options: BrowsersOptions,
  results: readonly ListenerResult[],
  host: Diagnostics,
  makespanMs: number,
): BenchReport {
  const sizeBytes = host.tracks[0]?.bytes ?? NaN;
  const firstSoundsMs = results.map(({ diagnostics }) => diagnostics.playback.firstSoundMs ?? Infinity);
  const sum = (figure: (diagnostics: Diagnostics) => number) =>
    results.reduce((total, { diagnostics }) => total + figure(diagnostics), 0);
  const fromListeners = sum(({ tracks }) => tracks[0]?.bytesFromListeners ?? 0);
  const fromOrigin = sum(({ tracks }) => tracks[0]?.bytesFromOrigin ?? 0);
  return {
    options: { ...options, file: basename(options.file) },
    figures: {
      firstSoundMsP50: Math.round(percentile(firstSoundsMs, 0.5)),
      firstSoundMsMax: Math.round(Math.max(...firstSoundsMs)),
      stalls: sum(({ playback }) => playback.stalls),
      stalledMs: Math.round(sum(({ playback }) => playback.stalledMs)),
      copies: round((host.tracks[0]?.bytesUploaded ?? NaN) / sizeBytes),
      listenerShare: round(fromListeners / (fromListeners + fromOrigin)),
      makespanMs: Math.round(makespanMs),
      boundMs: options.net === "home" ? Math.round(fluidBoundMs(sizeBytes, options.listeners)) : 0,
    },
    goals: options.net === "home" ? HOME_GOALS : { stalls: { max: 0 } },
    rows: results.map(({ name, completeMs, diagnostics: { playback, tracks } }) => ({
      name,
      "first sound ms": Math.round(playback.firstSoundMs ?? NaN),
      stalls: playback.stalls,
      "complete s": round(completeMs / 1000),
      "from origin KB": Math.round((tracks[0]?.bytesFromOrigin ?? 0) / 1000),
      "from listeners KB": Math.round((tracks[0]?.bytesFromListeners ?? 0) / 1000),
      "twice KB": Math.round((tracks[0]?.bytesDuplicate ?? 0) / 1000),
    })),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
