import { beforeEach, describe, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { findAccessibilityProblems, mount } from "./mount.ts";
import { createStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

describe("the start page", () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = createStage();
    await mount(stage, "/");
  });

  test("starting a jam joins it within the gesture, under the name given, and shows its page", async () => {
    await page.getByRole("textbox", { name: "Your name", exact: true }).fill("bob");
    await page.getByRole("button", { name: "Start a jam", exact: true }).click();
    expect(stage.calls).toEqual([
      { action: "setName", with: ["bob"] },
      { action: "join", with: ["bob"] },
      { action: "navigate", with: ["/j/mellow-otter-42"] },
    ]);
    await expect.element(page.getByRole("heading", { name: "mellow-otter-42" })).toBeVisible();
  });

  test("Enter in one's name starts a jam, and the phone's keyboard says Go", async () => {
    const field = page.getByRole("textbox", { name: "Your name", exact: true });
    await expect.element(field).toHaveAttribute("enterkeyhint", "go");
    await field.fill("bob");
    await userEvent.keyboard("{Enter}");
    expect(stage.calls).toContainEqual({ action: "navigate", with: ["/j/mellow-otter-42"] });
  });

  test("a jam is joined by its code", async () => {
    await page.getByRole("textbox", { name: "Jam code", exact: true }).fill("jam1");
    await page.getByRole("button", { name: "Join jam", exact: true }).click();
    expect(stage.calls).toContainEqual({ action: "navigate", with: ["/j/jam1"] });
  });

  test("what cannot be a code is answered with a sentence, and nothing is joined", async () => {
    await page.getByRole("textbox", { name: "Jam code" }).fill("what?");
    await page.getByRole("button", { name: "Join jam" }).click();
    await expect.element(page.getByRole("alert").filter({ hasText: "A jam code is made of" })).toBeVisible();
    expect(stage.calls).toEqual([]);
  });

  test("somebody without a name joins as a guest, and is not asked again", async () => {
    await page.getByRole("textbox", { name: "Your name" }).fill("  ");
    await page.getByRole("button", { name: "Start a jam" }).click();
    expect(stage.calls[0]).toEqual({ action: "join", with: ["Guest"] });
  });

  test("a track that is kept plays alone, and pauses", async () => {
    await page.getByRole("button", { name: "Play Slow Tide" }).click();
    const [track] = stage.app.library.tracks.get().filter(({ title }) => title === "Slow Tide");
    expect(stage.calls).toEqual([{ action: "playAlone", with: [track?.trackId] }]);
    stage.app.library.playingAlone.set({ trackId: track?.trackId ?? "", playing: true, positionMs: 0, atMs: performance.now() });
    await page.getByRole("button", { name: "Pause Slow Tide" }).click();
    expect(stage.calls).toHaveLength(2);
    await expect.element(page.getByRole("slider", { name: "Seek" })).toBeVisible();
  });

  test("a track leaves this device only after a second word", async () => {
    await page.getByRole("button", { name: "Remove Paper Boats" }).click();
    expect(stage.calls).toEqual([]);
    await page.getByRole("button", { name: "Remove from this device" }).click();
    expect(stage.calls).toMatchObject([{ action: "removeTrack" }]);
  });

  test("a recent jam opens without loading the page anew", async () => {
    await page.getByRole("link", { name: "amber-heron-7" }).click();
    expect(stage.calls).toEqual([{ action: "navigate", with: ["/j/amber-heron-7"] }]);
  });

  test("installing is offered only where the browser offers it", async () => {
    await expect.element(page.getByRole("button", { name: "Install app" })).not.toBeInTheDocument();
    stage.app.install.set({ prompt: () => undefined });
    await expect.element(page.getByRole("button", { name: "Install app" })).toBeVisible();
  });

  test("a waiting version is offered, and can be put off", async () => {
    stage.app.update.set({ apply: () => undefined });
    await expect.element(page.getByText("A new version is ready.")).toBeVisible();
    await page.getByRole("button", { name: "Later" }).click();
    await expect.element(page.getByText("A new version is ready.")).not.toBeInTheDocument();
  });

  test("axe finds nothing wrong", async () => {
    expect(await findAccessibilityProblems()).toEqual([]);
  });
});
