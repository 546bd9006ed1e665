import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CLOCK_MAX_SKEW, CLOCK_SLEW_RATE, nextProbeDelayMs, ReferenceClock } from "../../../app/core/index.ts";
import type { ClockSample } from "../../../app/core/index.ts";

/** A server whose clock is `offsetMs` ahead at local time 0 and gains `skew`; and a way to it and back. */
class Server {
  readonly offsetMs: number;
  readonly skew: number;

  constructor(offsetMs: number, skew = 0) {
    this.offsetMs = offsetMs;
    this.skew = skew;
  }

  trueMs(localMs: number): number {
    return localMs + this.offsetMs + this.skew * localMs;
  }

  exchange(sentMs: number, thereMs: number, backMs: number, thinkingMs = 0): ClockSample {
    return {
      sentMs,
      receivedReferenceMs: this.trueMs(sentMs + thereMs),
      answeredReferenceMs: this.trueMs(sentMs + thereMs + thinkingMs),
      receivedMs: sentMs + thereMs + thinkingMs + backMs,
    };
  }
}

function clockAfter(...samples: readonly ClockSample[]): ReferenceClock {
  const clock = new ReferenceClock();
  for (const sample of samples) clock.addSample(sample);
  return clock;
}

describe("the reference clock", () => {
  it("PB1: knows nothing before its first reading", () => {
    const clock = new ReferenceClock();
    expect(clock.referenceMs(5)).toBeNull();
    expect(clock.localMs(5)).toBeNull();
    expect(clock.estimate(5)).toEqual({ offsetMs: null, rttMs: null, uncertaintyMs: null, from: "own" });
  });

  it("PB1: tells the time from a rough reading at once, and how little that is worth", () => {
    const clock = new ReferenceClock();
    clock.addRoughReading(70_000, 1_000);
    expect(clock.referenceMs(1_500)).toBe(70_500);
    expect(clock.estimate(1_000)).toMatchObject({ rttMs: null, uncertaintyMs: 500 });
  });

  it("PB1: the quickest packet of each direction wins", () => {
    const server = new Server(10_000);
    const clock = clockAfter(server.exchange(0, 80, 8), server.exchange(100, 11, 9), server.exchange(200, 10, 90));
    const { offsetMs, rttMs, uncertaintyMs } = clock.estimate(300);
    expect(rttMs).toBe(20);
    expect(offsetMs).toBeCloseTo(10_001, 1); // 10 there, 8 back
    expect(uncertaintyMs).toBeCloseTo(9, 1);
  });

  it("PB1: the server's thinking time is no part of the round trip", () => {
    expect(clockAfter(new Server(500).exchange(0, 10, 10, 300)).estimate(320)).toMatchObject({ offsetMs: 500, rttMs: 20 });
  });

  it("PB1: is never further off than it says, whatever the network does", () => {
    const wayMs = fc.double({ min: 0, max: 400, noNaN: true });
    const probe = fc.record({ pauseMs: fc.double({ min: 10, max: 20_000, noNaN: true }), thereMs: wayMs, backMs: wayMs });
    const skew = fc.double({ min: -CLOCK_MAX_SKEW, max: CLOCK_MAX_SKEW, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(probe, { minLength: 1, maxLength: 80 }),
        skew,
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        (probes, rate, offsetMs) => {
          const server = new Server(offsetMs, rate);
          const clock = new ReferenceClock();
          let nowMs = 0;
          for (const { pauseMs, thereMs, backMs } of probes) {
            clock.addSample(server.exchange(nowMs, thereMs, backMs));
            nowMs += thereMs + backMs;
            for (const laterMs of [nowMs, nowMs + pauseMs / 2, nowMs + pauseMs]) {
              const errorMs = Math.abs((clock.referenceMs(laterMs) ?? NaN) - server.trueMs(laterMs));
              expect(errorMs).toBeLessThanOrEqual((clock.estimate(laterMs).uncertaintyMs ?? NaN) + 0.01);
            }
            nowMs += pauseMs;
          }
        },
      ),
    );
  });

  it("PB1: tracks the skew between two quartzes, and runs on through an outage", () => {
    const server = new Server(0, 60e-6);
    const jitterMs = (step: number) => (step * 7919) % 5;
    const samples = Array.from({ length: 40 }, (_, step) =>
      server.exchange(step * 5_000, 10 + jitterMs(step), 10 + jitterMs(step + 3)),
    );
    const clock = clockAfter(...samples);
    const tenMinutesLaterMs = 200_000 + 600_000;
    expect(Math.abs((clock.referenceMs(tenMinutesLaterMs) ?? NaN) - server.trueMs(tenMinutesLaterMs))).toBeLessThan(10);
  });

  it("PB2: small corrections are spread, so that music can follow", () => {
    const server = new Server(1_000);
    const clock = clockAfter(...Array.from({ length: 8 }, (_, step) => server.exchange(step * 100, 60, 0)));
    const beforeMs = clock.referenceMs(5_000) ?? NaN;
    clock.addSample(server.exchange(4_998, 1, 1));
    expect(clock.referenceMs(5_000)).toBeCloseTo(beforeMs, 6);
    expect((clock.referenceMs(6_000) ?? NaN) - beforeMs).toBeCloseTo(1_000 * (1 - CLOCK_SLEW_RATE), 6);
    expect(clock.estimate(20_000).offsetMs).toBeCloseTo(1_000, 0);
  });

  it("PB2: large corrections are made at once", () => {
    const server = new Server(1_000);
    const clock = clockAfter(...Array.from({ length: 8 }, (_, step) => server.exchange(step * 900, 800, 0)));
    clock.addSample(server.exchange(10_000, 1, 1));
    expect(clock.estimate(10_002).offsetMs).toBeCloseTo(1_000, 0);
  });

  it("PB3: a server that started anew is believed at once", () => {
    const clock = clockAfter(...Array.from({ length: 20 }, (_, step) => new Server(90_000).exchange(step * 1_000, 5, 5)));
    const restarted = new Server(300);
    clock.addSample(restarted.exchange(25_000, 30, 30));
    expect(clock.estimate(25_060).offsetMs).toBe(300);
  });

  it("PB3: a clock that was stepped a little is followed as any small correction is", () => {
    const clock = clockAfter(...Array.from({ length: 20 }, (_, step) => new Server(90_000).exchange(step * 1_000, 5, 5)));
    clock.addSample(new Server(90_040).exchange(20_000, 5, 5));
    expect(clock.estimate(20_010).offsetMs).toBeCloseTo(90_000, 1);
    expect(clock.estimate(20_010).uncertaintyMs).toBeGreaterThan(40);
    expect(clock.estimate(28_100).offsetMs).toBeCloseTo(90_040, 1);
  });

  it("PB3: so is the rough reading it greets us with", () => {
    const clock = clockAfter(new Server(90_000).exchange(0, 5, 5));
    clock.addRoughReading(26_000, 25_000);
    expect(clock.estimate(25_000)).toMatchObject({ offsetMs: 1_000, rttMs: null });
  });

  it("PB3: a rough reading that is merely late changes nothing", () => {
    const clock = clockAfter(new Server(90_000).exchange(0, 5, 5));
    clock.addRoughReading(90_000 + 20_000, 23_000);
    expect(clock.estimate(23_000)).toMatchObject({ offsetMs: 90_000, rttMs: 10 });
  });

  it("PB1: local and reference time lead back to each other", () => {
    const server = new Server(5_000, 80e-6);
    const clock = clockAfter(...Array.from({ length: 30 }, (_, step) => server.exchange(step * 5_000, 40, 10)));
    clock.addSample(server.exchange(150_000, 2, 2));
    for (const localMs of [150_100, 152_000, 400_000])
      expect(clock.localMs(clock.referenceMs(localMs) ?? NaN)).toBeCloseTo(localMs, 4);
  });

  it("PB1: probes come in pairs, eight within the first second, then every few seconds", () => {
    const delaysMs = Array.from({ length: 40 }, (_, step) => nextProbeDelayMs(step + 1));
    expect(delaysMs.slice(0, 7).reduce((sum, delayMs) => sum + delayMs, 0)).toBeLessThan(1_000);
    expect(delaysMs.filter((_, step) => step % 2 === 0).every((delayMs) => delayMs < 100)).toBe(true);
    expect(delaysMs.at(-1)).toBeGreaterThanOrEqual(3_000);
  });
});
