/** "No sound?": what is wrong, the one tap that mends it, and where else to look. */
import { describe, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import type { Finding } from "../../app/state/silence.ts";
import { findAccessibilityProblems, mount, within } from "./mount.ts";
import { createStage } from "./stage.ts";
import type { Call, Stage } from "./stage.ts";

const dialog = page.getByRole("dialog", { name: "No sound?" });

async function openHelp(findings: readonly Finding[], prepare: (stage: Stage) => void = () => undefined): Promise<Stage> {
  const stage = createStage("listener");
  stage.jam.silence.set(findings);
  prepare(stage);
  await mount(stage, "/j/mellow-otter-42");
  await page.getByRole("button", { name: "No sound?", exact: true }).click();
  await expect.element(dialog).toBeVisible();
  return stage;
}

describe("what a tap mends", () => {
  const cases: readonly (readonly [Finding, string, Call])[] = [
    [{ cause: "muted", mend: "unmute" }, "Unmute", { action: "setVolume", with: [0.8, false] }],
    [{ cause: "volume-zero", mend: "turn-up" }, "Turn it up", { action: "setVolume", with: [1, false] }],
    [{ cause: "blocked", mend: "unblock" }, "Tap to hear", { action: "unblockSound", with: [] }],
    [{ cause: "suspended", mend: "play-tone" }, "Try again", { action: "playTone", with: [] }],
    [{ cause: "paused-host", mend: "play" }, "Play", { action: "play", with: [] }],
  ];

  test.for(cases)("%o", async ([finding, name, call]) => {
    const stage = await openHelp([finding]);
    await within("bt-no-sound").getByRole("button", { name, exact: true }).click();
    expect(stage.calls).toEqual([call]);
  });

  test("unmutes what was turned down to nothing as well to where it is heard", async () => {
    const stage = await openHelp([{ cause: "muted", mend: "unmute" }], ({ jam }) => jam.volume.set({ level: 0, muted: true }));
    await within("bt-no-sound").getByRole("button", { name: "Unmute" }).click();
    expect(stage.calls).toEqual([{ action: "setVolume", with: [1, false] }]);
  });

  test("goes from the list, and the focus stays within it", async () => {
    const stage = await openHelp([{ cause: "muted", mend: "unmute" }]);
    await within("bt-no-sound").getByRole("button", { name: "Unmute" }).click();
    stage.jam.silence.set([]);
    const verdict = within("bt-no-sound").getByText("As far as this page can tell, the music is playing here.");
    await expect.element(verdict).toBeVisible();
    expect(verdict.element().parentElement?.matches(":focus")).toBe(true);
  });
});

test("what cannot be mended here is said without a button", async () => {
  await openHelp([{ cause: "paused", mend: null }]);
  await expect.element(within("bt-no-sound").getByText("The DJ has paused the music.")).toBeVisible();
  expect(
    within("bt-no-sound")
      .getByRole("button")
      .elements()
      .map((each) => each.ariaLabel ?? each.textContent.trim()),
  ).toEqual(["No sound?", "Play a test tone", "Close"]);
});

test("the test tone is played, and what it tells is said", async () => {
  const stage = await openHelp([]);
  await within("bt-no-sound").getByRole("button", { name: "Play a test tone" }).click();
  expect(stage.calls).toEqual([{ action: "playTone", with: [] }]);
  await expect.element(within("bt-no-sound").getByText("Two notes. If you heard them")).toBeVisible();
});

test("what no page can see is hinted at", async () => {
  await openHelp([]);
  await expect.element(within("bt-no-sound").getByText("Turn up the volume with the keys at the side")).toBeVisible();
  expect(within("bt-no-sound").getByText("Is this tab muted?").elements()).toEqual([]);
});

test("closing it lets go of the loudspeaker, and the focus is back where it was", async () => {
  const stage = await openHelp([]);
  await userEvent.keyboard("{Escape}");
  await expect.element(dialog).not.toBeInTheDocument();
  expect(stage.calls).toEqual([{ action: "closeOutput", with: [] }]);
  expect(page.getByRole("button", { name: "No sound?", exact: true }).element().matches(":focus")).toBe(true);
});

test("axe finds nothing wrong with it", async () => {
  await openHelp([
    { cause: "muted", mend: "unmute" },
    { cause: "blocked", mend: "unblock" },
    { cause: "no-output", mend: null },
    { cause: "buffering", mend: null },
  ]);
  expect(await findAccessibilityProblems()).toEqual([]);
});
