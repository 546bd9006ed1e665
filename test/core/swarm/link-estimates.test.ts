import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BLOCK_BYTES,
  OUTSTANDING_MAX_BYTES,
  OUTSTANDING_MIN_BYTES,
  REQUEST_TIMEOUT_INITIAL_MS,
  REQUEST_TIMEOUT_MAX_MS,
  REQUEST_TIMEOUT_MIN_MS,
} from "../../../app/core/index.ts";
import { outstandingBudgetBytes } from "../../../app/core/swarm/link-budget.ts";
import { RateMeter } from "../../../app/core/swarm/rate-meter.ts";
import { LatencyEstimate } from "../../../app/core/swarm/request-timeouts.ts";
import { TokenBucket } from "../../../app/core/token-bucket.ts";

describe("outstandingBudgetBytes", () => {
  test.each([
    ["not yet measured", 0, OUTSTANDING_MIN_BYTES],
    ["slow", 10, OUTSTANDING_MIN_BYTES],
    ["at 5 Mbit/s", 625, 312_500],
    ["very fast", 100_000, OUTSTANDING_MAX_BYTES],
  ])("CP13: what may be outstanding on a link that is %s follows from its rate", (_, bytesPerMs, expected) => {
    expect(outstandingBudgetBytes({ bytesPerMs, isSnubbed: false })).toBe(expected);
  });

  test("CP13: a link that went silent is asked for one block at a time", () => {
    expect(outstandingBudgetBytes({ bytesPerMs: 625, isSnubbed: true })).toBe(BLOCK_BYTES);
  });
});

describe("LatencyEstimate", () => {
  test("CP14: without a sample the time-out is the initial one", () => {
    const latency = new LatencyEstimate();
    expect([latency.timeoutMs, latency.smoothedMs, latency.lowestMs]).toEqual([REQUEST_TIMEOUT_INITIAL_MS, null, null]);
  });

  test("CP14: the first sample sets the mean to itself and the variance to its half, as RFC 6298 says", () => {
    const latency = new LatencyEstimate();
    latency.add(800);
    expect(latency.timeoutMs).toBe(800 + 4 * 400);
  });

  test("CP14: steady answers bring the time-out down to its minimum, unsteady ones up, each failure doubles it", () => {
    const latency = new LatencyEstimate();
    for (let sample = 0; sample < 50; sample++) latency.add(100);
    expect(latency.timeoutMs).toBe(REQUEST_TIMEOUT_MIN_MS);
    latency.timedOut();
    expect(latency.timeoutMs).toBe(2 * REQUEST_TIMEOUT_MIN_MS);
    for (let sample = 0; sample < 50; sample++) latency.add(sample % 2 ? 100 : 1500);
    expect(latency.timeoutMs).toBeGreaterThan(2500);
    expect(latency.lowestMs).toBe(100);
  });

  test("CP14: the time-out stays within its bounds, and above the mean", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer({ min: 1, max: 20_000 }), fc.constant(null)), { minLength: 1 }), (samples) => {
        const latency = new LatencyEstimate();
        for (const sample of samples) {
          if (sample === null) latency.timedOut();
          else latency.add(sample);
          expect(latency.timeoutMs).toBeGreaterThanOrEqual(Math.min(REQUEST_TIMEOUT_MAX_MS, latency.smoothedMs ?? 0));
          expect(latency.timeoutMs).toBeGreaterThanOrEqual(REQUEST_TIMEOUT_MIN_MS);
          expect(latency.timeoutMs).toBeLessThanOrEqual(REQUEST_TIMEOUT_MAX_MS);
        }
      }),
    );
  });
});

describe("RateMeter", () => {
  test("a steady stream reads its rate, early and late", () => {
    const meter = new RateMeter(1000);
    meter.start(0);
    const readings = Array.from({ length: 50 }, (_, step) => {
      meter.add((step + 1) * 100, 10_000);
      return meter.bytesPerMs((step + 1) * 100);
    });
    for (const reading of readings) expect(Math.abs(reading - 100)).toBeLessThan(10);
  });

  test("what is long ago counts no more", () => {
    const meter = new RateMeter(1000);
    meter.add(0, 1e6);
    expect(meter.bytesPerMs(1000)).toBeGreaterThan(100);
    expect(meter.bytesPerMs(20_000)).toBeLessThan(0.01);
  });

  test("an unused meter reads nothing, and a time constant of nothing is refused", () => {
    expect(new RateMeter(1000).bytesPerMs(5)).toBe(0);
    expect(() => new RateMeter(0)).toThrow("timeConstantMs must be above 0");
  });
});

describe("TokenBucket", () => {
  test("CK7: over any time no more is let through than the rate and the depth allow", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1 }), (pauses) => {
        const bucket = new TokenBucket(2, 1000);
        let nowMs = 0;
        let sentBytes = 0;
        for (const pauseMs of pauses) {
          nowMs += pauseMs;
          const waitMs = bucket.waitMs(500, nowMs);
          nowMs += waitMs;
          expect(bucket.waitMs(500, nowMs)).toBe(0);
          bucket.spend(500, nowMs);
          sentBytes += 500;
          expect(sentBytes).toBeLessThanOrEqual(1000 + 2 * nowMs + 1);
        }
      }),
    );
  });

  test("a rate or a depth of nothing is refused", () => {
    expect(() => new TokenBucket(0, 1)).toThrow("bytesPerMs must be above 0, found 0");
    expect(() => new TokenBucket(1, 0)).toThrow("depthBytes must be above 0, found 0");
  });
});
