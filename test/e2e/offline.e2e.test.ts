import { expect, test } from "vitest";
import { throwParty } from "../support/jam-party.ts";
import { MELODY } from "./music.ts";

const party = throwParty();

test("Chromium finds nothing that would keep the app from being installed", async () => {
  const alice = await party.invite("alice");
  await alice.visit("/");
  await alice.page.evaluate(async () => void (await navigator.serviceWorker.ready));
  const devtools = await alice.context.newCDPSession(alice.page);
  const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
  // A profile made for a test counts as a private window, in which Chromium installs nothing.
  expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito")).toEqual([]);
});

test("without a network the shell opens, shows the library, and plays it alone", async () => {
  const alice = await party.invite("alice");
  await alice.startJam();
  await alice.addMusic([MELODY]);
  await alice.page.evaluate(async () => void (await navigator.serviceWorker.ready));

  await alice.context.setOffline(true);
  await alice.visit("/");
  const library = alice.page.getByRole("list", { name: "Library" });
  await library.getByText("Melody").first().waitFor();
  await library.getByRole("button", { name: /^Play/ }).first().click();

  const position = alice.page.getByRole("slider", { name: "Seek" });
  await position.waitFor();
  await expect.poll(async () => Number(await position.inputValue())).toBeGreaterThan(1);
});

test("a jam opened without a network shows its queue, and goes on by itself when the network is back", async () => {
  const alice = await party.invite("alice");
  const bob = await party.invite("bob");
  const code = await alice.startJam();
  await alice.addMusic([MELODY]);
  await bob.joinJam(code);
  await bob.waitUntilComplete();
  await bob.page.evaluate(async () => void (await navigator.serviceWorker.ready));

  await bob.context.setOffline(true);
  await bob.visit(`/j/${code}`);
  await bob.page.getByText("Server unreachable").first().waitFor();
  await bob.page.getByText("Melody").first().waitFor();

  await alice.play();
  await bob.context.setOffline(false);
  await bob.waitUntilJoined();
  const { tracks } = await bob.waitUntilHearing();
  expect(tracks[0]).toMatchObject({ bytesFromOrigin: 0, bytesFromListeners: 0 });
});
