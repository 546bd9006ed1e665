/** Lining a device up with the others in the room. */
import { describe, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { findAccessibilityProblems, mount, within } from "./mount.ts";
import { createStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

const button = (name: string): ReturnType<typeof page.getByRole> => page.getByRole("button", { name, exact: true });
const dialog = page.getByRole("dialog", { name: "Adjust sync" });

async function openDialog(prepare: (stage: Stage) => void = () => undefined): Promise<Stage> {
  const stage = createStage("listener");
  prepare(stage);
  await mount(stage, "/j/mellow-otter-42");
  await page.getByRole("button", { name: "in sync" }).click();
  await expect.element(dialog).toBeVisible();
  return stage;
}

const callsTo = ({ calls }: Stage, action: string) => calls.filter((call) => call.action === action).map((call) => call.with);

describe("the trim", () => {
  test.for([
    ["10 ms later", 2],
    ["1 ms later", 11],
    ["1 ms earlier", 13],
    ["10 ms earlier", 22],
  ] as const)("moves by a tap: %s", async ([name, trimMs]) => {
    const stage = await openDialog(({ jam }) => jam.output.trimMs.set(12));
    await button(name).click();
    expect(callsTo(stage, "setTrim")).toEqual([[trimMs]]);
  });

  test("moves by the keyboard along its bar, and says in words where it is", async () => {
    const stage = await openDialog(({ jam }) => jam.output.trimMs.set(12));
    const slider = page.getByRole("slider", { name: "Trim" });
    await expect.element(slider).toHaveAttribute("aria-valuetext", "12 ms earlier");
    const element = slider.element();
    if (element instanceof HTMLElement) element.focus();
    await userEvent.keyboard("{ArrowRight}");
    expect(callsTo(stage, "setTrim")).toEqual([[13]]);
    stage.jam.output.trimMs.set(-40);
    await expect.element(slider).toHaveAttribute("aria-valuetext", "40 ms later");
    await expect.element(within("bt-adjust-sync").getByText("−40")).toBeVisible();
  });

  test("is taken back by one tap, which is not offered where there is none", async () => {
    const stage = await openDialog();
    expect(button("Reset").elements()).toEqual([]);
    stage.jam.output.trimMs.set(-40);
    await button("Reset").click();
    expect(callsTo(stage, "setTrim")).toEqual([[0]]);
  });

  test("says which output it is kept for, where the browser tells", async () => {
    const stage = await openDialog();
    await expect.element(within("bt-adjust-sync").getByText("Kept for this device")).toBeVisible();
    stage.jam.output.output.set({ key: "b", name: "Headphones", isMissing: false });
    await expect.element(within("bt-adjust-sync").getByText("Kept for Headphones")).toBeVisible();
  });
});

describe("the metronome", () => {
  test("is switched on and off", async () => {
    const stage = await openDialog();
    const metronome = page.getByRole("switch", { name: "Metronome" });
    await metronome.click();
    stage.jam.output.isClicking.set(true);
    await expect.element(metronome).toBeChecked();
    await metronome.click();
    expect(callsTo(stage, "setClicking")).toEqual([[true], [false]]);
  });

  test("ends with the dialog, and the focus is back where it was", async () => {
    const stage = await openDialog();
    expect(callsTo(stage, "openOutput")).toHaveLength(1);
    await userEvent.keyboard("{Escape}");
    await expect.element(dialog).not.toBeInTheDocument();
    expect(callsTo(stage, "closeOutput")).toHaveLength(1);
    expect(page.getByRole("button", { name: "in sync" }).element().matches(":focus")).toBe(true);
  });
});

describe("what the sync is made of", () => {
  test("is told: this device, the clock, and the latency that is made up for already", async () => {
    const stage = await openDialog();
    await expect.element(within("bt-adjust-sync").getByText("3 ms behind")).toBeVisible();
    await expect.element(within("bt-adjust-sync").getByText("known to ±2 ms")).toBeVisible();
    await expect.element(within("bt-adjust-sync").getByText("asking…")).toBeVisible();
    stage.jam.output.speaker.set({ state: "running", latencyMs: 180 });
    await expect
      .element(within("bt-adjust-sync").getByText("Tells of 180 ms, which is already taken into account."))
      .toBeVisible();
  });

  test("can be looked at and adjusted while nothing plays", async () => {
    const stage = createStage("listener");
    stage.jam.sync.set({ driftMs: null, uncertaintyMs: 1.4, outputUncertaintyMs: 0, isSettled: false });
    await mount(stage, "/j/mellow-otter-42");
    await button("Adjust sync").click();
    await expect.element(dialog).toBeVisible();
    await expect.element(within("bt-adjust-sync").getByText("not playing")).toBeVisible();
  });
});

test("axe finds nothing wrong with it", async () => {
  await openDialog(({ jam }) => {
    jam.output.trimMs.set(12);
    jam.output.isClicking.set(true);
    jam.output.speaker.set({ state: "running", latencyMs: 180 });
  });
  expect(await findAccessibilityProblems()).toEqual([]);
});
