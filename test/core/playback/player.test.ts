import { describe, expect, it } from "vitest";
import { makeEntry } from "../jam/jam-fixtures.ts";
import { PlaybackWorld, SONG_MS } from "./playback-world.ts";

/** Bob has joined; a plays since just now. */
async function joined(
  names = "abc",
  ...options: ConstructorParameters<typeof PlaybackWorld> extends [string, ...infer Rest] ? Rest : never
) {
  const world = new PlaybackWorld(names, ...options);
  world.play("a");
  world.player.start();
  await world.run(4_000);
  return world;
}

const callsSince = (world: PlaybackWorld, count: number) => world.sink.calls.slice(count);

describe("starting", () => {
  it("PB14: is silent and idle before the gesture", async () => {
    const world = new PlaybackWorld("a");
    world.play("a");
    await world.run(2_000);
    expect(world.state).toBe("idle");
    expect(world.sink.appended).toHaveLength(0);
  });

  it("PB14: sounds at the scheduled moment", async () => {
    const world = new PlaybackWorld("a");
    world.player.start();
    world.play("a", 0, 1_000);
    await world.run(900);
    expect(world.state).toBe("scheduled");
    expect(world.sink.heard()).toBeNull();
    await world.run(300);
    expect(Math.abs(world.errorMs() ?? NaN)).toBeLessThan(30);
    await world.run(4_000);
    expect(Math.abs(world.errorMs() ?? NaN)).toBeLessThan(6);
    expect(world.state).toBe("playing");
  });

  it("PB14: a newcomer in mid-song starts from the chunks there", async () => {
    const world = new PlaybackWorld("a");
    world.play("a", 21_000, -5_000);
    world.player.start();
    await world.run(400);
    expect(world.sink.appended[0]?.chunkStartMs).toBe(26_000);
    expect(Math.abs(world.errorMs() ?? NaN)).toBeLessThan(60);
  });

  it("PB14: learns how long this browser takes to start", async () => {
    const world = await joined("a", { startMs: 140 });
    for (let round = 0; round < 4; round++) {
      world.pause();
      await world.run(500);
      world.play("a", 3_000);
      await world.run(2_000);
    }
    world.pause();
    await world.run(500);
    world.play("a", 3_000);
    await world.run(300);
    expect(Math.abs(world.errorMs() ?? NaN)).toBeLessThan(15);
  });

  it("PB36: leaves the moment of a start to a sink that keeps it, as soon as the music is there", async () => {
    const world = new PlaybackWorld("a", { isPunctual: true, startMs: 140 });
    world.player.start();
    world.play("a", 0, 1_000);
    await world.run(400);
    expect(callsSince(world, 0)).toContain("play");
    expect(world.state).toBe("scheduled");
    await world.run(620);
    expect(Math.abs(world.errorMs() ?? NaN)).toBeLessThan(0.1);
    expect(world.state).toBe("playing");
  });

  it("PB36: starts with more music where appending takes long", async () => {
    const world = new PlaybackWorld("a", { isPunctual: true, appendMs: 1_000 });
    world.play("a", 500, -200);
    world.setHeld("a", (index) => index === 0);
    world.player.start();
    await world.run(300);
    expect(world.sink.heard()).toBeNull(); // 1.2 s of the chunk are left, and 1.4 are wanted
    world.setHeld("a", (index) => index <= 1);
    await world.run(300);
    expect(world.sink.heard()).not.toBeNull();
  });

  it.each([
    ["a newcomer's start", (world: PlaybackWorld) => world.play("a", 21_000, -5_000)],
    ["a start that was told too late", (world: PlaybackWorld) => world.play("a", 8_000, 20)],
  ])("PB36: is in step from the first sound with such a sink: %s", async (_, act) => {
    const world = new PlaybackWorld("a", { isPunctual: true, startMs: 140 });
    act(world);
    world.player.start();
    while (world.errorMs() === null) await world.run(10);
    expect(Math.abs(world.errorMs() ?? NaN)).toBeLessThan(0.1);
    await world.run(3_000);
    expect(Math.abs(world.errorMs() ?? NaN)).toBeLessThan(1.3);
  });

  it("PB36: such a sink is given a place no sooner than it says that it needs it", async () => {
    const world = new PlaybackWorld("a", { isPunctual: true, startMs: 40, seekMs: 0 });
    world.play("a", 21_000, -5_000);
    world.player.start();
    let waitedMs = 0;
    for (; world.errorMs() === null; waitedMs += 5) await world.run(5);
    expect(waitedMs).toBeGreaterThanOrEqual(40);
    expect(waitedMs).toBeLessThan(100); // without its word, 60 for a seek and 60 for a start would be guessed
  });

  it("PB15: tells the time from the gesture to the first sound, once", async () => {
    const world = new PlaybackWorld("a");
    world.player.start();
    await world.run(2_000);
    world.play("a", 0, 500);
    await world.run(3_000);
    const [first, ...more] = world.eventsOf("first-sound");
    expect(first?.afterMs).toBeGreaterThan(2_450);
    expect(first?.afterMs).toBeLessThan(2_600);
    expect(more).toHaveLength(0);
    expect(world.player.stats().firstSoundMs).toBe(first?.afterMs);
  });

  it("PB16: a refused start is told, and a gesture mends it", async () => {
    const world = new PlaybackWorld("a");
    world.sink.needsGesture = true;
    world.play("a");
    world.player.start();
    await world.run(3_000);
    expect(world.state).toBe("blocked");
    world.sink.needsGesture = false;
    world.player.unblock();
    await world.run(3_000);
    expect(world.state).toBe("playing");
    expect(Math.abs(world.errorMs() ?? NaN)).toBeLessThan(10);
  });

  it("PB16: music that somebody else stopped waits for a gesture", async () => {
    const world = await joined();
    world.sink.interrupt();
    await world.run(2_000);
    expect(world.state).toBe("blocked");
    expect(world.player.stats().stalls).toBe(0);
    world.player.unblock();
    await world.run(3_000);
    expect(Math.abs(world.errorMs() ?? NaN)).toBeLessThan(10);
  });
});

describe("following the transport", () => {
  it("PB17: stands exactly where it was paused", async () => {
    const world = await joined();
    world.pause();
    await world.run(1_000);
    const { state, positionMs, referencePositionMs, driftMs } = world.player.stats();
    expect(state).toBe("paused");
    expect(positionMs).toBe(referencePositionMs);
    expect(driftMs).toBeNull();
    expect(world.sink.heard()).toBeNull();
  });

  it("PB17: resumes from there without a seek", async () => {
    const world = await joined();
    world.pause();
    await world.run(1_000);
    const before = world.sink.calls.length;
    world.play("a", world.player.stats().referencePositionMs ?? NaN);
    await world.run(1_000);
    expect(callsSince(world, before)).toEqual(["play"]);
    expect(Math.abs(world.errorMs() ?? NaN)).toBeLessThan(20);
  });

  it.each([
    ["a seek forwards", "a", 30_500],
    ["a seek backwards", "a", 200],
    ["next", "b", 0],
    ["a jump to an entry far off", "c", 12_345],
  ])("PB17: %s is followed", async (_, name, positionMs) => {
    const world = await joined("abcdef");
    world.play(name, positionMs);
    await world.run(3_000);
    expect(Math.abs(world.errorMs() ?? NaN)).toBeLessThan(10);
    expect(world.player.stats()).toMatchObject({ state: "playing", stalls: 0 });
  });

  it("PB18: the next track follows without the element noticing", async () => {
    const world = await joined("ab");
    const before = world.sink.calls.length;
    await world.run(SONG_MS);
    expect(callsSince(world, before)).toEqual([]);
    expect(world.sink.heard()?.key).toBe(makeEntry("b").trackId);
    expect(Math.abs(world.errorMs() ?? NaN)).toBeLessThan(10);
    expect(world.player.stats().stalls).toBe(0);
  });

  it("PB18: a change of what comes next, at the last moment, is heard", async () => {
    const world = await joined("ab");
    await world.run(SONG_MS - 6_000);
    world.setProgramme("acb");
    await world.run(3_000);
    expect(world.sink.heard()?.key).toBe(makeEntry("c").trackId);
    expect(Math.abs(world.errorMs() ?? NaN)).toBeLessThan(10);
  });

  it("PB18: the programme's end is an end, not a stall", async () => {
    const world = await joined("a");
    await world.run(SONG_MS);
    expect(world.player.stats()).toMatchObject({ state: "ended", stalls: 0, positionMs: null });
  });

  it("PB19: a fast or slow sound card is held in step", async () => {
    const world = await joined("abcdefgh", { skew: 100e-6 });
    for (let second = 0; second < 120; second++) {
      await world.run(1_000);
      expect(Math.abs(world.errorMs() ?? NaN)).toBeLessThan(2);
    }
    expect(world.eventsOf("seek")).toHaveLength(1);
  });

  it.each([25, 60, 95])(
    "PB28: a start that was misjudged is in step one second later, on a device that takes %d ms",
    async (startMs) => {
      const world = new PlaybackWorld("a", { startMs });
      world.play("a", 10_000, 250);
      world.player.start();
      await world.run(250 + startMs + 1_000);
      expect(Math.abs(world.errorMs() ?? NaN)).toBeLessThan(2);
    },
  );

  it("PB29: an element that plays never has a rate of exactly 1", async () => {
    const world = new PlaybackWorld("a");
    world.play("a", 10_000, 250);
    world.player.start();
    for (let step = 0; step < 500; step++) {
      await world.run(20);
      const { playing, playbackRate } = world.sink.status();
      if (playing) expect(playbackRate).not.toBe(1);
    }
    expect(world.state).toBe("playing");
  });

  it("PB27: sound that broke off by itself is in step again a second and a half later, without a jump", async () => {
    const world = await joined("ab");
    await world.run(5_000);
    world.sink.stumble(55);
    await world.run(1_500);
    expect(Math.abs(world.errorMs() ?? NaN)).toBeLessThan(15);
    expect(world.eventsOf("seek")).toHaveLength(1);
  });

  it("PB27: and by one jump where it fell far behind", async () => {
    const world = await joined("ab");
    await world.run(5_000);
    world.sink.stumble(180);
    await world.run(2_500);
    expect(Math.abs(world.errorMs() ?? NaN)).toBeLessThan(15);
    expect(world.eventsOf("seek")).toHaveLength(2);
    expect(world.player.stats().stalls).toBe(0);
  });

  it("PB27: and by one exact jump at once, with a sink that makes them, however often it broke off", async () => {
    const world = await joined("ab", { isPunctual: true });
    await world.run(5_000);
    const before = world.eventsOf("seek").length;
    world.sink.stumble(20);
    await world.run(60);
    world.sink.stumble(25);
    await world.run(400);
    expect(Math.abs(world.errorMs() ?? NaN)).toBeLessThan(1.3);
    expect(world.eventsOf("seek")).toHaveLength(before + 1);
    expect(world.player.stats().stalls).toBe(0);
  });

  it("PB22: the buffer stays bounded over a whole evening", async () => {
    const world = await joined("abcdefgh");
    for (let step = 0; step < 60; step++) {
      await world.run(5_000);
      const { bufferedMs, mediaMs } = world.sink.status();
      if (world.state === "ended") break;
      expect(bufferedMs[0]?.[0]).toBeGreaterThanOrEqual(mediaMs - 22_000);
      expect(bufferedMs.at(-1)?.[1]).toBeLessThanOrEqual(mediaMs + 72_000);
    }
    expect(world.player.stats().stalls).toBe(0);
  });

  it("PB22: does with less where the browser's buffer is small", async () => {
    const world = await joined("abc", { quotaMs: 20_000 });
    await world.run(60_000);
    expect(world.player.stats()).toMatchObject({ state: "playing", stalls: 0 });
  });
});

describe("when music is missing", () => {
  it("PB20: a newcomer waits for the chunk under the playhead, and starts where everyone is by then", async () => {
    const world = new PlaybackWorld("a");
    world.setHeld("a", () => false);
    world.play("a", 10_000, 0);
    world.player.start();
    await world.run(3_000);
    expect(world.state).toBe("buffering");
    world.setHeld("a", (index) => index >= 6);
    await world.run(2_000);
    expect(Math.abs(world.errorMs() ?? NaN)).toBeLessThan(20);
    expect(world.player.stats().stalls).toBe(0);
  });

  it("PB20: after a stall the music goes on where everyone else is", async () => {
    const world = new PlaybackWorld("a");
    world.setHeld("a", (index) => index < 3 || index >= 6);
    world.play("a");
    world.player.start();
    await world.run(8_000);
    expect(world.state).toBe("buffering");
    expect(world.eventsOf("stall")).toHaveLength(1);
    expect(world.eventsOf("stall")[0]?.positionMs).toBeCloseTo(6_000, -2);
    await world.run(5_500); // the reference has passed the hole
    expect(Math.abs(world.errorMs() ?? NaN)).toBeLessThan(60);
    const { stalls, stalledMs, state } = world.player.stats();
    expect({ stalls, state }).toEqual({ stalls: 1, state: "playing" });
    expect(world.eventsOf("recovered")[0]?.stalledMs).toBe(stalledMs);
    expect(stalledMs).toBeGreaterThan(5_500);
    expect(stalledMs).toBeLessThan(6_700);
  });

  it("PB20: a stall is mended without stopping the element", async () => {
    const world = new PlaybackWorld("a");
    world.setHeld("a", (index) => index < 3);
    world.play("a");
    world.player.start();
    await world.run(8_000);
    const before = world.sink.calls.length;
    world.setHeld("a", () => true);
    await world.run(2_000);
    expect(callsSince(world, before)).toEqual(["seek"]);
  });

  it("PB21: waiting after a jump is no stall", async () => {
    const world = await joined("ab");
    world.setHeld("b", () => false);
    world.play("b");
    await world.run(3_000);
    expect(world.player.stats()).toMatchObject({ state: "buffering", stalls: 0, stalledMs: 0 });
    world.setHeld("b", () => true);
    await world.run(3_000);
    expect(world.player.stats()).toMatchObject({ state: "playing", stalls: 0 });
  });

  it("PB21: a stall that a jump ends is over with the jump", async () => {
    const world = new PlaybackWorld("ab");
    world.setHeld("a", (index) => index < 3);
    world.play("a");
    world.player.start();
    await world.run(8_000);
    world.play("b");
    await world.run(4_000);
    expect(world.eventsOf("recovered")).toHaveLength(1);
    expect(world.player.stats()).toMatchObject({ state: "playing", stalls: 1 });
  });
});

describe("what can't be played", () => {
  it("PB23: a track without a decoder passes in silence, and the next comes at its time", async () => {
    const world = new PlaybackWorld("abc", { unplayable: ["audio/webm"] });
    world.setMimeType("b", "audio/webm");
    world.play("a", 35_000);
    world.player.start();
    await world.run(8_000);
    expect(world.now()).toMatchObject({ index: 1 });
    expect(world.state).toBe("idle");
    expect(world.sink.heard()).toBeNull();
    expect(world.eventsOf("unplayable")).toHaveLength(1);
    await world.run(39_000);
    expect(world.sink.heard()?.key).toBe(makeEntry("c").trackId);
    expect(Math.abs(world.errorMs() ?? NaN)).toBeLessThan(10);
    expect(world.player.stats().stalls).toBe(0);
  });

  it("PB23: a chunk that breaks the decoder is left out, and the rest of the song plays", async () => {
    const world = new PlaybackWorld("a");
    world.sink.poison = world.piece(makeEntry("a").trackId, 3);
    world.play("a");
    world.player.start();
    await world.run(14_000);
    expect(world.state).toBe("playing");
    expect(Math.abs(world.errorMs() ?? NaN)).toBeLessThan(20);
    expect(world.eventsOf("unplayable")).toHaveLength(0);
  });

  it("PB23: decoding that fails again and again ends a track, not the jam", async () => {
    const world = await joined("ab");
    world.sink.fail(world.sink.status().mediaMs);
    await world.run(3_000);
    world.sink.fail(world.sink.status().mediaMs);
    await world.run(3_000);
    expect(world.eventsOf("unplayable")).toHaveLength(1);
    await world.run(SONG_MS);
    expect(world.sink.heard()?.key).toBe(makeEntry("b").trackId);
  });

  it("PB23: a sound device that fails at every start isn't the music's fault", async () => {
    const world = new PlaybackWorld("ab");
    const play = world.sink.play.bind(world.sink);
    world.sink.play = async () => {
      const isAllowed = await play(0);
      world.clock.schedule(80, () => world.sink.fail(world.sink.status().mediaMs));
      return isAllowed;
    };
    world.play("a");
    world.player.start();
    await world.run(5_000);
    expect(world.state).toBe("blocked");
    expect(world.eventsOf("unplayable")).toHaveLength(0);
  });
});

describe("stopping", () => {
  it("PB14: after stop nothing is asked of the sink", async () => {
    const world = await joined();
    world.player.stop();
    const before = world.sink.calls.length;
    await world.run(5_000);
    expect(callsSince(world, before)).toEqual([]);
    expect(world.clock.pendingCount).toBe(0);
  });
});
