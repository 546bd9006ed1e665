import { describe, expect, it } from "vitest";
import { OutputClock } from "../../../app/core/index.ts";
import type { OutputReading } from "../../../app/core/index.ts";

/** A context that began when our clock showed 1,000 ms and that renders `aheadMs` ahead of what is heard. */
function reading(nowMs: number, aheadMs: number, about: Partial<OutputReading> = {}): OutputReading {
  const renderedMs = nowMs - 1_000;
  return { nowMs, renderedMs, heard: { contextMs: renderedMs - aheadMs - 7, atMs: nowMs - 7 }, latencyMs: aheadMs, ...about };
}

/** It is running when they are read. */
function clockOf(readings: readonly OutputReading[]): OutputClock {
  const clock = new OutputClock();
  clock.add(reading(1_500, 40));
  for (const each of readings) clock.add(each);
  return clock;
}

const times = (count: number, read: (nowMs: number) => OutputReading) =>
  Array.from({ length: count }, (_, index) => read(2_000 + index * 100));

describe("from our clock to the audio hardware's", () => {
  it("PB34: knows nothing before the first reading, nor after a stop", () => {
    const clock = new OutputClock();
    expect(clock.contextMs(5_000)).toBeNull();
    expect(clock.latencyMs).toBeNull();
    clock.add(reading(2_000, 40));
    clock.add(reading(2_100, 40));
    expect(clock.contextMs(5_000)).not.toBeNull();
    clock.reset();
    expect(clock.contextMs(5_000)).toBeNull();
  });

  it("PB34: renders earlier by what lies between rendering and hearing, as the timestamps show it", () => {
    const clock = clockOf(times(5, (nowMs) => reading(nowMs, 40)));
    expect(clock.latencyMs).toBeCloseTo(40);
    expect(clock.contextMs(5_000)).toBeCloseTo(3_960);
  });

  it("PB34: takes the told latency where there are no timestamps", () => {
    const clock = clockOf(times(5, (nowMs) => reading(nowMs, 180, { heard: null })));
    expect(clock.contextMs(5_000)).toBeCloseTo(3_820);
  });

  it("PB34: takes the told latency where timestamps forget the device", () => {
    const clock = clockOf(times(5, (nowMs) => reading(nowMs, 12, { latencyMs: 180 })));
    expect(clock.latencyMs).toBe(180);
  });

  it("PB34: does not hop between two ways of saying the same", () => {
    const clock = clockOf(times(5, (nowMs) => reading(nowMs, 40, { latencyMs: 48 })));
    expect(clock.latencyMs).toBeCloseTo(40);
  });

  it("PB34: is not moved by single bad readings", () => {
    const clock = clockOf([
      reading(1_900, 0, { heard: { contextMs: 0, atMs: 0 }, latencyMs: 0 }),
      ...times(7, (nowMs) => reading(nowMs, 40)),
      reading(2_900, 40, { heard: { contextMs: 100, atMs: 2_900 } }),
      reading(3_000, 40, { renderedMs: 3_400 }),
    ]);
    expect(clock.contextMs(5_000)).toBeCloseTo(3_960);
  });

  it("PB34: learns nothing of a clock that stands still, as that of a device that is about to start", () => {
    const clock = new OutputClock();
    for (let nowMs = 1_000; nowMs < 2_300; nowMs += 100) {
      expect(clock.add({ nowMs, renderedMs: 11.6, heard: { contextMs: 0, atMs: 727 }, latencyMs: 0 })).toBe(false);
    }
    clock.add(reading(2_300, 40));
    expect(clock.contextMs(5_000)).toBeCloseTo(3_960);
  });

  it("PB34: follows a device that had nothing to play for a moment within a second", () => {
    const late = times(6, (nowMs) =>
      reading(nowMs + 2_000, 40, { heard: { contextMs: nowMs + 1_000 - 75, atMs: nowMs + 2_000 } }),
    );
    expect(clockOf([...times(20, (nowMs) => reading(nowMs, 40)), ...late]).contextMs(6_000)).toBeCloseTo(4_925);
  });

  it("PB34: believes no latency that cannot be one", () => {
    expect(clockOf([reading(2_000, 40, { heard: null, latencyMs: 1e6 })]).latencyMs).toBe(0);
    expect(clockOf(times(3, (nowMs) => reading(nowMs, -500, { latencyMs: null }))).latencyMs).toBe(0);
  });

  it("PB34: makes a step with the device, and takes along what it knew", () => {
    const wobbling = times(100, (nowMs) => reading(nowMs, 40 + (nowMs % 500) / 100));
    const late = Array.from({ length: 10 }, (_, index) => {
      const { renderedMs, ...rest } = reading(12_000 + index * 100, 42);
      return { ...rest, renderedMs: renderedMs - 14, heard: { contextMs: renderedMs - 14 - 42, atMs: rest.nowMs } };
    });
    const error = (clockOf([...wobbling, ...late]).contextMs(30_000) ?? NaN) - (29_000 - 42 - 14);
    expect(Math.abs(error)).toBeLessThan(2.5);
  });

  it("PB34: takes the freshest of readings that move in blocks", () => {
    const strewn = times(300, (nowMs) => {
      const lateMs = ((nowMs / 100) * 7) % 20;
      return {
        nowMs,
        renderedMs: nowMs - 1_000 - lateMs,
        heard: { contextMs: nowMs - 1_000 - lateMs, atMs: nowMs },
        latencyMs: 40,
      };
    });
    expect(Math.abs((clockOf(strewn).contextMs(50_000) ?? NaN) - (49_000 - 2 - 40))).toBeLessThan(1.5);
  });

  it("PB34: is as sure of itself as most of what it was told agrees", () => {
    expect(clockOf(times(50, (nowMs) => reading(nowMs, 40))).uncertaintyMs).toBeCloseTo(0);
    const wandering = times(50, (nowMs) => reading(nowMs, 40 + (nowMs % 3_000 < 1_500 ? 0 : 6)));
    expect(clockOf(wandering).uncertaintyMs).toBeCloseTo(3);
  });

  it("PB34: is not led astray by a told latency that wanders for some seconds", () => {
    const calm = times(100, (nowMs) => reading(nowMs, 40));
    const wandering = Array.from({ length: 80 }, (_, index) => reading(12_000 + index * 100, 40 + (index % 15) * 0.5));
    expect(clockOf([...calm, ...wandering]).contextMs(30_000)).toBeCloseTo(28_960);
  });

  it("PB34: believes calm words at once, whatever was said before", () => {
    const wandering = times(200, (nowMs) => reading(nowMs, 40 + (nowMs % 1_500) / 200));
    const calm = Array.from({ length: 35 }, (_, index) => reading(22_000 + index * 100, 39.5));
    expect(clockOf([...wandering, ...calm]).contextMs(30_000)).toBeCloseTo(28_960.5);
  });

  it("PB34: follows two quartzes that part", () => {
    const clock = clockOf(
      Array.from({ length: 600 }, (_, index) => {
        const nowMs = 2_000 + index * 100;
        const renderedMs = (nowMs - 1_000) * (1 + 100e-6);
        return { nowMs, renderedMs, heard: { contextMs: renderedMs - 40, atMs: nowMs }, latencyMs: 40 };
      }),
    );
    expect(Math.abs((clock.contextMs(62_000) ?? NaN) - (61_000 * (1 + 100e-6) - 40))).toBeLessThan(0.3);
  });

  it("PB34: is not to be played by while its readings disagree, unless they always do", () => {
    const clock = new OutputClock();
    const add = (nowMs: number, lateMs: number) =>
      clock.add(reading(nowMs, 40, { heard: { contextMs: nowMs - 1_040 - lateMs, atMs: nowMs } }));
    for (let nowMs = 2_000; nowMs < 2_400; nowMs += 100) add(nowMs, 0);
    expect(clock.isReady).toBe(false);
    add(2_400, 0);
    expect(clock.isReady).toBe(true);
    add(2_500, 35);
    expect(clock.isReady).toBe(false);
    for (let nowMs = 2_600; nowMs < 2_900; nowMs += 100) add(nowMs, 35);
    expect(clock.isReady).toBe(true);
    for (let nowMs = 3_000; nowMs < 3_800; nowMs += 100) add(nowMs, (nowMs / 100) % 2 === 0 ? 6 : 0);
    expect(clock.isReady).toBe(false);
    for (let nowMs = 5_000; nowMs < 7_000; nowMs += 100) add(nowMs, (nowMs / 100) % 2 === 0 ? 6 : 0);
    expect(clock.isReady).toBe(true);
  });

  it("PB34: is to be played by soon where a browser tells of the latency alone", () => {
    expect(clockOf(times(4, (nowMs) => reading(nowMs, 180, { heard: null }))).isReady).toBe(true);
  });
});
