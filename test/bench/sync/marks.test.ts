import { describe, expect, test } from "vitest";
import { seededRandom } from "../../support/seeded-random.ts";
import { MARK_NUMBERS, MARK_SPACING_MS, readNumber, synthesiseMarks } from "./marks.ts";
import { MarkFinder } from "./mark-finder.ts";
import type { Sighting } from "./mark-finder.ts";

const RATE_HZ = 48_000;
/** Enough silence for the finder to come to the end of what matters. */
const TAIL = 40_000;

/** `samples` as played `lateMs` late and at another rate, by straight lines between samples. */
function played(samples: Float32Array, lateMs: number, rate = 1): Float64Array {
  const late = (lateMs / 1000) * RATE_HZ;
  return Float64Array.from({ length: Math.ceil(late + samples.length / rate) + TAIL }, (_, index) => {
    const place = (index - late) * rate;
    const before = Math.floor(place);
    const share = place - before;
    return (samples[before] ?? 0) * (1 - share) + (samples[before + 1] ?? 0) * share;
  });
}

function find(first: Float64Array, second: Float64Array): Sighting[] {
  const sightings: Sighting[] = [];
  const finder = new MarkFinder(RATE_HZ, (sighting) => sightings.push(sighting));
  for (let index = 0; index < Math.max(first.length, second.length); index++) finder.push(first[index] ?? 0, second[index] ?? 0);
  return sightings;
}

/** By how much the second output comes after the first, per mark that both have. */
function latenessMs(sightings: readonly Sighting[]): number[] {
  const firsts = new Map(sightings.filter(({ output }) => output === 0).map(({ number, atMs }) => [number, atMs]));
  return sightings
    .filter(({ output, number }) => output === 1 && firsts.has(number))
    .map(({ number, atMs }) => atMs - (firsts.get(number) ?? NaN));
}

describe("a mark", () => {
  test("spells every number so that it is read again", () => {
    for (const number of [0, 1, 2, 3, 4, 255, 256, 4_711, MARK_NUMBERS - 1]) {
      expect(readNumber(synthesiseMarks(number, 1, RATE_HZ), 0, RATE_HZ)).toBe(number);
    }
  });

  test("is not read where none is", () => {
    const random = seededRandom(1);
    const noise = Float32Array.from({ length: 10_000 }, () => random() - 0.5);
    expect(readNumber(noise, 100, RATE_HZ)).toBeNull();
    expect(readNumber(new Float32Array(10_000), 100, RATE_HZ)).toBeNull();
  });
});

describe("the finder", () => {
  const marks = synthesiseMarks(100, 12, RATE_HZ);
  const numbers = Array.from({ length: 12 }, (_, mark) => 100 + mark);

  test("finds every mark of both outputs once, with its number and its time", () => {
    const sightings = find(played(marks, 1_000), played(marks, 3_456));
    for (const [output, lateMs] of [1_000, 3_456].entries()) {
      const own = sightings.filter((sighting) => sighting.output === output);
      expect(own.map(({ number }) => number)).toEqual(numbers);
      for (const [mark, { atMs }] of own.entries()) expect(atMs).toBeCloseTo(lateMs + mark * MARK_SPACING_MS, 1);
    }
  });

  test.each([0, 0.013, 7.3, -2.51, 340])("sees an offset of %f ms as such, to 0.02 ms", (offsetMs) => {
    const found = latenessMs(find(played(marks, 500), played(marks, 500 + offsetMs)));
    expect(found).toHaveLength(numbers.length);
    for (const lateMs of found) expect(Math.abs(lateMs - offsetMs)).toBeLessThan(0.02);
  });

  test.each([0.97, 0.99, 1.01, 1.03])("follows an output that plays at %f times the rate", (rate) => {
    const sightings = find(played(marks, 500), played(marks, 500, rate)).filter(({ output }) => output === 1);
    expect(sightings.map(({ number }) => number)).toEqual(numbers);
    for (const [mark, { atMs }] of sightings.entries()) {
      expect(Math.abs(atMs - (500 + (mark * MARK_SPACING_MS) / rate))).toBeLessThan(0.6);
    }
  });

  test("is not misled by noise, and finds marks in it", () => {
    const random = seededRandom(7);
    const noisy = (clean: Float64Array) => clean.map((sample) => sample + 0.1 * (random() - 0.5));
    const found = latenessMs(find(noisy(played(marks, 500)), noisy(played(marks, 503))));
    expect(found).toHaveLength(numbers.length);
    for (const lateMs of found) expect(Math.abs(lateMs - 3)).toBeLessThan(0.05);
    expect(find(noisy(new Float64Array(200_000)), noisy(new Float64Array(200_000)))).toEqual([]);
  });
});
