import { describe, expect, it } from "vitest";
import { chooseTransport, Control, JamState, moveToClock, resolveNowPlaying, signDocument } from "../../../app/core/index.ts";
import { alice, clockIdOf } from "../../support/people.ts";
import { jamId, playingJam } from "./jam-fixtures.ts";

const [OLD, NEW] = [clockIdOf("old"), clockIdOf("new")];
const on = (clockId: typeof OLD, change: Partial<ReturnType<typeof playingJam>["transport"]> = {}) =>
  playingJam("abc", { clockId, ...change }).transport;

describe("a change of clock", () => {
  it("RT8: leaves the music where it is, in a later track, before a scheduled start, and where none plays", () => {
    const nowMs = 1_150_000; // in the second track, 50 s on
    const later = moveToClock(playingJam("abc"), nowMs, 7_000);
    const before = resolveNowPlaying(playingJam("abc").transport, playingJam("abc").programme, nowMs);
    expect(resolveNowPlaying(later.transport, later.programme, 7_000)).toMatchObject({
      index: 1,
      positionMs: 50_000,
      startsInMs: 0,
    });
    expect(before).toMatchObject({ index: 1, positionMs: 50_000 });
    const scheduled = moveToClock(playingJam("abc"), 999_900, 7_000);
    expect(resolveNowPlaying(scheduled.transport, scheduled.programme, 7_000)).toMatchObject({ positionMs: 0, startsInMs: 100 });
    const paused = playingJam("abc", { playing: false });
    expect(moveToClock(paused, nowMs, 7_000)).toBe(paused);
    expect(moveToClock(later, 9e9, 0)).toBe(later); // played to its end
  });

  it("RT8: commands name the clock that their times are on, and the host alone moves them", () => {
    const { transport, programme } = playingJam("ab");
    const state = new JamState(jamId);
    state.setHost(alice.peerId);
    for (const document of [transport, programme]) state.offer(signDocument(document, alice));
    let changes = 0;
    const control = new Control({
      jamId,
      identity: alice,
      state,
      referenceMs: () => 1_010_000,
      clockId: () => OLD,
      send: () => true,
      onChanged: () => changes++,
    });
    control.command({ kind: "seek", positionMs: 3_000 });
    expect(state.transport?.clockId).toBe(OLD);
    expect(control.moveToClock(NEW, 50)).toBe(true);
    expect(state.transport).toMatchObject({ clockId: NEW, positionMs: 3_000, playing: true });
    expect(changes).toBe(2);
    control.command({ kind: "pause" });
    expect(control.moveToClock(NEW, 60)).toBe(false);
  });

  it("RT8: is not followed before the new clock is known, and who has heard nothing takes what there is", () => {
    const [before, after] = [on(OLD), on(NEW)];
    expect(chooseTransport(after, before, OLD)).toBe(before);
    expect(chooseTransport(after, before, NEW)).toBe(after);
    expect(chooseTransport(after, null, OLD)).toBe(after);
    expect(chooseTransport(after, on(OLD, { playing: false }), OLD)).toMatchObject({ playing: false });
    expect(chooseTransport(on(NEW, { playing: false }), before, OLD)).toMatchObject({ playing: false });
    expect(chooseTransport(null, before, OLD)).toBeNull();
  });
});
