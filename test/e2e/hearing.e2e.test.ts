/** What people do when a device is late, or silent: trim it, click along with the others, ask why there is no sound. */
import { expect, test } from "vitest";
import { throwParty } from "../support/jam-party.ts";
import { spreadMs } from "../support/person.ts";
import type { Person } from "../support/person.ts";
import { MELODY } from "./music.ts";

declare global {
  /** What this test's script has seen of the page: what its music goes through, and the clicks that were scheduled. */
  var witness:
    | {
        readonly elements: Set<HTMLMediaElement>;
        readonly gains: Set<GainNode>;
        readonly clicks: { atMs: number; lengthS: number }[];
      }
    | undefined;
}

const party = throwParty();
const CLICK_EVERY_MS = 500;

/** Two listening to the same music. */
async function invite(): Promise<[Person, Person]> {
  const alice = await party.invite("alice", { initScript: watchSound });
  const bob = await party.invite("bob", { initScript: watchSound });
  const code = await alice.startJam();
  await alice.addMusic([MELODY]);
  await bob.joinJam(code);
  await alice.play();
  await Promise.all([alice.waitUntilHearing(), bob.waitUntilHearing()]);
  return [alice, bob];
}

/** Runs in the page: notes which elements play, what worklets sound through, and at which moment of all pages' common clock each short sound is due. */
function watchSound(): void {
  const seen = {
    elements: new Set<HTMLMediaElement>(),
    gains: new Set<GainNode>(),
    clicks: [] as { atMs: number; lengthS: number }[],
  };
  globalThis.witness = seen;
  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = function watched(this: HTMLMediaElement) {
    seen.elements.add(this);
    return play.call(this);
  };
  globalThis.AudioWorkletNode = class extends AudioWorkletNode {
    override connect(destination: AudioNode): AudioNode;
    override connect(destination: AudioParam): void;
    override connect(destination: AudioNode | AudioParam): AudioNode | void {
      if (destination instanceof AudioParam) return super.connect(destination);
      if (destination instanceof GainNode) seen.gains.add(destination);
      return super.connect(destination);
    }
  };
  const { start } = AudioBufferSourceNode.prototype;
  AudioBufferSourceNode.prototype.start = function watched(this: AudioBufferSourceNode, whenS = 0) {
    if (this.context instanceof AudioContext) {
      const { contextTime = NaN, performanceTime = NaN } = this.context.getOutputTimestamp();
      const atMs = performance.timeOrigin + performanceTime + (whenS - contextTime) * 1000;
      seen.clicks.push({ atMs, lengthS: this.buffer?.duration ?? 0 });
    }
    return start.call(this, whenS);
  };
}

const isMuted = (person: Person) =>
  person.page.evaluate(
    () =>
      [...(globalThis.witness?.elements ?? [])].every(({ muted }) => muted) &&
      [...(globalThis.witness?.gains ?? [])].every(({ gain }) => gain.value < 0.01),
  );
const clicks = (person: Person) => person.page.evaluate(() => globalThis.witness?.clicks ?? []);

async function openSync(person: Person): Promise<void> {
  await person.page.locator("bt-sync").getByRole("button").first().click();
}

test("a trim is heard at once, changes nothing about where the music is, and is there again after a reload", async () => {
  const [alice, bob] = await invite();
  await openSync(bob);
  await bob.press("10 ms earlier");
  await bob.page.getByRole("slider", { name: "Trim" }).fill("120");
  await bob.page.getByText("+120").waitFor();
  const isTrimmed = ({ playback }: Awaited<ReturnType<Person["diagnostics"]>>) =>
    playback.outputDelayMs === 120 && playback.state === "playing" && Math.abs(playback.driftMs ?? NaN) < 30;
  await bob.waitFor("the trim is made up for", isTrimmed);
  await expect.poll(async () => spreadMs(await Promise.all([alice.listen(), bob.listen()]))).toBeLessThan(150);

  await bob.reload();
  await bob.waitFor("the trim is there again", isTrimmed);
  await openSync(bob);
  await bob.page.getByText("+120").waitFor();
  await bob.press("Reset");
  await bob.waitFor("the trim is gone", ({ playback }) => playback.outputDelayMs === 0);
  expect((await alice.diagnostics()).playback).toMatchObject({ outputDelayMs: 0, stalls: 0 });
});

test("the metronomes of two devices click together while their music is silent, and end with the dialog", async () => {
  const people = await invite();
  for (const person of people) {
    await openSync(person);
    await person.page.getByRole("switch", { name: "Metronome" }).click();
  }
  const phases: number[] = [];
  for (const person of people) {
    await expect.poll(async () => (await clicks(person)).length).toBeGreaterThan(8);
    expect(await isMuted(person)).toBe(true);
    const sounds = (await clicks(person)).toSorted((a, b) => a.atMs - b.atMs);
    // Whatever else the machine does: clicks lie whole half seconds apart, the middle one of those heard says where.
    const offsets = sounds.map(
      ({ atMs }) => ((atMs - (sounds[0]?.atMs ?? 0) + CLICK_EVERY_MS / 2) % CLICK_EVERY_MS) - CLICK_EVERY_MS / 2,
    );
    const middle = offsets.toSorted((a, b) => a - b)[offsets.length >> 1] ?? NaN;
    phases.push((sounds[0]?.atMs ?? NaN) + middle);
  }
  const [first = NaN, second = NaN] = phases;
  const apartMs = Math.abs(((first - second + 1e6 * CLICK_EVERY_MS + CLICK_EVERY_MS / 2) % CLICK_EVERY_MS) - CLICK_EVERY_MS / 2);
  expect(apartMs).toBeLessThan(50);

  const [alice] = people;
  await alice.page.keyboard.press("Escape");
  await expect.poll(() => isMuted(alice)).toBe(false);
  const after = (await clicks(alice)).length;
  await alice.waitUntilHearing();
  expect((await clicks(alice)).length).toBe(after);
});

test("a jam that was muted is heard again by the one tap that the help offers", async () => {
  const [, bob] = await invite();
  await bob.press("Mute");
  await expect.poll(() => isMuted(bob)).toBe(true);
  await bob.press("No sound?");
  const help = bob.page.locator("bt-no-sound");
  await help.getByText("The music is muted on this device.").waitFor();
  await help.getByRole("button", { name: "Unmute" }).click();
  await help.getByText("The music is muted on this device.").waitFor({ state: "hidden" });
  await expect.poll(() => isMuted(bob)).toBe(false);
  await help.getByRole("button", { name: "Play a test tone" }).click();
  await expect.poll(async () => (await clicks(bob)).map(({ lengthS }) => lengthS > 0.5)).toEqual([true]);
});
