/** Any sequence of what hosts, networks and browsers do to a player; what must hold after every step of it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DRIFT_START_RATE_LIMIT } from "../../../app/core/index.ts";
import { PlaybackWorld, SONG_MS } from "./playback-world.ts";

const NAMES = "abcd";
/** Longest time that the music may be this far off, ms: the seek limit and what a start can be late. */
const MAX_ERROR_MS = 400;
const DELAYS_MS = [0, 0, 12, 300, -300];

/** What the test knows of the world without asking the player. */
interface Model {
  readonly delayMs: number;
  sounds: number;
  /** When music was last due, on the world's clock. */
  lastDueMs: number;
}

type Step = fc.AsyncCommand<Model, PlaybackWorld>;

/** A command whose effect is watched every 50 ms for `durationMs`. */
function command(name: string, durationMs: number, act: (world: PlaybackWorld) => void): Step {
  return {
    check: () => true,
    toString: () => name,
    run: async (model, world) => {
      act(world);
      for (let passedMs = 0; passedMs < durationMs; passedMs += 50) {
        await world.run(50);
        checkInvariants(world, model);
      }
    },
  };
}

function checkInvariants(world: PlaybackWorld, model: Model): void {
  const elementErrorMs = world.errorMs();
  const errorMs = elementErrorMs === null ? null : elementErrorMs - model.delayMs;
  const edgeMs = MAX_ERROR_MS + Math.abs(model.delayMs);
  const now = world.now();
  const nowMs = world.clock.nowMs();
  if (now.kind === "entry" && now.playing) model.lastDueMs = nowMs;
  if (errorMs !== null && now.kind === "ended") {
    // Whoever started late is heard to the end, and that is late too.
    expect(nowMs - model.lastDueMs).toBeLessThan(edgeMs);
  } else if (errorMs !== null) {
    model.sounds += 1;
    expect(now).toMatchObject({ kind: "entry", playing: true });
    // Across a change of track the wrong one may sound for as long as we may be off.
    const isNearEdge = now.kind === "entry" && (now.positionMs < edgeMs || now.positionMs > SONG_MS - edgeMs);
    if (!isNearEdge) expect(Math.abs(errorMs)).toBeLessThan(MAX_ERROR_MS);
  }
  const { bufferedMs, playbackRate } = world.sink.status();
  expect(bufferedMs.reduce((sum, [startMs, endMs]) => sum + endMs - startMs, 0)).toBeLessThan(110_000);
  expect(Math.abs(playbackRate - 1)).toBeLessThanOrEqual(DRIFT_START_RATE_LIMIT + 1e-9);
  const { stalledMs, stalls } = world.player.stats();
  expect(stalls > 0 || stalledMs === 0).toBe(true);
}

const name = fc.constantFrom(...NAMES);
const durationMs = fc.integer({ min: 1, max: 100 }).map((steps) => steps * 50);

const commands = [
  durationMs.map((ms) => command(`listen ${ms}`, ms, () => {})),
  fc
    .record({
      entry: name,
      positionMs: fc.integer({ min: 0, max: SONG_MS - 1 }),
      inMs: fc.integer({ min: -3_000, max: 1_000 }),
      ms: durationMs,
    })
    .map(({ entry, positionMs, inMs, ms }) =>
      command(`play ${entry} ${positionMs} in ${inMs}, ${ms}`, ms, (world) => world.play(entry, positionMs, inMs)),
    ),
  durationMs.map((ms) => command(`pause, ${ms}`, ms, (world) => world.pause())),
  fc
    .record({ entry: name, from: fc.integer({ min: 0, max: 19 }), count: fc.integer({ min: 1, max: 6 }), ms: durationMs })
    .map(({ entry, from, count, ms }) =>
      command(`lose ${entry} ${from}+${count}, ${ms}`, ms, (world) =>
        world.setHeld(entry, (index) => index < from || index >= from + count),
      ),
    ),
  fc
    .record({ entry: name, ms: durationMs })
    .map(({ entry, ms }) => command(`bring ${entry}, ${ms}`, ms, (world) => world.setHeld(entry, () => true))),
  fc
    .record({ order: fc.shuffledSubarray([...NAMES], { minLength: 1 }), ms: durationMs })
    .map(({ order, ms }) => command(`programme ${order.join("")}, ${ms}`, ms, (world) => world.setProgramme(order.join("")))),
];

describe("the player, whatever happens", () => {
  it("PB17, PB19, PB20, PB22, PB30: never plays wrong music, and is in step again when all is well", async () => {
    let sounds = 0;
    const latencyMs = fc.integer({ min: 5, max: 150 });
    const browser = fc.record({ startMs: latencyMs, seekMs: latencyMs, skew: fc.double({ min: -1e-4, max: 1e-4, noNaN: true }) });
    const delay = fc.constantFrom(...DELAYS_MS);
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 25 }), browser, delay, async (steps, options, delayMs) => {
        const world = new PlaybackWorld(NAMES, options);
        world.player.setOutputDelay(delayMs);
        world.player.start();
        const model: Model = { delayMs, sounds: 0, lastDueMs: -Infinity };
        await fc.asyncModelRun(() => ({ model, real: world }), steps);
        sounds += model.sounds;
        world.setProgramme(NAMES);
        for (const entry of NAMES) world.setHeld(entry, () => true);
        world.play("a", 1_000);
        await world.run(20_000);
        expect(world.player.stats()).toMatchObject({ state: "playing" });
        expect(Math.abs((world.errorMs() ?? NaN) - delayMs)).toBeLessThan(2);
        world.player.stop();
      }),
      { numRuns: 40 },
    );
    expect(sounds).toBeGreaterThan(1_000); // else nothing was tested
  }, 60_000);
});
