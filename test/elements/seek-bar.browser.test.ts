import { beforeEach, describe, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import "../../app/elements/seek-bar.ts";
import type { SeekBar, SeekCommittedEvent } from "../../app/elements/seek-bar.ts";

describe("the seek bar", () => {
  let bar: SeekBar;
  let committedMs: number[];
  const slider = page.getByRole("slider", { name: "Seek", exact: true });

  beforeEach(async () => {
    bar = document.createElement("bt-seek-bar");
    bar.interactive = true;
    bar.durationMs = 208_000;
    bar.playhead = { positionMs: 62_000, atMs: 0, playing: false };
    committedMs = [];
    bar.addEventListener("seek-committed", (event) => committedMs.push(Math.round((event as SeekCommittedEvent).positionMs)));
    document.body.replaceChildren(bar);
    await bar.updateComplete;
  });

  async function press(keys: string): Promise<void> {
    (slider.element() as HTMLElement).focus();
    await userEvent.keyboard(keys);
  }

  test("says where the music is, and how much of it there is", async () => {
    await expect.element(slider).toHaveAttribute("aria-valuetext", "1:02 of 3:28");
  });

  test.for([
    ["{ArrowRight}", 67_000],
    ["{ArrowLeft}", 57_000],
    ["{PageUp}", 92_000],
    ["{PageDown}", 32_000],
    ["{Home}", 0],
    ["{End}", 208_000],
  ] as const)("%s seeks to %i ms", async ([key, positionMs]) => {
    await press(key);
    expect(committedMs).toEqual([positionMs]);
  });

  test("a key held down moves the thumb, and seeks once, when it is let go", async () => {
    await press("{ArrowRight>4}");
    await expect.element(slider).toHaveAttribute("aria-valuetext", "1:22 of 3:28");
    expect(committedMs).toEqual([]);
    await userEvent.keyboard("{/ArrowRight}");
    expect(committedMs).toEqual([82_000]);
  });

  test("does not seek before the start or past the end", async () => {
    bar.playhead = { positionMs: 207_000, atMs: 0, playing: false };
    await bar.updateComplete;
    await press("{PageUp}");
    expect(committedMs).toEqual([208_000]);
  });

  test("dragging shows where one would land, and seeks on release", async () => {
    const input = slider.element() as HTMLInputElement;
    input.value = "120";
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await expect.element(slider).toHaveAttribute("aria-valuetext", "2:00 of 3:28");
    expect(committedMs).toEqual([]);
    input.dispatchEvent(new Event("change", { bubbles: true }));
    expect(committedMs).toEqual([120_000]);
  });

  test("news of the playhead does not tear the thumb from the hand", async () => {
    const input = slider.element() as HTMLInputElement;
    input.value = "120";
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    bar.playhead = { positionMs: 63_000, atMs: 0, playing: false };
    await bar.updateComplete;
    await expect.element(slider).toHaveAttribute("aria-valuetext", "2:00 of 3:28");
  });

  test("after a seek it stays where it was let go until the jam answers", async () => {
    await press("{Home}");
    await expect.element(slider).toHaveAttribute("aria-valuetext", "0:00 of 3:28");
    bar.playhead = { positionMs: 400, atMs: performance.now(), playing: true };
    await expect.element(slider).toHaveAttribute("aria-valuetext", "0:01 of 3:28");
  });

  test("when the jam does not answer a seek, it goes back to where the music is", async () => {
    await press("{End}");
    await expect.element(slider).toHaveAttribute("aria-valuetext", "3:28 of 3:28");
    await expect.element(slider).toHaveAttribute("aria-valuetext", "1:02 of 3:28");
  });
});
