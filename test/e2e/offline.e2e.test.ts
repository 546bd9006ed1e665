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
  await expect.poll(async () => Number(await position.inputValue()), { timeout: 10_000 }).toBeGreaterThan(1);
});
