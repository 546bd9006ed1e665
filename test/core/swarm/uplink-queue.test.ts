import { describe, expect, test } from "vitest";
import { UplinkQueue } from "../../../app/core/swarm/uplink-queue.ts";

const BLOCK = 16_000;
const RATE = 100; // bytes per ms: a block takes 160 ms

/** Sends a block every `everyMs` over an uplink of `trueRate` that is taken for one of RATE; tells of each half a second later. */
function send(options: { readonly trueRate: number; readonly everyMs: number; readonly noiseMs?: (count: number) => number }) {
  const queue = new UplinkQueue();
  const reports: { readonly atMs: number; readonly report: () => void }[] = [];
  let freeMs = 0;
  let nowMs = 0;
  for (let count = 0; count < 40; count++, nowMs += options.everyMs) {
    while ((reports[0]?.atMs ?? Infinity) <= nowMs) reports.shift()?.report();
    const trueMs = Math.max(0, freeMs - nowMs);
    freeMs = Math.max(freeMs, nowMs) + BLOCK / options.trueRate;
    const guess = queue.add(BLOCK, RATE, nowMs);
    const toldMs = trueMs + (options.noiseMs?.(count) ?? 0);
    const atMs = nowMs + 500;
    reports.push({ atMs, report: () => queue.correct(guess, toldMs, RATE, atMs) });
  }
  return { thoughtMs: queue.aheadMs(RATE, nowMs), trueMs: Math.max(0, freeMs - nowMs) };
}

describe("UplinkQueue", () => {
  test("CK6: what was sent stands in the queue until the uplink has carried it", () => {
    const queue = new UplinkQueue();
    expect(queue.aheadMs(RATE, 0)).toBe(0);
    expect(queue.add(BLOCK, RATE, 0).aheadMs).toBe(0);
    expect(queue.add(BLOCK, RATE, 60).aheadMs).toBe(100);
    expect(queue.aheadMs(RATE, 160)).toBe(160);
    expect(queue.aheadMs(RATE, 10_000)).toBe(0);
  });

  test("CK6: a queue that grows since the uplink is slower than it was thought to be is noticed", () => {
    const { thoughtMs, trueMs } = send({ trueRate: 80, everyMs: 160 });
    expect(trueMs).toBeGreaterThan(1000);
    expect(Math.abs(thoughtMs - trueMs)).toBeLessThan(0.25 * trueMs);
  });

  test("CK6: a queue that is not there, since the uplink is quicker, is not believed in for long", () => {
    const { thoughtMs, trueMs } = send({ trueRate: 150, everyMs: 120 });
    expect(trueMs).toBeLessThan(1);
    expect(thoughtMs).toBeLessThan(400); // 1,600 if nobody told
  });

  test("CK6: what delays most blocks but not all of them is not our queue", () => {
    const { thoughtMs } = send({ trueRate: RATE, everyMs: 170, noiseMs: (count) => (count % 4 === 0 ? 0 : 300) });
    expect(thoughtMs).toBeLessThan(1);
  });
});
