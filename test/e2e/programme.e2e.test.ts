/** The queue: tracks follow one another, and listeners put in their own. */
import { expect, test } from "vitest";
import { throwParty } from "../support/jam-party.ts";
import { spreadMs } from "../support/person.ts";
import { MELODY, MELODY_B } from "./music.ts";

const party = throwParty();

test("the next track is fetched ahead and follows by itself, everywhere at once", async () => {
  const alice = await party.invite("alice");
  const bob = await party.invite("bob");
  const code = await alice.startJam();
  await alice.addMusic([MELODY, MELODY_B]);
  await bob.joinJam(code);
  await alice.play();
  const { playback: first } = await bob.waitUntilHearing();
  await bob.waitFor(
    "both tracks are here",
    ({ tracks }) => tracks.length === 2 && tracks.every((track) => track.chunks > 0 && track.chunksHeld === track.chunks),
  );

  await alice.seekTo(26);
  const { playback } = await bob.waitFor(
    "the second track sounds",
    (now) => now.playback.state === "playing" && now.playback.trackId !== first.trackId && (now.playback.positionMs ?? 0) > 500,
  );
  expect(playback.stalls).toBe(0);
  await alice.waitUntilHearing();
  const heard = await Promise.all([alice.listen(), bob.listen()]);
  expect(heard[0].trackId).toBe(heard[1].trackId);
  expect(spreadMs(heard)).toBeLessThan(150);
});

test("next reaches everyone", async () => {
  const alice = await party.invite("alice");
  const bob = await party.invite("bob");
  const code = await alice.startJam();
  await alice.addMusic([MELODY, MELODY_B]);
  await bob.joinJam(code);
  await alice.play();
  const { playback: first } = await bob.waitUntilHearing();
  await alice.next();
  await bob.waitFor(
    "the second track sounds",
    ({ playback }) => playback.state === "playing" && playback.trackId !== first.trackId,
  );
});

test("a listener adds a track from their own disk and is its origin", async () => {
  const alice = await party.invite("alice");
  const bob = await party.invite("bob");
  const code = await alice.startJam();
  await bob.joinJam(code);
  await bob.addMusic([MELODY]);
  await alice.page
    .getByRole("list", { name: "Up next" })
    .or(alice.page.getByRole("button", { name: "Play", exact: true }))
    .first()
    .waitFor();
  await alice.waitFor("the track is in the jam", ({ tracks }) => tracks.length === 1);
  await alice.play();
  await Promise.all([alice.waitUntilHearing(), bob.waitUntilHearing()]);

  const { tracks: atAlice } = await alice.waitUntilComplete();
  expect(atAlice[0]).toMatchObject({ origin: false, bytesFromOrigin: atAlice[0]?.bytes });
  expect((await bob.diagnostics()).tracks[0]).toMatchObject({ origin: true });
});
