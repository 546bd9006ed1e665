/** A reload costs a moment of silence and nothing else: same member, same place, nothing fetched twice. */
import { expect, test } from "vitest";
import { throwParty } from "../support/jam-party.ts";
import { spreadMs } from "../support/person.ts";
import { MELODY } from "./music.ts";

const party = throwParty();

test("a listener that reloads is the same member, at the right place, and fetches nothing again", async () => {
  const alice = await party.invite("alice");
  const bob = await party.invite("bob");
  const code = await alice.startJam();
  await alice.addMusic([MELODY]);
  await bob.joinJam(code);
  await alice.play();
  const before = await bob.waitUntilComplete();

  await bob.reload();
  const after = await bob.waitUntilHearing();
  expect(after.peerId).toBe(before.peerId);
  expect(after.host).toBe(false);
  await expect.poll(async () => spreadMs(await Promise.all([alice.listen(), bob.listen()]))).toBeLessThan(150);

  const { tracks } = await bob.waitUntilComplete();
  expect(tracks[0]).toMatchObject({ bytesFromOrigin: 0, bytesFromListeners: 0, bytesFromStore: before.tracks[0]?.bytes });
  await expect.poll(() => bob.page.getByRole("list", { name: "People" }).getByRole("listitem").count()).toBe(2);
});

test("a listener whose tab was killed comes back like one that reloaded", async () => {
  const alice = await party.invite("alice");
  const bob = await party.invite("bob");
  const code = await alice.startJam();
  await alice.addMusic([MELODY]);
  await bob.joinJam(code);
  await alice.play();
  const before = await bob.waitFor(
    "the whole track is in the store",
    ({ tracks: [track], store }) => !!track && track.bytes > 0 && store.usedBytes >= track.bytes,
  );

  await bob.loseTab();
  const after = await bob.waitUntilHearing();
  expect(after.peerId).toBe(before.peerId);
  expect(after.tracks[0]).toMatchObject({ bytesFromOrigin: 0, bytesFromListeners: 0, bytesFromStore: before.tracks[0]?.bytes });
});

test("a listener that reloads serves again", async () => {
  const alice = await party.invite("alice");
  const bob = await party.invite("bob");
  const code = await alice.startJam();
  await alice.addMusic([MELODY]);
  await bob.joinJam(code);
  await alice.play();
  await bob.waitUntilComplete();
  await bob.reload();
  await bob.waitUntilHearing();
  await alice.leave(); // now bob is the only one who has the music

  const carol = await party.invite("carol");
  await carol.joinJam(code);
  await carol.waitUntilHearing();
  const { tracks } = await carol.waitUntilComplete();
  expect(tracks[0]?.bytesFromListeners).toBe(tracks[0]?.bytes);
});

test("a host that reloads is host again, with its music, without picking the file", async () => {
  const alice = await party.invite("alice");
  const bob = await party.invite("bob");
  const code = await alice.startJam();
  await alice.addMusic([MELODY]);
  await alice.play();
  const before = await alice.waitUntilHearing();

  await alice.reload();
  const after = await alice.waitUntilHearing();
  expect(after).toMatchObject({ host: true, peerId: before.peerId, jam: code });
  expect(after.tracks[0]).toMatchObject({ origin: true, chunksHeld: before.tracks[0]?.chunks });
  expect(after.playback.positionMs).toBeGreaterThan(before.playback.positionMs ?? Infinity);

  await bob.joinJam(code);
  await bob.waitUntilHearing();
  await alice.pause();
  await bob.waitFor("the host's pause arrives", ({ playback }) => playback.state === "paused");
});
