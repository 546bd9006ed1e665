/** A browser and a headless peer are equal members of one jam. */
import { expect, test } from "vitest";
import { runUnboundPeer } from "../peer/peer-process.ts";
import { throwParty } from "../support/jam-party.ts";
import { MELODY } from "./music.ts";

const party = throwParty();

test("a headless peer keeps the jam's music and gives it to a newcomer when the host has gone", async () => {
  const alice = await party.invite("alice");
  const code = await alice.startJam();
  const keeper = runUnboundPeer("--connect", `${party.server().url}/j/${code}`, "--keep");
  await alice.addMusic([MELODY]);
  await alice.play();
  await keeper.printed(/100 % of 1 track/);
  await alice.leave();
  const bob = await party.invite("bob");
  await bob.joinJam(code);
  await bob.waitUntilHearing();
  const { tracks } = await bob.waitUntilComplete();
  expect(tracks[0]).toMatchObject({ bytesFromOrigin: 0, bytesFromListeners: tracks[0]?.bytes });
});

test("a headless host plays to a browser", async () => {
  const host = runUnboundPeer("--connect", party.server().url, "--jam", "jukebox", "--host", "--seed", MELODY, "--play");
  await host.printed(/Offered: /);
  const bob = await party.invite("bob");
  await bob.joinJam("jukebox");
  await bob.waitUntilHearing();
  await bob.waitUntilComplete();
});
