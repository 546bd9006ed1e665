/** Nothing makes the page scroll sideways, whatever people are called and however narrow the screen is. */
import { afterAll, describe, expect, test } from "vitest";
import { page } from "vitest/browser";
import { findAll, mount, shadowRootsWithin } from "./mount.ts";
import { createStage, entry, libraryTrack, member } from "./stage.ts";
import type { Stage } from "./stage.ts";

const WIDTHS_PX = [320, 390, 900, 1280];
/** As long as names and titles may be. */
const LONG = { "a word": "W".repeat(40), "several words": "Bartholomew Maximilian von Wolkenstein II" };

/** Everything that people or files can name, named `name`. */
function stageNamed(name: string, self: "host" | "listener"): Stage {
  const stage = createStage(self);
  const { jam, app } = stage;
  const long = entry(name, { artist: name, album: name, addedByName: name });
  jam.members.set([
    member(name, { peerId: "alice", isHost: true, isSelf: self === "host", bytesReceived: 987_654_321_000 }),
    member(name, { peerId: "bob", isSelf: self === "listener", bytesReceived: 987_654_321_000, bytesSent: 987_654_321_000 }),
    member(name, { peerId: "carol", link: { state: "failed", candidateType: "unknown", rttMs: null } }),
  ]);
  jam.nowPlaying.set({ entry: long, playing: true, positionMs: 62_000, atMs: performance.now() });
  jam.upNext.set([long, { ...long, entryId: "second", unplayableReason: `${name} cannot be played here.` }]);
  jam.imports.set([
    { id: "1", fileName: `${name}.mp3`, progress: 0.4, error: null },
    { id: "2", fileName: `${name}.txt`, progress: 0, error: "This is not an audio file." },
  ]);
  jam.notices.set([{ id: "n1", kind: "error", text: name }]);
  jam.connection.set({ kind: "offline", sinceMs: 0 });
  app.library.name.set(name);
  app.library.tracks.set([libraryTrack(name, { artist: name })]);
  app.library.recentJams.set([{ jamId: name, hostedByMe: true, lastVisitMs: 0, trackCount: 12 }]);
  return stage;
}

/** Visible elements that stick out of the screen's sides, or out of the card that they belong to. */
function findOverflowing(): string[] {
  const elements = shadowRootsWithin(document).flatMap((root) => [...root.querySelectorAll<HTMLElement>("*")]);
  return elements.filter(sticksOut).map((element) => `${element.tagName.toLowerCase()}.${element.className}`);
}

function sticksOut(element: HTMLElement): boolean {
  if (element.closest(".light, .spoken, svg")) return false; // a glow may; so may what is only read aloud
  const { left, right, width } = element.getBoundingClientRect();
  const card = element.closest(".card")?.getBoundingClientRect();
  const [from, to] = [Math.max(0, card?.left ?? 0), Math.min(innerWidth, card?.right ?? innerWidth)];
  return width > 0 && (left < from - 0.5 || right > to + 0.5);
}

function boxOf(tag: "bt-transport-controls" | "bt-volume"): DOMRect {
  return findAll(tag)[0]?.getBoundingClientRect() ?? new DOMRect();
}

const CASES = WIDTHS_PX.flatMap((widthPx) =>
  Object.entries(LONG).map(([kind, name]) => [`${widthPx} px, ${kind}`, widthPx, name] as const),
);

describe("names of 40 characters stay within the page", () => {
  afterAll(() => page.viewport(414, 896));

  test.for(CASES)("in the host's jam: %s", async ([, widthPx, name]) => {
    await page.viewport(widthPx, 844);
    await mount(stageNamed(name, "host"), "/j/mellow-otter-42");
    await expect.element(page.getByRole("list", { name: "People" })).toBeVisible();
    await page
      .getByRole("button", { name: `Actions for ${name}` })
      .first()
      .click();
    await expect.element(page.getByRole("button", { name: `Remove ${name}` })).toBeVisible();
    expect(boxOf("bt-transport-controls").right).toBeLessThanOrEqual(boxOf("bt-volume").left);
    expect(findOverflowing()).toEqual([]);
    expect(document.documentElement.scrollWidth).toBe(document.documentElement.clientWidth);
  });

  test.for(CASES)("in a listener's jam: %s", async ([, widthPx, name]) => {
    await page.viewport(widthPx, 844);
    await mount(stageNamed(name, "listener"), "/j/mellow-otter-42");
    await expect.element(page.getByRole("list", { name: "People" })).toBeVisible();
    expect(findOverflowing()).toEqual([]);
    expect(document.documentElement.scrollWidth).toBe(document.documentElement.clientWidth);
  });

  test.for(CASES)("on the start page: %s", async ([, widthPx, name]) => {
    await page.viewport(widthPx, 844);
    await mount(stageNamed(name, "host"), "/");
    await page.getByRole("button", { name: `Remove ${name}` }).click();
    await expect.element(page.getByRole("button", { name: "Keep it" })).toBeVisible();
    expect(findOverflowing()).toEqual([]);
    expect(document.documentElement.scrollWidth).toBe(document.documentElement.clientWidth);
  });
});
