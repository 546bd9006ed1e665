/** Where the keyboard's focus is after what one acted upon has moved or gone. */
import { describe, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { findAll, mount } from "./mount.ts";
import { createStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

const button = (name: string): ReturnType<typeof page.getByRole> => page.getByRole("button", { name, exact: true });

async function press(name: string): Promise<void> {
  await expect.element(button(name)).toBeVisible();
  const target = button(name).element();
  if (target instanceof HTMLElement) target.focus();
  await userEvent.keyboard("{Enter}");
}

/** What has the focus, however deep in shadow. */
function focused(root: Document | ShadowRoot = document): string {
  const element = root.activeElement;
  if (element?.shadowRoot?.activeElement) return focused(element.shadowRoot);
  return element?.ariaLabel ?? element?.textContent?.trim() ?? "";
}

async function stageQueue(): Promise<Stage> {
  const stage = createStage("host");
  await mount(stage, "/j/mellow-otter-42");
  await expect.element(button("Actions for Slow Tide")).toBeVisible();
  return stage;
}

/** What the service would do, and the drawing that follows. */
async function showQueue({ jam }: Stage, titles: readonly string[]): Promise<void> {
  const entries = jam.upNext.get();
  jam.upNext.set(titles.flatMap((title) => entries.filter((entry) => entry.title === title)));
  await Promise.all(findAll("bt-up-next").map(({ updateComplete }) => updateComplete));
}

const [FIRST, SECOND, THIRD] = ["Slow Tide", "Paper Boats", "The Lighthouse Keeper’s Daughter"] as const;

describe("the focus in the queue", () => {
  test("stays on the button that moves an entry, up to the end of the list", async () => {
    const stage = await stageQueue();
    await press(`Actions for ${THIRD}`);
    for (const order of [
      [FIRST, THIRD, SECOND],
      [THIRD, FIRST, SECOND],
    ]) {
      await press(`Move ${THIRD} up`);
      await showQueue(stage, order);
      expect(focused()).toBe(`Move ${THIRD} up`);
    }
    await expect.element(button(`Move ${THIRD} up`)).toBeDisabled();
    const callCount = stage.calls.length;
    await userEvent.keyboard("{Enter}");
    expect(stage.calls).toHaveLength(callCount);
    await press(`Move ${THIRD} down`);
    await showQueue(stage, [FIRST, THIRD, SECOND]);
    expect(focused()).toBe(`Move ${THIRD} down`);
  });

  test("passes from a removed entry to the next, from the last to the one before, and then to the heading", async () => {
    const stage = await stageQueue();
    for (const [removed, left, place] of [
      [SECOND, [FIRST, THIRD], `Actions for ${THIRD}`],
      [THIRD, [FIRST], `Actions for ${FIRST}`],
      [FIRST, [], "Up next"],
    ] as const) {
      await press(`Actions for ${removed}`);
      await press(`Remove ${removed}`);
      await showQueue(stage, left);
      expect(focused()).toBe(place);
    }
  });

  test("is left where it is when it is elsewhere", async () => {
    const stage = await stageQueue();
    await press("Pause");
    await showQueue(stage, [SECOND, FIRST]);
    expect(focused()).toBe("Pause");
  });
});

describe("the focus after coming in", () => {
  test("is on the jam's name after starting it", async () => {
    await mount(createStage(), "/");
    await press("Start a jam");
    await expect.poll(() => focused()).toBe("mellow-otter-42");
  });

  test("is on the jam's name after joining it at its door", async () => {
    const stage = createStage("listener");
    stage.jam.connection.set({ kind: "idle" });
    await mount(stage, "/j/mellow-otter-42");
    await press("Join jam");
    stage.jam.connection.set({ kind: "online" });
    await expect.poll(() => focused()).toBe("mellow-otter-42");
  });

  test("is not taken from where somebody is working in the jam", async () => {
    const stage = await stageQueue();
    await press("Pause");
    stage.jam.connection.set({ kind: "offline", sinceMs: 0 });
    await expect.element(page.getByText("Server unreachable")).toBeVisible();
    expect(focused()).toBe("Pause");
  });
});

describe("the focus in the library", () => {
  test("is back on the bin after keeping a track, and on the next row after removing one", async () => {
    const stage = createStage();
    await mount(stage, "/");
    await press("Remove Slow Tide");
    await press("Keep it");
    await expect.poll(() => focused()).toBe("Remove Slow Tide");
    await press("Remove Slow Tide");
    await press("Remove from this device (3.3 MB)");
    stage.app.library.tracks.set(stage.app.library.tracks.get().filter(({ title }) => title !== "Slow Tide"));
    await expect.poll(() => focused()).toBe("Remove Paper Boats");
  });
});
