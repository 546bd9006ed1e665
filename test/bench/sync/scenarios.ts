/** What happens in each scenario, as people would do it. */
import { spawn } from "node:child_process";
import { stat } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { Browser } from "playwright";
import { seededRandom } from "../../support/seeded-random.ts";
import { waitUntil } from "./guest.ts";
import type { Guest } from "./guest.ts";
import { MARK_SPACING_MS } from "./marks.ts";
import { between, startRoad } from "../road.ts";
import { shapeLine } from "./network.ts";
import type { ScenarioName } from "./options.ts";
import type { Stage } from "./stage.ts";

export interface Cast {
  readonly stage: Stage;
  readonly guestBrowser: Browser;
  readonly url: string;
  /** The music, in its order. */
  readonly files: readonly string[];
  /** Someone with Firefox, heard on the second output. */
  createFirefoxGuest(url: string): Promise<Guest>;
}

interface Scenario {
  /** Lengths of the tracks, ms. */
  readonly tracksMs: readonly number[];
  play(cast: Cast): Promise<void>;
}

/** Long enough for the longest scenario but `long`. */
const SONG_MS = 150_000;
const STEADY_MS = 60_000;
const AFTER_EVENT_MS = 10_000;
const EVENTS = 4;
/** A start, a jump. */
const SOUND_WITHIN_MS = 3_000;
/** With a connection to be made first. */
const JOIN_WITHIN_MS = 15_000;
const CUT_MS = 3_000;
/** Times the music's rate: enough to play on, and not enough to fetch much ahead. */
const THIN_LINE = 1.3;
/** What a page has learned of its output's lag by then is there for the next one. */
const LEARNED_AFTER_MS = 30_000;
const PAUSE_MS = 2_000;
const SHORT_TRACK_MS = 10_000;
const LONG_TRACK_MS = 300_000;
/** Of the road to the server, there and back, ms. What differs is chance: no two-way exchange can see that one way is always longer. */
const JITTER = { upMs: [20, 60], downMs: [20, 30], lineMs: 40 } as const;

export function describeScenario(name: Exclude<ScenarioName, "rig">, minutes: number): Scenario {
  switch (name) {
    case "steady":
      return { tracksMs: [SONG_MS], play: (cast) => playToHolder(cast, STEADY_MS) };
    case "late-join":
      return { tracksMs: [SONG_MS], play: playLateJoin };
    case "return":
      return { tracksMs: [SONG_MS], play: playReturn };
    case "pause-resume":
      return { tracksMs: [SONG_MS], play: playPauseResume };
    case "seek":
      return { tracksMs: [SONG_MS], play: playSeek };
    case "track-change":
      return { tracksMs: Array.from({ length: 6 }, () => SHORT_TRACK_MS), play: playTrackChange };
    case "stall":
      return { tracksMs: [SONG_MS], play: playStall };
    case "load":
      return { tracksMs: [SONG_MS], play: playLoad };
    case "jitter":
      return { tracksMs: [SONG_MS], play: playJitter };
    case "long": {
      const tracks = Math.ceil((minutes * 60_000 + AFTER_EVENT_MS) / LONG_TRACK_MS);
      return {
        tracksMs: Array.from({ length: tracks }, () => LONG_TRACK_MS),
        play: (cast) => playToHolder(cast, minutes * 60_000),
      };
    }
    case "firefox":
      return { tracksMs: [SONG_MS], play: playFirefox };
  }
}

/** First mark of each track: the numbers go on from one to the next. */
export function firstMarks(tracksMs: readonly number[]): readonly number[] {
  return tracksMs.map((_, index) => tracksMs.slice(0, index).reduce((sum, lengthMs) => sum + lengthMs, 0) / MARK_SPACING_MS);
}

async function playToHolder({ stage, guestBrowser, url }: Cast, listenMs: number): Promise<void> {
  await stage.settleIn(await stage.seatChromium(guestBrowser, url));
  await stage.play("play", listenMs);
}

async function playLateJoin({ stage, guestBrowser, url }: Cast): Promise<void> {
  await stage.host.play();
  await stage.host.waitUntilHearing();
  for (let join = 0; join < EVENTS; join++) {
    const guest = await stage.seatChromium(guestBrowser, url);
    await stage.scene("join", () => guest.pressJoin(), AFTER_EVENT_MS, JOIN_WITHIN_MS);
    await stage.dismiss(guest);
  }
}

/** Somebody who has listened here for a while opens the page anew. */
async function playReturn({ stage, guestBrowser, url }: Cast): Promise<void> {
  const guest = await stage.seatChromium(guestBrowser, url);
  await stage.settleIn(guest);
  await stage.play("play", LEARNED_AFTER_MS);
  for (let visit = 0; visit < EVENTS; visit++) {
    await stage.scene("return", () => guest.reload(), AFTER_EVENT_MS, JOIN_WITHIN_MS);
  }
}

async function playPauseResume(cast: Cast): Promise<void> {
  const { stage } = cast;
  await playToHolder(cast, AFTER_EVENT_MS);
  for (let pause = 0; pause < EVENTS; pause++) {
    await stage.host.pause();
    await delay(PAUSE_MS);
    await stage.play("resume", AFTER_EVENT_MS);
  }
}

async function playSeek(cast: Cast): Promise<void> {
  const { stage } = cast;
  await playToHolder(cast, AFTER_EVENT_MS);
  for (const seconds of [60, 20, 100.3, 75.7]) {
    await stage.scene(`seek to ${seconds} s`, () => stage.host.seekTo(seconds), AFTER_EVENT_MS, SOUND_WITHIN_MS);
  }
}

async function playTrackChange(cast: Cast): Promise<void> {
  const { stage } = cast;
  await playToHolder(cast, SHORT_TRACK_MS - PAUSE_MS);
  const goesOn = () => Promise.resolve();
  await stage.scene("next track comes", goesOn, SHORT_TRACK_MS, SOUND_WITHIN_MS);
  await stage.scene("next track comes", goesOn, SHORT_TRACK_MS, SOUND_WITHIN_MS);
  await stage.scene("host presses Next", () => stage.host.next(), SHORT_TRACK_MS - PAUSE_MS, SOUND_WITHIN_MS);
  await stage.scene("next track comes", goesOn, SHORT_TRACK_MS, SOUND_WITHIN_MS);
}

/** The listener hears music over a line so thin that it has little ahead, and then no line at all for a while. */
async function playStall({ stage, guestBrowser, url, files: [file = ""] }: Cast): Promise<void> {
  await stage.host.play();
  await stage.host.waitUntilHearing();
  const guest = await stage.seatChromium(guestBrowser, url);
  const shape = await shapeLine(guest.page);
  await shape({ downBytesPerSecond: (THIN_LINE * (await stat(file)).size) / (SONG_MS / 1000) });
  await guest.pressJoin();
  await waitUntil(guest, "the listener hears music", ({ playback }) => playback.state === "playing");
  await delay(CUT_MS);
  await shape({ isCut: true });
  await waitUntil(guest, "the listener has nothing left", ({ playback }) => playback.stalls > 0);
  await delay(CUT_MS);
  await stage.scene("network is back", () => shape({}), 2 * AFTER_EVENT_MS, JOIN_WITHIN_MS);
}

async function playLoad(cast: Cast): Promise<void> {
  await playToHolder(cast, AFTER_EVENT_MS);
  const busy = spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" });
  try {
    await cast.stage.scene("a busy process", () => Promise.resolve(), STEADY_MS, 0);
  } finally {
    busy.kill("SIGKILL");
  }
}

async function playJitter(cast: Cast): Promise<void> {
  const { stage, guestBrowser } = cast;
  const random = seededRandom(1);
  const road = await startRoad(
    Number(new URL(cast.url).port),
    between(...JITTER.upMs, random),
    between(...JITTER.downMs, random),
  );
  try {
    const guest = await stage.seatChromium(guestBrowser, `http://127.0.0.1:${road.port}`);
    const shape = await shapeLine(guest.page);
    await shape({ latencyMs: JITTER.lineMs });
    await stage.settleIn(guest);
    await stage.play("play", STEADY_MS);
    await stage.dismiss(guest);
  } finally {
    await road.stop();
  }
}

async function playFirefox({ stage, url, createFirefoxGuest }: Cast): Promise<void> {
  const guest = await createFirefoxGuest(url);
  await stage.seat(guest);
  await stage.settleIn(guest);
  await stage.play("play", STEADY_MS);
  await stage.host.pause();
  await delay(PAUSE_MS);
  await stage.play("resume", AFTER_EVENT_MS);
  await stage.scene("seek", () => stage.host.seekTo(20), AFTER_EVENT_MS, SOUND_WITHIN_MS);
}
