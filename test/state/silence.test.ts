/** Why there is no sound: what is said for which state of things, what a tap can mend first. */
import { describe, expect, it } from "vitest";
import { findSilence, hintsFor } from "../../app/state/silence.ts";
import type { SilenceFacts } from "../../app/state/silence.ts";

/** Music plays, and bob should hear it. */
const fine: SilenceFacts = {
  isComingIn: false,
  isHost: false,
  now: { playing: true, isOver: false, isPlayable: true },
  sound: "playing",
  volume: { level: 0.8, muted: false },
  isOutputMissing: false,
  speaker: "closed",
};
const song = { playing: true, isOver: false, isPlayable: true };

const cases: readonly (readonly [string, Partial<SilenceFacts>, readonly (readonly [cause: string, mend: string | null])[]])[] = [
  ["all is well", {}, []],
  ["muted in the app", { volume: { level: 0.8, muted: true } }, [["muted", "unmute"]]],
  ["turned down to nothing", { volume: { level: 0, muted: false } }, [["volume-zero", "turn-up"]]],
  ["muted and turned down: one of them will do", { volume: { level: 0, muted: true } }, [["muted", "unmute"]]],
  ["autoplay was refused", { sound: "blocked" }, [["blocked", "unblock"]]],
  ["the test tone is held back, too", { speaker: "suspended" }, [["suspended", "play-tone"]]],
  ["the test tone was played", { speaker: "running" }, []],
  ["no loudspeaker, no headphones", { isOutputMissing: true }, [["no-output", null]]],
  ["on the way in", { isComingIn: true, now: null, sound: "silent" }, [["coming-in", null]]],
  ["a listener's jam without music", { now: null, sound: "silent" }, [["nothing-yet", null]]],
  ["a host's jam without music", { now: null, sound: "silent", isHost: true }, [["nothing-yet-host", null]]],
  ["the DJ has paused", { now: { ...song, playing: false }, sound: "paused" }, [["paused", null]]],
  ["the DJ is oneself", { now: { ...song, playing: false }, sound: "paused", isHost: true }, [["paused-host", "play"]]],
  ["the last song is over", { now: { ...song, playing: false, isOver: true }, sound: "silent", isHost: true }, [["over", null]]],
  ["a song that can't be played here", { now: { ...song, isPlayable: false }, sound: "silent" }, [["unplayable", null]]],
  ["music that is still on its way", { sound: "buffering" }, [["buffering", null]]],
];

describe("why is there no sound?", () => {
  it.each(cases)("%s", (_, facts, expected) => {
    expect(findSilence({ ...fine, ...facts }).map(({ cause, mend }) => [cause, mend])).toEqual(expected);
  });

  it("what is wrong here comes before what is the jam's, and all that is wrong is said at once", () => {
    const facts = { ...fine, volume: { level: 1, muted: true }, isOutputMissing: true, now: { ...song, playing: false } };
    expect(findSilence(facts).map(({ cause }) => cause)).toEqual(["muted", "no-output", "paused"]);
  });
});

describe("what no page can see", () => {
  it("is hinted at as the device has it: a tab on a computer, keys on a phone, a switch on an iPhone", () => {
    expect(hintsFor("computer")).toEqual(["tab", "system-volume", "elsewhere"]);
    expect(hintsFor("phone")).toEqual(["media-volume", "elsewhere"]);
    expect(hintsFor("iphone")).toEqual(["media-volume", "ringer", "elsewhere"]);
  });
});
