import { expect, test } from "vitest";
import { throwParty } from "../support/jam-party.ts";
import { spreadMs } from "../support/person.ts";
import { MELODY } from "./music.ts";

const party = throwParty();

test("who comes late starts at the place where the others are", async () => {
  const alice = await party.invite("alice");
  const code = await alice.startJam();
  await alice.addMusic([MELODY]);
  await alice.play();
  await alice.waitUntilHearing();
  await alice.seekTo(15);
  await alice.waitFor("the jam is at 0:15", ({ playback }) => (playback.positionMs ?? 0) >= 15_000);

  const bob = await party.invite("bob");
  await bob.joinJam(code);
  const { playback } = await bob.waitUntilHearing();
  expect(playback.positionMs).toBeGreaterThanOrEqual(15_000);
  expect(playback.firstSoundMs).toBeLessThan(3000);
  await expect.poll(async () => spreadMs(await Promise.all([alice.listen(), bob.listen()]))).toBeLessThan(150);
});
