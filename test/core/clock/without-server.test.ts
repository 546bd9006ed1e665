/** Members who have nobody to ask for the time but each other. */
import { describe, expect, it } from "vitest";
import {
  CLOCK_SLEW_RATE,
  CLOCK_TELLS,
  ClockExchange,
  decodeClockMessage,
  encodeClockMessage,
  ReferenceClock,
} from "../../../app/core/index.ts";
import type { ClockMessage, ClockTell, PeerId } from "../../../app/core/index.ts";
import { alice, bob, clockIdOf } from "../../support/people.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { ClockWorld, NEAR } from "./clock-world.ts";

const MINUTE_MS = 60_000;

/** Four members on one Wi-Fi, carol the host. The server was heard for two minutes, and is gone. */
function outage(): ClockWorld {
  const world = online();
  world.stopServer();
  return world;
}

function online(): ClockWorld {
  const world = new ClockWorld(1);
  for (const [name, ppm] of [
    ["alice", 40],
    ["bob", -40],
    ["carol", 20],
    ["dave", -30],
  ] as const)
    world.add(name, ppm);
  world.hostName = "carol";
  world.linkAll(NEAR);
  world.run(2 * MINUTE_MS);
  return world;
}

describe("a jam that lost its server", () => {
  it("RT3, RT10: is of one time for half an hour, and says that it comes from peers", () => {
    const world = outage();
    world.run(5_000);
    let spreadMs = 0;
    world.run(30 * MINUTE_MS, 1_000, () => (spreadMs = Math.max(spreadMs, world.spreadMs())));
    expect(spreadMs).toBeLessThan(4);
    for (const { estimate } of world.devices.values()) expect(estimate.from).toBe("peers");
  });

  it("RT10: without neighbours it comes from nobody, and is worth less and less", () => {
    const world = outage();
    const carol = world.device("carol");
    for (const name of ["alice", "bob", "dave"]) world.remove(name);
    expect(carol.estimate.from).toBe("own");
    const before = carol.estimate.uncertaintyMs ?? NaN;
    world.run(10 * MINUTE_MS);
    const agedMs = (carol.estimate.uncertaintyMs ?? NaN) - before;
    expect(agedMs).toBeGreaterThanOrEqual(60); // 100 ppm
    expect(agedMs).toBeLessThan(120);
  });

  it("RT4: says nothing of the time while the server is heard, and 50 bytes per second and link without it", () => {
    const world = online();
    const said = (): number => [...world.devices.values()].reduce((sum, { saidBytes }) => sum + saidBytes, 0);
    expect(said()).toBe(0);
    world.stopServer();
    world.run(MINUTE_MS);
    const links = 6;
    const before = said();
    world.run(10 * MINUTE_MS);
    expect((said() - before) / 600 / links).toBeLessThan(50);
    world.startServer();
    world.run(10_000);
    const after = said();
    world.run(MINUTE_MS);
    expect(said()).toBe(after);
  });

  it("RT7: when the server is back nobody jumps, and everybody stays together while they return to its time", () => {
    const world = outage();
    world.run(60 * MINUTE_MS);
    const apartMs = Math.abs(world.device("carol").referenceMs - world.serverMs);
    expect(apartMs).toBeGreaterThan(10); // else this proves nothing
    world.startServer();
    const stepMs = 100;
    const alice = world.device("alice");
    let beforeMs = alice.referenceMs;
    let spreadMs = 0;
    world.run(3 * MINUTE_MS, stepMs, () => {
      // Slewing, and whatever two quartzes and a changed estimate of their skew differ by.
      expect(Math.abs(alice.referenceMs - beforeMs - stepMs)).toBeLessThan(stepMs * (CLOCK_SLEW_RATE + 200e-6));
      beforeMs = alice.referenceMs;
      spreadMs = Math.max(spreadMs, world.spreadMs());
    });
    expect(spreadMs).toBeLessThan(7);
    for (const { estimate } of world.devices.values()) expect(estimate.from).toBe("server");
    expect(Math.abs(alice.referenceMs - world.serverMs)).toBeLessThan(9); // 5 ms that nobody can see, and jitter
  });
});

describe("a member", () => {
  it("RT5: that alone has lost the server has its time from the others", () => {
    const world = new ClockWorld(1);
    for (const [name, ppm] of [
      ["alice", 40],
      ["bob", -40],
    ] as const)
      world.add(name, ppm);
    world.linkAll(NEAR);
    world.run(10_000);
    world.disconnect(world.device("alice"));
    world.run(30 * MINUTE_MS);
    const { from, uncertaintyMs } = world.device("alice").estimate;
    expect(from).toBe("peers");
    expect(uncertaintyMs).toBeLessThan(25);
    expect(Math.abs(world.device("alice").referenceMs - world.serverMs)).toBeLessThan(uncertaintyMs ?? NaN);
    expect(world.spreadMs()).toBeLessThan(6);
  });

  it.each(["alice", "carol"])("RT5: that slept through some of the outage has the time within a moment: %s", (name) => {
    const world = outage();
    world.run(MINUTE_MS);
    const sleeper = world.device(name);
    sleeper.quartz.sleep();
    world.run(3 * MINUTE_MS);
    world.wake(sleeper);
    expect(world.spreadMs()).toBeGreaterThan(2 * MINUTE_MS);
    world.run(50);
    expect(world.spreadMs()).toBeLessThan(8);
    world.run(MINUTE_MS);
    world.run(5 * MINUTE_MS, 1_000, () => expect(world.spreadMs()).toBeLessThan(4));
  });

  it("RT5: that sleeps while the others go on misleads nobody who was awake", () => {
    const world = outage();
    world.run(MINUTE_MS);
    const host = world.device("carol");
    const awake = ["alice", "bob", "dave"];
    const before = world.device("bob").referenceMs - world.serverMs;
    host.quartz.sleep();
    world.run(20_000);
    host.quartz.wake(); // and no page event tells it
    world.run(2 * MINUTE_MS);
    expect(Math.abs(world.device("bob").referenceMs - world.serverMs - before)).toBeLessThan(10);
    expect(world.spreadMs(awake)).toBeLessThan(4);
  });
});

const CLOCK_ID = clockIdOf("first");

/** Alice, whose reference is 1,000,000 ms ahead, known to ±10 ms when the server fell silent; and bob, who says what he likes. */
function withBob({ isKnown = true } = {}) {
  const clock = new VirtualClock();
  const referenceClock = new ReferenceClock();
  const said: ClockMessage[] = [];
  const exchange = new ClockExchange({
    selfId: alice.peerId,
    clock,
    links: {
      send: (_, lane, bytes) => {
        const message = decodeClockMessage(lane, bytes);
        if (message) said.push(message);
        return true;
      },
    },
    hostId: () => bob.peerId,
    jamTime: () => ({ clockId: CLOCK_ID, referenceClock }),
  });
  for (let count = 0; isKnown && count < 8; count++) {
    clock.advance(20);
    const receivedMs = clock.nowMs();
    const referenceMs = receivedMs - 10 + 1e6;
    const sample = { sentMs: receivedMs - 20, receivedReferenceMs: referenceMs, answeredReferenceMs: referenceMs, receivedMs };
    referenceClock.addSample(sample);
  }
  referenceClock.serverLost();
  exchange.opened(bob.peerId);
  const hear = (message: ClockMessage, from: PeerId = bob.peerId): boolean =>
    exchange.receive(from, "control", encodeClockMessage(message));
  /** Bob answers everything that he was asked, `aheadMs` ahead of the truth. */
  const answer = (aheadMs: number, change: Partial<ClockTell> = {}): void => {
    clock.advance(4);
    for (const { kind, number } of said.splice(0)) {
      if (kind !== "ask") continue;
      const referenceMs = clock.nowMs() - 2 + 1e6 + aheadMs;
      hear({
        kind: "tell",
        number,
        clockId: CLOCK_ID,
        referenceMs,
        errorMs: 0,
        root: bob.peerId,
        bornMs: referenceMs,
        ...change,
      });
    }
  };
  const errorMs = (): number => (referenceClock.referenceMs(clock.nowMs()) ?? NaN) - clock.nowMs() - 1e6;
  return { clock, referenceClock, exchange, said, hear, answer, errorMs };
}

describe("what a neighbour says of the time", () => {
  it("RT6: moves nobody beyond what the server made certain", () => {
    const { clock, answer, errorMs } = withBob();
    for (let count = 0; count < 200; count++) {
      answer(400);
      clock.advance(500);
      const agedMs = 100e-6 * clock.nowMs();
      expect(errorMs()).toBeLessThan(10 + agedMs + 0.1);
    }
    expect(errorMs()).toBeGreaterThan(10);
  });

  it("RT6: is not believed when it is off by more than a second, unless one may have slept oneself", () => {
    const { clock, referenceClock, exchange, answer, errorMs } = withBob();
    answer(5_000);
    expect(errorMs()).toBeCloseTo(0, 3);
    expect(referenceClock.estimate(clock.nowMs()).from).toBe("own");
    referenceClock.doubt();
    exchange.askAll();
    answer(5_000);
    expect(errorMs()).toBeCloseTo(5_000, 3);
    expect(referenceClock.estimate(clock.nowMs()).from).toBe("peers");
  });

  it("RT6: counts only as an answer, once, about this clock, and from a neighbour", () => {
    const { clock, said, referenceClock, hear } = withBob({ isKnown: false });
    const [ask] = said;
    if (ask?.kind !== "ask") throw new Error("nobody was asked");
    clock.advance(4);
    const tell: ClockTell = {
      kind: "tell",
      number: ask.number,
      clockId: CLOCK_ID,
      referenceMs: 1e6,
      errorMs: 0,
      root: bob.peerId,
      bornMs: 1e6,
    };
    expect(hear({ ...tell, number: ask.number + 100 })).toBe(true);
    hear(tell, alice.peerId);
    expect(referenceClock.isKnown).toBe(false);
    hear({ ...tell, clockId: clockIdOf("other") });
    hear(tell); // the ask is answered
    expect(referenceClock.isKnown).toBe(false);
  });

  it("RT6: is taken from anybody by who knows nothing, and followed", () => {
    const { clock, answer, errorMs, referenceClock } = withBob({ isKnown: false });
    answer(0);
    expect(errorMs()).toBeCloseTo(0, 3);
    expect(referenceClock.estimate(clock.nowMs())).toMatchObject({ from: "peers", rttMs: 4 });
  });

  it("RT4: is told no more often than allowed, and not by who doubts its own clock", () => {
    const { clock, said, hear, referenceClock } = withBob();
    const tells = () => said.filter(({ kind }) => kind === "tell").length;
    for (let number = 0; number < 100; number++) hear({ kind: "ask", number });
    expect(tells()).toBe(CLOCK_TELLS.burst);
    clock.advance(5_000);
    for (let number = 0; number < 100; number++) hear({ kind: "ask", number });
    expect(tells()).toBe(CLOCK_TELLS.burst + 5 * CLOCK_TELLS.perSecond);
    clock.advance(60_000);
    said.length = 0;
    referenceClock.doubt();
    hear({ kind: "ask", number: 1 });
    expect(tells()).toBe(0);
  });

  it("RT4: after stopping nothing is asked and nothing is scheduled", () => {
    const { clock, exchange } = withBob();
    exchange.stop();
    expect(clock.pendingCount).toBe(0);
  });
});
