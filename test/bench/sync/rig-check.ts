/** Whether the rig itself can be believed: what must be no offset, and a known offset, as it measures them. */
import { setTimeout as delay } from "node:timers/promises";
import type { Browser } from "playwright";
import { Person } from "../../support/person.ts";
import { synthesiseMarks } from "./marks.ts";
import { pairSightings } from "./offsets.ts";
import { SAMPLE_RATE_HZ } from "./sound-server.ts";
import type { SoundServer } from "./sound-server.ts";

export interface RigCheck {
  readonly what: string;
  readonly expectedMs: number;
  /** The largest difference from that. */
  readonly errorMs: number;
  readonly marks: number;
}

const MARKS = 20;
/** 7.29 ms. */
const KNOWN_OFFSET_SAMPLES = 350;
const LISTEN_MS = 6_000;
const LAG_MS = 800;

/** @param openBoth a browser that is heard on both halves */
export async function checkRig(
  sound: SoundServer,
  openBoth: () => Promise<Browser>,
  url: string,
  file: string,
): Promise<readonly RigCheck[]> {
  const marks = synthesiseMarks(0, MARKS, SAMPLE_RATE_HZ);
  const padded = (before: number, after: number) =>
    Float32Array.from([...new Float32Array(before), ...marks, ...new Float32Array(after)]);
  const late = KNOWN_OFFSET_SAMPLES;
  return [
    await listen(sound, "the same samples on both", 0, () => sound.play(marks, marks)),
    await listen(sound, "the second 350 samples early", (late / SAMPLE_RATE_HZ) * 1000, () =>
      sound.play(padded(late, 0), padded(0, late)),
    ),
    await listen(sound, "one browser on both", 0, () => playInBrowser(openBoth, url, file)),
  ];
}

async function listen(sound: SoundServer, what: string, expectedMs: number, play: () => Promise<void>): Promise<RigCheck> {
  const recording = sound.record();
  await delay(LAG_MS);
  await play();
  await delay(LAG_MS);
  await recording.stop();
  const offsets = pairSightings(recording.sightings);
  if (offsets.length === 0) throw new Error(`the rig hears nothing: ${what}`);
  return {
    what,
    expectedMs,
    errorMs: Math.max(...offsets.map(({ aheadMs }) => Math.abs(aheadMs - expectedMs))),
    marks: offsets.length,
  };
}

async function playInBrowser(openBoth: () => Promise<Browser>, url: string, file: string): Promise<void> {
  const browser = await openBoth();
  try {
    const host = await Person.arrive(browser, url, "host");
    await host.startJam();
    await host.addMusic([file]);
    await host.play();
    await delay(LISTEN_MS);
  } finally {
    await browser.close();
  }
}
