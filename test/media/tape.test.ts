import { describe, expect, it } from "vitest";
import { Tape } from "../../app/platform/media/samples/tape.ts";
import type { TapeBlock } from "../../app/platform/media/samples/tape.ts";

const RATE_HZ = 1_000;

/** A lane of the track `key` whose sample n is n, on the timeline from `startMs` on; one sample a millisecond. */
function block(startMs: number, from: number, to: number, about: Partial<TapeBlock> = {}): TapeBlock {
  return {
    laneKey: `track at ${startMs}`,
    laneStartMs: startMs,
    sampleRateHz: RATE_HZ,
    windowStartMs: startMs,
    windowEndMs: startMs + 1_000,
    startSample: from,
    channels: [Float32Array.from({ length: to - from }, (_, index) => from + index)],
    ...about,
  };
}

function read(tape: Tape, fromMs: number, count: number, stepMs = 1): number[] {
  const outputs = [new Float32Array(count).fill(NaN), new Float32Array(count).fill(NaN)];
  tape.read(fromMs, stepMs, outputs);
  expect(outputs[1]).toEqual(outputs[0]);
  return [...(outputs[0] ?? [])];
}

describe("the tape", () => {
  it("PB35: gives back every sample as it is, blocks end to end, and silence where there is none", () => {
    const tape = new Tape();
    tape.add(block(5_000, 4, 8));
    tape.add(block(5_000, 1, 4));
    expect(read(tape, 5_000, 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 0, 0]);
  });

  it("PB35: cuts a track to its window, and goes on with the next one at once", () => {
    const tape = new Tape();
    tape.add(block(5_000, -20, 40, { windowEndMs: 5_003 }));
    tape.add(block(4_903, 90, 140, { windowStartMs: 5_003 }));
    expect(read(tape, 5_000, 6)).toEqual([0, 1, 2, 100, 101, 102]);
    expect(read(tape, 4_998, 3)).toEqual([0, 0, 0]);
  });

  it("PB35: plays tracks of different sample rates", () => {
    const tape = new Tape();
    tape.add(block(0, 0, 200, { windowEndMs: 100 }));
    const slow = Float32Array.from({ length: 200 }, () => 0.5);
    tape.add(block(100, -50, 150, { laneKey: "slow", sampleRateHz: 500, channels: [slow] }));
    const heard = read(tape, 98, 4);
    expect(heard.slice(0, 2)).toEqual([98, 99]);
    expect(heard[2]).toBeCloseTo(0.5, 5);
  });

  it("PB35: reads between samples at another rate", () => {
    const tape = new Tape();
    tape.add(block(0, 0, 500));
    read(tape, 200, 50, 1.01).forEach((value, index) => expect(value).toBeCloseTo(200 + index * 1.01, 1));
  });

  it("PB35: has nothing left of what was removed, where other music may lie next", () => {
    const tape = new Tape();
    tape.add(block(0, 0, 100));
    tape.remove(50, Infinity);
    expect(read(tape, 48, 4)).toEqual([48, 49, 0, 0]);
    tape.add(block(50, 0, 10, { laneKey: "next", channels: [new Float32Array(10).fill(7)] }));
    expect(read(tape, 48, 4)).toEqual([48, 49, 7, 7]);
    tape.remove(0, 49);
    expect(read(tape, 47, 3)).toEqual([0, 0, 49]);
  });

  it("PB35: takes music that comes again in its place", () => {
    const tape = new Tape();
    tape.add(block(0, 0, 100));
    tape.remove(20, 40);
    tape.add(block(0, 10, 50));
    expect(read(tape, 18, 24)).toEqual(Array.from({ length: 24 }, (_, index) => 18 + index));
  });

  it("PB35: gives one channel to both ears, and two to each its own", () => {
    const tape = new Tape();
    tape.add(block(0, 0, 4, { channels: [new Float32Array(4).fill(1), new Float32Array(4).fill(2)] }));
    const outputs = [new Float32Array(4), new Float32Array(4)];
    tape.read(0, 1, outputs);
    expect(outputs.map(([first]) => first)).toEqual([1, 2]);
  });
});
