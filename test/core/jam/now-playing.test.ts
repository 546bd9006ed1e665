import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { resolveNowPlaying } from "../../../app/core/index.ts";
import { entryIdOf, playingJam } from "./jam-fixtures.ts";

const at = (documents: ReturnType<typeof playingJam>, referenceMs: number) =>
  resolveNowPlaying(documents.transport, documents.programme, referenceMs);

describe("what is playing", () => {
  it("JM1: a jam without documents plays nothing", () => {
    expect(resolveNowPlaying(null, null, 5)).toEqual({ kind: "nothing" });
  });

  it("JM1: the position grows with the reference time", () => {
    expect(at(playingJam("abc"), 1_031_000)).toMatchObject({ index: 0, playing: true, positionMs: 31_000 });
  });

  it("JM2: before its scheduled start a transport stands still and says how long it will", () => {
    expect(at(playingJam("a", { positionMs: 500 }), 999_800)).toMatchObject({ positionMs: 500, startsInMs: 200 });
  });

  it("JM3: entries follow one another without anyone saying so", () => {
    const now = at(playingJam("abc"), 1_250_000);
    expect(now).toMatchObject({ index: 2, positionMs: 50_000, startedAtReferenceMs: 1_200_000 });
  });

  it("JM3: after the last entry the programme has ended", () => {
    expect(at(playingJam("abc"), 1_300_000)).toEqual({ kind: "ended", lastIndex: 2 });
  });

  it("JM1: a paused transport stays where it was paused", () => {
    expect(at(playingJam("abc", { playing: false, positionMs: 7 }), 9e9)).toMatchObject({ playing: false, positionMs: 7 });
  });

  it("JM1: an entry that is not in the programme plays nothing", () => {
    expect(at(playingJam("abc", { entryId: entryIdOf("z") }), 1_000_000)).toEqual({ kind: "nothing" });
  });

  it("JM3: whenever it is asked, position and start agree and the position is inside the entry", () => {
    fc.assert(
      fc.property(fc.double({ min: 1_000_000, max: 1_299_999, noNaN: true }), (referenceMs) => {
        const now = at(playingJam("abc"), referenceMs);
        if (now.kind !== "entry") throw new Error("something plays throughout");
        expect(now.positionMs).toBeGreaterThanOrEqual(0);
        expect(now.positionMs).toBeLessThan(now.entry.durationMs);
        expect((now.startedAtReferenceMs ?? 0) + now.positionMs).toBeCloseTo(referenceMs, 5);
      }),
    );
  });
});
