/**
 * Whole sessions on quartzes of their own, with the server's real rules: where the music is at each of them, while the
 * server is away, comes back, or comes back with another clock. Nothing listens; positions are what each session says.
 */
import { describe, expect, test } from "vitest";
import { CLOCK_SLEW_RATE } from "../../app/core/index.ts";
import { jamId, makeEntry } from "../core/jam/jam-fixtures.ts";
import { alice, bob, carol, makeIdentity } from "../support/people.ts";
import { SessionWorld } from "../support/session-world.ts";
import type { Guest } from "../support/session-world.ts";
import { HOME } from "../support/virtual-network.ts";

const MINUTE_MS = 60_000;
const SONG = makeEntry("a", { durationMs: 4 * 3600 * 1000 });
/** 20 ± 10 ms to the server, and 10 ms longer there than back; some 7 ms to each other. */
const PATH = { thereMs: 15, backMs: 5, jitterMs: 20 };
const NEAR = { ...HOME, latencyMs: 4, jitterMs: 6 };

/** Four devices whose quartzes differ by up to 80 ppm; the first is the host, and its song plays since `playedMs`. */
async function jam({ seed = 1, playedMs = MINUTE_MS } = {}): Promise<{ world: SessionWorld; host: Guest }> {
  const world = new SessionWorld(jamId, seed);
  const people = [alice, bob, carol, makeIdentity(4)];
  const ppms = [40, -40, 20, -30];
  for (const [index, identity] of people.entries())
    await world.join({ name: `guest ${index}`, identity, ppm: ppms[index] ?? 0, path: PATH, connection: NEAR });
  const [host] = world.guests;
  if (!host) throw new Error("nobody came");
  host.session.command({ kind: "add", entry: SONG });
  host.session.command({ kind: "play" });
  await world.run(playedMs);
  return { world, host };
}

function spreadMs(guests: readonly Guest[]): number {
  const positions = guests.map(({ positionMs }) => positionMs);
  return Math.max(...positions) - Math.min(...positions);
}

/** Lets time pass, and sees that the music goes on everywhere: the largest spread meanwhile. */
async function listen(world: SessionWorld, durationMs: number, guests = world.guests): Promise<number> {
  const stepMs = 100;
  let worstMs = 0;
  let before = guests.map(({ positionMs }) => positionMs);
  await world.run(durationMs, stepMs, () => {
    const after = guests.map(({ positionMs }) => positionMs);
    for (const [index, positionMs] of after.entries()) {
      const jumpMs = positionMs - (before[index] ?? NaN) - stepMs;
      // What a correction may do in this time; and what two clocks that are read over such a path differ by.
      expect(Math.abs(jumpMs)).toBeLessThan(stepMs * CLOCK_SLEW_RATE + 3.5);
    }
    before = after;
    worstMs = Math.max(worstMs, spreadMs(guests));
  });
  return worstMs;
}

describe("a jam whose server is away for ten minutes", () => {
  test("RT3, RT7: stays within 4 ms by its members' exchange, and returns to the server unheard", async () => {
    const { world } = await jam();
    world.stopServer();
    await world.run(2_000);
    expect(await listen(world, 10 * MINUTE_MS)).toBeLessThan(4);
    for (const { estimate } of world.guests) expect(estimate.from).toBe("peers");
    world.startServer();
    expect(await listen(world, 2 * MINUTE_MS)).toBeLessThan(7);
    for (const { estimate } of world.guests) expect(estimate.from).toBe("server");
  });

  test("RT3: would be apart without it", async () => {
    const { world } = await jam({ playedMs: 5_000 });
    world.stopServer();
    for (const one of [alice, bob, carol, makeIdentity(4)])
      for (const other of [alice, bob, carol]) if (one !== other) world.network.disconnect(one.peerId, other.peerId);
    await world.run(10 * MINUTE_MS);
    expect(spreadMs(world.guests)).toBeGreaterThan(30);
    for (const { estimate } of world.guests) expect(estimate.from).toBe("own");
  });

  test("WP5, RT4: says less about the time than 2 % of a stream of music", async () => {
    const { world, host } = await jam();
    const before = host.saidBytes;
    await world.run(MINUTE_MS);
    const otherwise = host.saidBytes - before;
    world.stopServer();
    const start = host.saidBytes;
    await world.run(10 * MINUTE_MS);
    const perSecond = (host.saidBytes - start - 10 * otherwise) / 600;
    expect(perSecond).toBeGreaterThan(10);
    expect(perSecond).toBeLessThan(0.02 * 16_000);
  });

  test("RT5, RT9: a phone that slept in it is back in step as soon as it is seen again", async () => {
    const { world } = await jam();
    const [, sleeper] = world.guests;
    if (!sleeper) throw new Error("nobody sleeps");
    world.stopServer();
    await world.run(MINUTE_MS);
    sleeper.sleep();
    await world.run(3 * MINUTE_MS);
    sleeper.wake();
    expect(spreadMs(world.guests)).toBeGreaterThan(2 * MINUTE_MS);
    await world.run(100);
    expect(spreadMs(world.guests)).toBeLessThan(8);
    await world.run(10_000);
    expect(await listen(world, MINUTE_MS)).toBeLessThan(4);
  });
});

describe("a device that slept while the server is there", () => {
  test("RT9: asks for the time at once when it is seen again", async () => {
    const { world } = await jam();
    const [, sleeper] = world.guests;
    if (!sleeper) throw new Error("nobody sleeps");
    sleeper.sleep();
    await world.run(30_000);
    sleeper.wake();
    await world.run(100);
    expect(spreadMs(world.guests)).toBeLessThan(15);
    expect(sleeper.estimate.from).toBe("server");
  });
});

describe("a server that comes back with another clock", () => {
  /** A clock that began with this run, as a monotonic one does, and runs at a rate of its own. */
  const ANEW = { originMs: 5_000, ppm: 30 };

  test.each([5_000, 10 * MINUTE_MS])("RT8: after %d ms is nothing that anybody hears", async (awayMs) => {
    const { world } = await jam({ seed: 2 });
    world.stopServer();
    await world.run(awayMs);
    world.startServer(ANEW);
    expect(await listen(world, 2 * MINUTE_MS)).toBeLessThan(7);
    for (const { estimate, positionMs } of world.guests) {
      expect(estimate.from).toBe("server");
      expect(Math.abs((estimate.offsetMs ?? NaN) + 1e6)).toBeLessThan(1e7);
      expect(positionMs).toBeGreaterThan(awayMs + 2 * MINUTE_MS);
    }
  });

  test("RT8: while the host is away the jam's times stay on the old one, for newcomers too", async () => {
    const { world, host } = await jam({ seed: 3 });
    const others = world.guests.filter((guest) => guest !== host);
    world.stopServer();
    host.session.leave();
    world.network.remove(alice.peerId);
    await world.run(10_000);
    world.startServer(ANEW);
    expect(await listen(world, MINUTE_MS, others)).toBeLessThan(5);
    for (const { estimate } of others) expect(estimate.from).toBe("peers");
    const newcomer = await world.join({ name: "late", identity: makeIdentity(5), ppm: -45, path: PATH, connection: NEAR });
    await world.run(4_000);
    expect(await listen(world, MINUTE_MS, [...others, newcomer])).toBeLessThan(5);
    expect(newcomer.estimate.from).toBe("peers");
  });

  test("RT8: the host goes on commanding on it", async () => {
    const { world, host } = await jam({ seed: 4 });
    world.stopServer();
    world.startServer(ANEW);
    await world.run(10_000);
    expect(host.session.command({ kind: "seek", positionMs: 1_000_000 })).toEqual({ ok: true });
    await world.run(2_000);
    expect(spreadMs(world.guests)).toBeLessThan(5);
    expect(Math.abs(host.positionMs - 1_001_800)).toBeLessThan(10);
  });
});
