import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyCommand, firstDocuments, PLAY_LEAD_MS, resolveNowPlaying } from "../../../app/core/index.ts";
import type { HostCommand, JamDocuments } from "../../../app/core/index.ts";
import { alice } from "../../support/people.ts";
import { entryIdOf, jamId, makeEntry, namesOf, playingJam } from "./jam-fixtures.ts";

function apply(documents: JamDocuments, command: HostCommand, referenceMs: number): JamDocuments {
  const outcome = applyCommand(documents, command, referenceMs);
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.documents;
}

const nowIn = (documents: JamDocuments, referenceMs: number) =>
  resolveNowPlaying(documents.transport, documents.programme, referenceMs);

describe("the host's desk", () => {
  const empty = firstDocuments(jamId, alice.peerId);

  it("JM4: the first track added is put on, and waits for play", () => {
    const documents = apply(empty, { kind: "add", entry: makeEntry("a") }, 5000);
    expect(nowIn(documents, 6000)).toMatchObject({ index: 0, playing: false, positionMs: 0 });
  });

  it("JM2: play is scheduled a moment ahead", () => {
    const paused = playingJam("a", { playing: false, positionMs: 42_000 });
    const { transport } = apply(paused, { kind: "play" }, 2_000_000);
    expect(transport).toMatchObject({ playing: true, positionMs: 42_000, atReferenceMs: 2_000_000 + PLAY_LEAD_MS });
  });

  it("JM5: pause keeps the position at which it was pressed", () => {
    const { transport } = apply(playingJam("ab"), { kind: "pause" }, 1_130_000);
    expect(transport).toMatchObject({ entryId: entryIdOf("b"), playing: false, positionMs: 30_000 });
  });

  it("JM5: what changes gets the next number, what does not keeps its own", () => {
    const before = playingJam("ab");
    const after = apply(before, { kind: "pause" }, 1_000_500);
    expect(after.transport.seq).toBe(before.transport.seq + 1);
    expect(after.programme).toBe(before.programme);
  });

  it("JM5: seeking is clamped into the entry", () => {
    expect(apply(playingJam("a"), { kind: "seek", positionMs: 1e9 }, 1_000_000).transport.positionMs).toBe(99_999);
    expect(apply(playingJam("a"), { kind: "seek", positionMs: -5 }, 1_000_000).transport.positionMs).toBe(0);
  });

  it("JM5: next goes to the entry after the one that sounds, and refuses after the last", () => {
    expect(apply(playingJam("abc"), { kind: "next" }, 1_150_000).transport.entryId).toBe(entryIdOf("c"));
    expect(applyCommand(playingJam("a"), { kind: "next" }, 1_050_000)).toEqual({ ok: false, reason: "nothing-to-play" });
  });

  it("JM6: what is added after the music ran out starts by itself", () => {
    const documents = apply(playingJam("a"), { kind: "add", entry: makeEntry("b") }, 1_500_000);
    expect(nowIn(documents, 1_500_000 + PLAY_LEAD_MS + 10)).toMatchObject({ index: 1, playing: true, positionMs: 10 });
  });

  it("JM6: removing what sounds goes on with the next, and removing the last stops", () => {
    const documents = apply(playingJam("ab"), { kind: "remove", entryId: entryIdOf("a") }, 1_010_000);
    expect(documents.transport).toMatchObject({ entryId: entryIdOf("b"), playing: true, positionMs: 0 });
    const none = apply(playingJam("a"), { kind: "remove", entryId: entryIdOf("a") }, 1_010_000);
    expect(none.transport).toMatchObject({ entryId: null, playing: false });
  });

  it.each([
    { name: "c", toIndex: 0, order: "acbd" },
    { name: "b", toIndex: 2, order: "acdb" },
    { name: "d", toIndex: 99, order: "abcd" },
    { name: "a", toIndex: 1, order: "abcd" },
  ])("JM6: moving $name to place $toIndex of what is next gives $order", ({ name, toIndex, order }) => {
    const documents = apply(playingJam("abcd"), { kind: "move", entryId: entryIdOf(name), toIndex }, 1_000_000);
    expect(namesOf(documents)).toBe(order);
  });

  it("JM6: the same entry is not added twice", () => {
    expect(applyCommand(playingJam("a"), { kind: "add", entry: makeEntry("a") }, 1_000_000)).toEqual({
      ok: false,
      reason: "duplicate-entry",
    });
  });

  it("JM7: no edit of the queue moves the music that sounds", () => {
    const edit = fc.oneof(
      fc.record({ kind: fc.constant("add" as const), entry: fc.constantFrom(..."xyz").map((name) => makeEntry(name)) }),
      fc.record({ kind: fc.constant("remove" as const), entryId: fc.constantFrom(..."abcdexyz").map(entryIdOf) }),
      fc.record({
        kind: fc.constant("move" as const),
        entryId: fc.constantFrom(..."abcdexyz").map(entryIdOf),
        toIndex: fc.integer({ min: 0, max: 6 }),
      }),
    );
    fc.assert(
      fc.property(
        fc.double({ min: 1_000_000, max: 1_499_000, noNaN: true }),
        fc.array(edit, { maxLength: 12 }),
        (referenceMs, edits) => {
          let documents = playingJam("abcde");
          const before = nowIn(documents, referenceMs);
          if (before.kind !== "entry") throw new Error("something plays throughout");
          for (const command of edits) {
            if (command.kind === "remove" && command.entryId === before.entry.entryId) continue;
            const outcome = applyCommand(documents, command, referenceMs);
            if (outcome.ok) documents = outcome.documents;
          }
          const after = nowIn(documents, referenceMs);
          if (after.kind !== "entry") throw new Error("the music went away");
          expect(after.entry.entryId).toBe(before.entry.entryId);
          expect(after.positionMs).toBeCloseTo(before.positionMs, 3);
        },
      ),
    );
  });
});
