import { describe, expect, it } from "vitest";
import { OutputClock } from "../../../app/core/index.ts";
import type { OutputReading } from "../../../app/core/index.ts";
import { seededRandom } from "../../support/seeded-random.ts";

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

/** Since the device had nothing to play for so long, frames are taken and heard so much later. */
function stumbled({ nowMs, renderedMs, heard, latencyMs }: OutputReading, lateMs: number): OutputReading {
  return {
    nowMs,
    renderedMs: renderedMs - lateMs,
    heard: heard && { contextMs: heard.contextMs - lateMs, atMs: heard.atMs },
    latencyMs,
  };
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
    const late = times(6, (nowMs) => stumbled(reading(nowMs + 2_000, 40), 35));
    expect(clockOf([...times(20, (nowMs) => reading(nowMs, 40)), ...late]).contextMs(6_000)).toBeCloseTo(4_925);
  });

  it("PB34: believes no latency that cannot be one", () => {
    expect(clockOf([reading(2_000, 40, { heard: null, latencyMs: 1e6 })]).latencyMs).toBe(0);
    expect(clockOf(times(3, (nowMs) => reading(nowMs, -500, { latencyMs: null }))).latencyMs).toBe(0);
  });

  it("PB34: makes a step with the device, and takes along what it knew of the lag", () => {
    const wrong = Array.from({ length: 10 }, (_, index) => stumbled(reading(12_000 + index * 100, 20 + index / 2), 120));
    const clock = clockOf([...times(100, (nowMs) => reading(nowMs, 40)), ...wrong]);
    expect(Math.abs((clock.contextMs(30_000) ?? NaN) - (28_960 - 120))).toBeLessThan(0.5);
  });

  it("PB34: takes the told latency off the middle of readings that move in blocks, where timestamps tell nothing", () => {
    // Firefox's: its latency is taken off both numbers, so that what is rendered now seems to be heard now.
    const strewn = times(300, (nowMs) => {
      const renderedMs = nowMs - 1_000 - (((nowMs / 100) * 7) % 20);
      return { nowMs, renderedMs, heard: { contextMs: renderedMs - 40, atMs: nowMs - 40 }, latencyMs: 40 };
    });
    expect(Math.abs((clockOf(strewn).contextMs(50_000) ?? NaN) - (49_000 - 9.5 - 40))).toBeLessThan(1);
    const small = strewn.map((each) => ({ ...each, latencyMs: 20 }));
    expect(Math.abs((clockOf(small).contextMs(50_000) ?? NaN) - (49_000 - 9.5 - 20))).toBeLessThan(1);
  });

  it("PB34: is as sure of itself as most of what it was told agrees", () => {
    expect(clockOf(times(50, (nowMs) => reading(nowMs, 40))).uncertaintyMs).toBeCloseTo(0);
    const wandering = times(50, (nowMs) => reading(nowMs, 40 + (nowMs % 3_000 < 1_500 ? 0 : 4)));
    expect(Math.abs(clockOf(wandering).uncertaintyMs - 2)).toBeLessThan(0.2);
  });

  it("PB34: is not sure of itself where what is told moves", () => {
    const moving = times(15, (nowMs) => reading(nowMs, 40 - (nowMs - 2_000) / 500));
    expect(clockOf(moving).uncertaintyMs).toBeGreaterThan(2);
  });

  it("PB34: is not led astray by a told latency that wanders for some seconds", () => {
    const calm = times(100, (nowMs) => reading(nowMs, 40));
    const wandering = Array.from({ length: 80 }, (_, index) => reading(12_000 + index * 100, 40 + (index % 15) * 0.5));
    expect(clockOf([...calm, ...wandering]).contextMs(30_000)).toBeCloseTo(28_960);
  });

  it("PB34: knows by how fast what is told moves how wrong it is: PulseAudio after a stumble at the start", () => {
    // As recorded beside the acoustic truth: in each second and a half from so wrong (ms), at so much a second, until it is told anew.
    const course = [
      [4.4, 2.3],
      [4.6, 1.5],
      [2.4, 0.93],
      [1.2, 0.66],
      [0.3, 0.37],
    ] as const;
    const clock = new OutputClock();
    const errors: number[] = [];
    for (let sinceMs = 0; sinceMs < 7_500; sinceMs += 50) {
      const [fromMs, perS] = course[Math.floor(sinceMs / 1_500)] ?? [0, 0];
      const wrongMs = fromMs + (perS * (sinceMs % 1_500)) / 1_000;
      clock.add(reading(2_000 + sinceMs, 60 - wrongMs));
      if (sinceMs >= 500) errors.push((clock.contextMs(0) ?? NaN) + 1_060);
    }
    expect(Math.max(...errors.map(Math.abs))).toBeLessThan(2.5);
  });

  it("PB34: counts frames that the device takes by the dozen to a millisecond", () => {
    const random = seededRandom(3);
    const clock = clockOf([]);
    const errors = times(400, (nowMs) => {
      // Taken up to 10 ms later than they might have been.
      const takenMs = nowMs - 20 * random();
      const renderedMs = takenMs - 1_000 - 10 * random();
      return { nowMs, renderedMs, heard: { contextMs: takenMs - 1_040, atMs: takenMs }, latencyMs: 40 };
    }).flatMap((each, index) => {
      clock.add(each);
      return index < 20 ? [] : [(clock.contextMs(0) ?? NaN) + 1_040];
    });
    expect(Math.max(...errors.map(Math.abs))).toBeLessThan(1.5);
  });

  it("PB34: begins with what an earlier page has learned of the lag, until calm words tell of another", () => {
    const learned = clockOf(times(300, (nowMs) => reading(nowMs, 40)));
    expect(learned.learnedLagMs).toBeCloseTo(47);
    const stumbling = (index: number) => reading(2_000 + index * 50, 55 - index / 5);
    const calm = (aheadMs: number) => (nowMs: number) => reading(nowMs, aheadMs);
    const [fresh, remembering] = [new OutputClock(), new OutputClock()];
    remembering.remember(learned.learnedLagMs ?? NaN);
    for (const clock of [fresh, remembering]) for (let index = 0; index < 40; index++) clock.add(stumbling(index));
    expect(Math.abs((fresh.contextMs(5_000) ?? NaN) - 3_960)).toBeGreaterThan(5);
    expect(Math.abs((remembering.contextMs(5_000) ?? NaN) - 3_960)).toBeLessThan(0.5);
    expect(remembering.learnedLagMs).toBeNull();
    const elsewhere = new OutputClock();
    elsewhere.remember(47);
    for (const each of times(30, calm(60))) elsewhere.add(each);
    expect(elsewhere.contextMs(5_000)).toBeCloseTo(3_940);
  });

  it("PB34: forgets what was told while the page opened, unless it has heard enough to be sure", () => {
    const opened = clockOf(times(20, (nowMs) => reading(nowMs, 40)));
    opened.forget();
    for (const each of times(3, (nowMs) => reading(nowMs + 2_000, 60))) opened.add(each);
    expect(opened.contextMs(5_000)).toBeCloseTo(3_940);
    const sure = clockOf(times(300, (nowMs) => reading(nowMs, 40)));
    sure.forget();
    sure.add(reading(32_000, 60));
    expect(sure.contextMs(50_000)).toBeCloseTo(48_960);
  });

  it("PB34: follows another lag, as of another device, within three seconds", () => {
    const change = (aheadMs: number) => Array.from({ length: 30 }, (_, index) => reading(22_000 + index * 100, aheadMs));
    for (const aheadMs of [60, 30, 240]) {
      const clock = clockOf([...times(200, (nowMs) => reading(nowMs, 40)), ...change(aheadMs)]);
      expect(clock.contextMs(30_000)).toBeCloseTo(29_000 - aheadMs);
    }
  });

  it("PB34: follows two quartzes that part", () => {
    const clock = clockOf(
      Array.from({ length: 600 }, (_, index) => {
        const nowMs = 2_000 + index * 100;
        const renderedMs = (nowMs - 1_000) * (1 + 100e-6);
        return { nowMs, renderedMs, heard: { contextMs: renderedMs - 40, atMs: nowMs }, latencyMs: 40 };
      }),
    );
    expect(Math.abs((clock.contextMs(62_000) ?? NaN) - (61_000 * (1 + 100e-6) - 40))).toBeLessThan(0.8);
  });

  it("PB34: is not to be played by while its frames stumble, unless they always do", () => {
    const clock = new OutputClock();
    const add = (nowMs: number, lateMs: number) => clock.add(stumbled(reading(nowMs, 40), lateMs));
    for (let nowMs = 2_000; nowMs < 2_600; nowMs += 100) add(nowMs, 0);
    expect(clock.isReady).toBe(false);
    add(2_600, 0);
    expect(clock.isReady).toBe(true);
    add(2_700, 35);
    expect(clock.isReady).toBe(false);
    for (let nowMs = 2_800; nowMs < 3_300; nowMs += 100) add(nowMs, 35);
    expect(clock.isReady).toBe(true);
    for (let nowMs = 4_000; nowMs < 4_800; nowMs += 100) add(nowMs, (nowMs / 100) % 2 === 0 ? 65 : 35);
    expect(clock.isReady).toBe(false);
    for (let nowMs = 5_000; nowMs < 7_000; nowMs += 100) add(nowMs, (nowMs / 100) % 2 === 0 ? 65 : 35);
    expect(clock.isReady).toBe(true);
    expect(Math.abs((clock.contextMs(8_000) ?? NaN) - (7_000 - 40 - 50))).toBeLessThanOrEqual(15);
  });

  it("PB34: is to be played by soon where a browser tells of the latency alone", () => {
    expect(clockOf(times(6, (nowMs) => reading(nowMs, 180, { heard: null }))).isReady).toBe(true);
  });
});
