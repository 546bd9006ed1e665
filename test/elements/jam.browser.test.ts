import { describe, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { findAccessibilityProblems, findAll, mount } from "./mount.ts";
import { createStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

async function stageJam(self: "host" | "listener", prepare: (stage: Stage) => void = () => undefined): Promise<Stage> {
  const stage = createStage(self);
  prepare(stage);
  await mount(stage, "/j/mellow-otter-42");
  return stage;
}

function serverAway({ jam }: Stage): void {
  jam.connection.set({ kind: "offline", sinceMs: 0 });
}

function silent({ jam }: Stage): void {
  jam.nowPlaying.set(null);
  jam.upNext.set([]);
}

function atTheEnd({ jam }: Stage): void {
  const now = jam.nowPlaying.get();
  jam.nowPlaying.set(now && { ...now, playing: false, positionMs: now.entry.durationMs });
  jam.upNext.set([]);
}

async function openInvitation(pageUrl: string): Promise<void> {
  await stageJam("listener");
  for (const invite of findAll("bt-invite")) invite.pageUrl = pageUrl;
  await button("Invite").click();
}

const home = (): ReturnType<typeof page.getByRole> => page.getByRole("link", { name: "BeatTorrent, to the start" });
const button = (name: string): ReturnType<typeof page.getByRole> => page.getByRole("button", { name, exact: true });

describe("the jam's door", () => {
  const closed = (stage: Stage): void => stage.jam.connection.set({ kind: "idle" });

  test("asks for a name and the gesture that unlocks sound", async () => {
    const stage = await stageJam("listener", closed);
    await page.getByRole("textbox", { name: "Your name" }).fill("carol");
    await button("Join jam").click();
    expect(stage.calls.filter(({ action }) => action !== "prepare")).toEqual([
      { action: "setName", with: ["carol"] },
      { action: "join", with: ["carol"] },
    ]);
  });

  test("lets what takes time begin as soon as somebody stands there, and again when they touch it", async () => {
    const stage = await stageJam("listener", closed);
    await expect.element(button("Join jam")).toBeVisible();
    expect(stage.calls).toEqual([{ action: "prepare", with: [] }]);
    await page.getByRole("textbox", { name: "Your name" }).click();
    expect(stage.calls.length).toBeGreaterThan(1);
  });

  test("shows nothing of the room before that", async () => {
    await stageJam("host", closed);
    await expect.element(button("Join jam")).toBeVisible();
    expect(page.getByRole("list", { name: "People" }).elements()).toEqual([]);
  });

  test("says so when the address holds no jam code", async () => {
    await mount(createStage(), "/j/What%3F");
    await expect.element(page.getByRole("heading", { name: "No such jam" })).toBeVisible();
  });

  test("says why a jam is over here, and lets one come back", async () => {
    const stage = await stageJam("listener", ({ jam }) => jam.connection.set({ kind: "ended", reason: "replaced" }));
    await expect.element(page.getByText("You opened this jam in another tab or window.")).toBeVisible();
    await button("Come back").click();
    expect(stage.calls).toEqual([{ action: "join", with: ["alice"] }]);
  });
});

describe("the host", () => {
  test("pauses, plays and goes to the next track", async () => {
    const stage = await stageJam("host");
    await button("Pause").click();
    const now = stage.jam.nowPlaying.get();
    stage.jam.nowPlaying.set(now && { ...now, playing: false });
    await button("Play").click();
    await button("Next").click();
    expect(stage.calls.map(({ action }) => action)).toEqual(["pause", "play", "next"]);
  });

  test("keeps the focus on the button that plays and pauses", async () => {
    const stage = await stageJam("host");
    await button("Pause").click();
    const now = stage.jam.nowPlaying.get();
    stage.jam.nowPlaying.set(now && { ...now, playing: false });
    await expect.element(button("Play")).toBeVisible();
    expect(button("Play").element().matches(":focus")).toBe(true);
  });

  test("cannot press Play while there is nothing to play", async () => {
    await stageJam("host", silent);
    await expect.element(button("Play")).toBeDisabled();
  });

  test("seeks", async () => {
    const stage = await stageJam("host");
    await page.getByRole("slider", { name: "Seek", exact: true }).click({ position: { x: 5, y: 20 } });
    expect(stage.calls).toMatchObject([{ action: "seek" }]);
  });

  test("moves an entry without a mouse", async () => {
    const stage = await stageJam("host");
    await button("Actions for Paper Boats").click();
    await button("Move Paper Boats up").click();
    expect(stage.calls).toEqual([{ action: "moveEntry", with: ["entry-paper-boats", 0] }]);
  });

  test("moves an entry by its handle, and leaves the order to whoever owns it", async () => {
    const stage = await stageJam("host");
    const rows = page.getByRole("list", { name: "Up next" }).getByRole("listitem");
    await expect.element(rows.nth(2)).toBeVisible();
    rows.nth(1).element().scrollIntoView({ block: "center" }); // a page that scrolls under a drag ends it
    const handles = rows.elements().map((row) => row.querySelector(".grip"));
    await import("sortablejs"); // the list loads it by itself; from here on it is there
    await userEvent.dragAndDrop(page.elementLocator(handles[0] as Element), page.elementLocator(handles[2] as Element));
    await expect.poll(() => stage.calls).toEqual([{ action: "moveEntry", with: ["entry-slow-tide", 2] }]);
    expect(rows.elements()[0]?.textContent).toContain("Slow Tide");
  });

  test("is told what still reaches the others while the server is gone", async () => {
    await stageJam("host", serverAway);
    await expect.element(page.getByText("changes to the queue reach the others when it is back")).toBeVisible();
  });

  test("is invited to add music after the last song", async () => {
    await stageJam("host", atTheEnd);
    await expect.element(page.getByText("That was the last song. Add music, and it goes on.")).toBeVisible();
  });

  test("allows listeners to add songs", async () => {
    const stage = await stageJam("host");
    await button("Settings").click();
    await page.getByRole("switch", { name: "Listeners may add songs" }).click();
    expect(stage.calls).toEqual([{ action: "setListenersMayAdd", with: [true] }]);
  });
});

describe("a listener", () => {
  test("sees no transport controls and no slider, but where the music is, and who is the DJ", async () => {
    await stageJam("listener");
    await expect.element(page.getByText("alice is the DJ.")).toBeVisible();
    await expect
      .element(page.getByRole("progressbar", { name: "Position" }))
      .toHaveAttribute("aria-valuetext", expect.stringMatching(/^1:0\d of 3:28$/));
    for (const name of ["Play", "Pause", "Next"]) expect(button(name).elements()).toEqual([]);
    expect(page.getByRole("slider", { name: "Seek" }).elements()).toEqual([]);
  });

  test("reads that the song pauses, and after the last one that it was the last", async () => {
    const stage = await stageJam("listener", ({ jam }) => {
      const now = jam.nowPlaying.get();
      jam.nowPlaying.set(now && { ...now, playing: false });
    });
    await expect.element(page.getByText("alice is the DJ. Paused for the moment.")).toBeVisible();
    atTheEnd(stage);
    await expect.element(page.getByText("alice is the DJ. That was the last song.")).toBeVisible();
  });

  test("adds music only where the host allows it", async () => {
    const stage = await stageJam("listener");
    expect(page.getByLabelText("Add music").elements()).toEqual([]);
    stage.jam.listenersMayAdd.set(true);
    await expect.element(page.getByLabelText("Add music")).toBeInTheDocument();
  });

  test("reads the title of what plays, and what is wrong with it where this browser cannot decode it", async () => {
    const reason = "This browser cannot play Vorbis; Chrome and Firefox can.";
    await stageJam("listener", ({ jam }) => {
      const now = jam.nowPlaying.get();
      jam.nowPlaying.set(now && { ...now, entry: { ...now.entry, unplayableReason: reason } });
    });
    await expect.element(page.getByRole("heading", { name: "Harbour Lights" })).toBeVisible();
    await expect.element(page.getByRole("alert").filter({ hasText: reason })).toBeVisible();
  });
});

describe("adding music", () => {
  test("takes several files from the picker, under the name Add music", async () => {
    const stage = await stageJam("host");
    const files = ["a.mp3", "b.flac"].map((name) => new File(["x"], name));
    await page.getByLabelText("Add music").upload(files);
    expect(stage.calls).toHaveLength(1);
    expect(stage.calls[0]?.with[0]).toMatchObject([{ name: "a.mp3" }, { name: "b.flac" }]);
  });

  test("takes files dropped anywhere on the page", async () => {
    const stage = await stageJam("host");
    const file = new File(["x"], "a.mp3");
    dropOnPage("dragenter", file);
    await expect.element(page.getByText("Let go to add it to the jam")).toBeVisible();
    dropOnPage("drop", file);
    expect(stage.calls).toMatchObject([{ action: "addFiles", with: [[{ name: "a.mp3" }]] }]);
    await expect.element(page.getByText("Let go to add it to the jam")).not.toBeInTheDocument();
  });

  test("swallows a dropped file where nobody may add, so that the browser does not open it instead of the jam", async () => {
    const stage = await stageJam("listener");
    expect(dropOnPage("drop", new File(["x"], "a.mp3")).defaultPrevented).toBe(true);
    expect(stage.calls).toEqual([]);
  });

  test("shows how far an import is, and says in a sentence why one failed", async () => {
    const error = "This is not an audio file.";
    const stage = await stageJam("host", ({ jam }) =>
      jam.imports.set([
        { id: "1", fileName: "a.mp3", progress: 0.4, error: null },
        { id: "2", fileName: "notes.txt", progress: 0, error },
      ]),
    );
    await expect.element(page.getByRole("progressbar", { name: "Importing a.mp3" })).toBeVisible();
    await expect.element(page.getByRole("alert").filter({ hasText: `notes.txt ${error}` })).toBeVisible();
    await button("Dismiss notes.txt").click();
    expect(stage.calls).toEqual([{ action: "dismissImport", with: ["2"] }]);
  });

  test("gathers many failures in one small list that goes at once, and reads out the newest alone", async () => {
    const error = "This is not an audio file.";
    const names = ["a.txt", "b.txt", "c.txt", "d.txt"];
    const stage = await stageJam("host", ({ jam }) =>
      jam.imports.set(names.map((fileName) => ({ id: fileName, fileName, progress: 0, error }))),
    );
    const rows = page.getByRole("list", { name: "4 files could not be added" }).getByRole("listitem");
    await expect.element(rows.first()).toHaveTextContent(`d.txt ${error}`);
    expect(rows.elements()).toHaveLength(4);
    const alerts = page.getByRole("alert").filter({ hasText: error });
    expect(alerts.elements().map((alert) => alert.textContent)).toEqual([`d.txt ${error}`]);
    expect(await findAccessibilityProblems()).toEqual([]);
    await button("Dismiss all").click();
    expect(stage.calls).toEqual(names.map((id) => ({ action: "dismissImport", with: [id] })));
    expect(page.getByLabelText("Add music").element().matches(":focus")).toBe(true);
  });

  test("offers what this device keeps already", async () => {
    const stage = await stageJam("host");
    await button("From library").click();
    await button("Add Slow Tide").click();
    expect(stage.calls).toMatchObject([{ action: "addFromLibrary" }]);
  });
});

describe("everybody", () => {
  test("sees who is here and how they are reached", async () => {
    await stageJam("host");
    const people = page.getByRole("list", { name: "People", exact: true });
    await expect.element(people.getByRole("listitem").filter({ hasText: "bob" })).toHaveTextContent("direct, 23 ms");
    await expect.element(people.getByRole("listitem").filter({ hasText: "carol" })).toHaveTextContent("connecting…");
    await expect.element(people.getByRole("listitem").filter({ hasText: "alice" })).toHaveTextContent("DJ");
  });

  test("sees how close to the others' moment they are, and nothing too precise right after a start", async () => {
    const stage = await stageJam("listener");
    await expect.element(page.getByText("in sync ±5 ms")).toBeVisible();
    stage.jam.sync.set({ driftMs: 0.2, uncertaintyMs: 2, outputUncertaintyMs: 0, isSettled: false });
    await expect.element(page.getByText("settling…")).toBeVisible();
    stage.jam.sync.set({ driftMs: 3, uncertaintyMs: 180, outputUncertaintyMs: 0, isSettled: true });
    await expect.element(page.getByText("roughly in sync ±183 ms")).toBeVisible();
    stage.jam.sync.set({ driftMs: -120, uncertaintyMs: 2, outputUncertaintyMs: 0, isSettled: true });
    await expect.element(page.getByText("120 ms behind")).toBeVisible();
  });

  test("is given a button where the browser blocks sound", async () => {
    const stage = await stageJam("listener", ({ jam }) => jam.sound.set({ kind: "blocked" }));
    await button("Tap to hear").click();
    expect(stage.calls).toEqual([{ action: "unblockSound", with: [] }]);
  });

  test.for(["click", "key"])("hears the music at the first %s anywhere on the page, too", async (gesture) => {
    const stage = await stageJam("listener", ({ jam }) => jam.sound.set({ kind: "blocked" }));
    if (gesture === "click") await page.getByRole("heading", { name: "People" }).click();
    else await userEvent.keyboard("m");
    expect(stage.calls).toEqual([{ action: "unblockSound", with: [] }]);
    stage.jam.sound.set({ kind: "playing" });
    await page.getByRole("heading", { name: "People" }).click();
    expect(stage.calls).toHaveLength(1);
  });

  test("is told that the server is gone and the music is not", async () => {
    await stageJam("listener", serverAway);
    await expect.element(page.getByText("Server unreachable – the music goes on", { exact: true })).toBeVisible();
  });

  test("is told so before anything plays, and that we keep trying", async () => {
    await stageJam("listener", (stage) => (serverAway(stage), silent(stage)));
    await expect.element(page.getByText("Server unreachable – trying again…")).toBeVisible();
    await expect.element(page.getByRole("heading", { name: "Waiting for the server" })).toBeVisible();
  });

  test("waits at the door of the room while coming in", async () => {
    await stageJam("listener", (stage) => (stage.jam.connection.set({ kind: "joining" }), silent(stage)));
    await expect.element(page.getByRole("heading", { name: "Coming in…" })).toBeVisible();
    expect(page.getByText("Server unreachable").elements()).toEqual([]);
  });

  test("is asked before the logo ends a song, and may stay", async () => {
    const stage = await stageJam("host");
    await home().click();
    await expect.element(page.getByRole("dialog", { name: "Leave the page?" })).toBeVisible();
    expect(await findAccessibilityProblems()).toEqual([]);
    await button("Stay").click();
    await expect.element(page.getByRole("dialog")).not.toBeInTheDocument();
    expect(stage.calls).toEqual([]);
    expect(home().element().matches(":focus")).toBe(true);
  });

  test("goes by the logo after a second word", async () => {
    const stage = await stageJam("listener");
    await home().click();
    await page.getByRole("link", { name: "Go", exact: true }).click();
    expect(stage.calls).toEqual([{ action: "navigate", with: ["/"] }]);
  });

  test("goes by the logo at once where no music would stop", async () => {
    const stage = await stageJam("listener", silent);
    await home().click();
    expect(stage.calls).toEqual([{ action: "navigate", with: ["/"] }]);
  });

  test("reads notices, and dismisses them", async () => {
    const stage = await stageJam("listener", ({ jam }) =>
      jam.notices.set([{ id: "n1", kind: "error", text: "The disk is full." }]),
    );
    await expect.element(page.getByRole("alert").filter({ hasText: "The disk is full." })).toBeVisible();
    await button("Dismiss").click();
    expect(stage.calls).toEqual([{ action: "dismissNotice", with: ["n1"] }]);
  });

  test("mutes this device alone", async () => {
    const stage = await stageJam("listener");
    await button("Mute").click();
    expect(stage.calls).toEqual([{ action: "setVolume", with: [0.8, true] }]);
  });

  test("invites by link and by QR code, and Escape closes the dialog", async () => {
    await openInvitation("https://jam.example/");
    const dialog = page.getByRole("dialog", { name: "Bring somebody in" });
    await expect.element(dialog).toBeVisible();
    await expect.element(page.getByText("https://jam.example/j/mellow-otter-42")).toBeVisible();
    await expect.element(page.getByRole("img", { name: "QR code of the link" })).toBeVisible();
    await userEvent.keyboard("{Escape}");
    await expect.element(dialog).not.toBeInTheDocument();
  });

  test.for(["http://localhost:8000/", "http://127.0.0.1:8000/", "http://[::1]:8000/"])(
    "is pointed to the network's address instead of a QR code that leads a phone to itself: %s",
    async (pageUrl) => {
      await openInvitation(pageUrl);
      await expect.element(page.getByText("works on this computer only")).toBeVisible();
      expect(page.getByRole("img", { name: "QR code of the link" }).elements()).toEqual([]);
      await expect.element(page.getByText(`${pageUrl}j/mellow-otter-42`)).toBeVisible();
    },
  );

  test("opens the diagnostics", async () => {
    await stageJam("listener");
    await button("Diagnostics").click();
    await expect.element(page.getByText("78 of 104, 3.3 MB")).toBeVisible();
    await expect.element(button("Copy report")).toBeVisible();
  });

  test("leaves", async () => {
    const stage = await stageJam("listener");
    await button("Leave jam").click();
    expect(stage.calls).toEqual([
      { action: "leave", with: [] },
      { action: "navigate", with: ["/"] },
    ]);
  });
});

describe("axe finds nothing wrong", () => {
  const scenes: readonly (readonly [string, "host" | "listener", (stage: Stage) => void])[] = [
    ["at the door", "listener", ({ jam }) => jam.connection.set({ kind: "idle" })],
    ["with the host's page", "host", () => undefined],
    ["with a listener's page", "listener", () => undefined],
    ["with an empty jam", "host", silent],
    ["with a jam that has been played to its end", "host", atTheEnd],
    [
      "with everything that can go wrong",
      "host",
      ({ jam }) => {
        jam.connection.set({ kind: "offline", sinceMs: 0 });
        jam.sound.set({ kind: "blocked" });
        jam.notices.set([{ id: "n1", kind: "error", text: "The disk is full." }]);
        jam.imports.set([
          { id: "1", fileName: "a.mp3", progress: 0.4, error: null },
          { id: "2", fileName: "notes.txt", progress: 0, error: "This is not an audio file." },
        ]);
      },
    ],
  ];

  test.for(scenes)("%s", async ([, self, prepare]) => {
    await stageJam(self, prepare);
    await expect.element(page.getByRole("main")).toBeVisible();
    expect(await findAccessibilityProblems()).toEqual([]);
  });

  test.for(["Invite", "Diagnostics", "Settings", "From library", "Actions for Slow Tide"])("after pressing %s", async (name) => {
    await stageJam("host");
    await button(name).click();
    expect(await findAccessibilityProblems()).toEqual([]);
  });
});

function dropOnPage(type: "dragenter" | "drop", file: File): DragEvent {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(file);
  const event = new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true });
  document.body.dispatchEvent(event);
  return event;
}
