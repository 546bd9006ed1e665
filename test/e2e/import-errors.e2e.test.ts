import { expect, test } from "vitest";
import { throwParty } from "../support/jam-party.ts";
import { BAD_EMPTY, BAD_TEXT, MELODY } from "./music.ts";

const party = throwParty();

test("a file that is no music gets a sentence and leaves the jam as it was", async () => {
  const alice = await party.invite("alice");
  await alice.startJam();
  await alice.addMusic([MELODY]);
  await alice.play();
  await alice.waitUntilHearing();

  await alice.chooseMusic([BAD_TEXT, BAD_EMPTY]);
  const problems = alice.page.getByRole("alert");
  await problems.filter({ hasText: "not an audio file" }).waitFor();
  await problems.filter({ hasText: "empty" }).waitFor();
  const { tracks, playback } = await alice.waitUntilHearing();
  expect(tracks).toHaveLength(1);
  expect(playback.stalls).toBe(0);
});
