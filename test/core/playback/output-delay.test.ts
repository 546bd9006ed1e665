import { describe, expect, it } from "vitest";
import { OUTPUT_DELAY_MAX_MS, OUTPUT_DELAY_SEEK_MS } from "../../../app/core/index.ts";
import { makeEntry } from "../jam/jam-fixtures.ts";
import { PlaybackWorld, SONG_MS } from "./playback-world.ts";

/** Bob's output sounds so much later than his browser says. */
class LateWorld extends PlaybackWorld {
  #delayMs = 0;

  constructor(names: string, delayMs: number) {
    super(names);
    this.tune(delayMs);
  }

  tune(delayMs: number): void {
    this.#delayMs = delayMs;
    this.player.setOutputDelay(delayMs);
  }

  /** What the ear hears minus what it should, ms; NaN in silence. */
  earErrorMs(): number {
    return (this.errorMs() ?? NaN) - this.#delayMs;
  }
}

const DELAYS_MS = [OUTPUT_DELAY_MAX_MS, 180, 12, -12, -180, -OUTPUT_DELAY_MAX_MS];

async function playing(delayMs: number, names = "ab"): Promise<LateWorld> {
  const world = new LateWorld(names, delayMs);
  world.player.start();
  world.play("a", 0, 1_000);
  await world.run(6_000);
  return world;
}

describe.each(DELAYS_MS)("an output delay of %d ms", (delayMs) => {
  it("PB30: is made up for from a scheduled start on", async () => {
    const world = new LateWorld("a", delayMs);
    world.player.start();
    world.play("a", 0, 1_000);
    await world.run(1_000 - delayMs - 40);
    expect(world.sink.heard()).toBeNull();
    await world.run(100);
    expect(Math.abs((world.sink.heard()?.positionMs ?? NaN) - 60)).toBeLessThan(30);
    await world.run(delayMs + 2_000);
    expect(Math.abs(world.earErrorMs())).toBeLessThan(2);
  });

  it("PB30: is made up for after a late join, a resume and a seek", async () => {
    const world = new LateWorld("ab", delayMs);
    world.play("a", 21_000, -5_000);
    world.player.start();
    await world.run(3_000);
    expect(Math.abs(world.earErrorMs())).toBeLessThan(2);
    world.pause();
    await world.run(1_000);
    world.play("a", world.player.stats().referencePositionMs ?? NaN);
    await world.run(3_000);
    expect(Math.abs(world.earErrorMs())).toBeLessThan(2);
    world.play("b", 12_345);
    await world.run(3_000);
    expect(Math.abs(world.earErrorMs())).toBeLessThan(2);
    expect(world.player.stats().stalls).toBe(0);
  });

  it("PB30: changes nothing about a start right at the beginning of the music", async () => {
    const world = new LateWorld("a", delayMs);
    world.play("a", 0, 0);
    world.player.start();
    await world.run(3_000);
    expect(Math.abs(world.earErrorMs())).toBeLessThan(2);
  });

  it("PB30: carries over to the next track without the element noticing, and to the last sound of the programme", async () => {
    const world = await playing(delayMs);
    const before = world.sink.calls.length;
    await world.run(SONG_MS);
    expect(world.sink.heard()?.key).toBe(makeEntry("b").trackId);
    expect(Math.abs(world.earErrorMs())).toBeLessThan(2);
    expect(world.sink.calls.slice(before)).toEqual([]);
    await world.run(SONG_MS - 5_000 - 40 - Math.max(0, delayMs));
    expect(world.sink.heard()?.positionMs).toBeGreaterThan(SONG_MS - 50 - Math.abs(delayMs));
    while (world.now().kind === "entry") await world.run(10);
    await world.run(Math.max(0, -delayMs - 40));
    if (delayMs < -40) expect(world.sink.heard()?.positionMs).toBeGreaterThan(SONG_MS - 60);
    await world.run(1_000);
    expect(world.sink.heard()).toBeNull();
    expect(world.player.stats()).toMatchObject({ state: "ended", stalls: 0 });
  });

  it("PB32: is not seen in positions and drift, neither in play nor in a pause", async () => {
    const world = await playing(delayMs);
    const { positionMs, referencePositionMs, driftMs, outputDelayMs } = world.player.stats();
    expect(Math.abs((positionMs ?? NaN) - (referencePositionMs ?? NaN))).toBeLessThan(2);
    expect(Math.abs(driftMs ?? NaN)).toBeLessThan(2);
    expect(outputDelayMs).toBe(delayMs);
    world.pause();
    await world.run(1_000);
    const paused = world.player.stats();
    expect(paused.positionMs).toBe(paused.referencePositionMs);
  });
});

describe("turning the knob while music plays", () => {
  it.each([1, -8, 30, 5 - OUTPUT_DELAY_SEEK_MS])("PB31: %d ms are made up as drift is, without a jump", async (delayMs) => {
    const world = await playing(0);
    const before = world.sink.calls.length;
    world.tune(delayMs);
    await world.run(1_000 + Math.abs(delayMs) * 110);
    expect(Math.abs(world.earErrorMs())).toBeLessThan(2);
    expect(world.sink.calls.slice(before)).toEqual([]);
  });

  it.each([OUTPUT_DELAY_SEEK_MS + 5, -120, 400, -OUTPUT_DELAY_MAX_MS])("PB31: %d ms are jumped over at once", async (delayMs) => {
    const world = await playing(0);
    const before = world.sink.calls.length;
    world.tune(delayMs);
    await world.run(1_500);
    expect(Math.abs(world.earErrorMs())).toBeLessThan(2);
    expect(world.sink.calls.slice(before)).toEqual(["seek"]);
    expect(world.eventsOf("seek").at(-1)).toMatchObject({ reason: "output-delay" });
    expect(world.player.stats()).toMatchObject({ state: "playing", stalls: 0 });
  });

  it("PB31: many steps in a row end in step, and never stop the element", async () => {
    const world = await playing(0);
    const before = world.sink.calls.length;
    for (let delayMs = 10; delayMs <= 300; delayMs += 10) {
      world.tune(delayMs);
      await world.run(40);
    }
    await world.run(3_000);
    expect(Math.abs(world.earErrorMs())).toBeLessThan(2);
    expect(world.sink.calls.slice(before).filter((call) => call !== "seek")).toEqual([]);
    expect(world.player.stats()).toMatchObject({ state: "playing", stalls: 0 });
  });

  it("PB31: a pause stays where it is", async () => {
    const world = await playing(0);
    world.pause();
    await world.run(1_000);
    const before = world.sink.calls.length;
    world.tune(200);
    await world.run(1_000);
    expect(world.sink.calls.slice(before)).toEqual([]);
  });

  it("refuses what no output can need", () => {
    const { player } = new PlaybackWorld("a");
    for (const delayMs of [OUTPUT_DELAY_MAX_MS + 1, -OUTPUT_DELAY_MAX_MS - 1, NaN]) {
      expect(() => player.setOutputDelay(delayMs)).toThrow(RangeError);
    }
  });
});
