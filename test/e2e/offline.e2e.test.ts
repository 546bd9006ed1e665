import { expect, test } from "vitest";
import { throwParty } from "../support/jam-party.ts";
import { MELODY } from "./music.ts";

const party = throwParty();

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
