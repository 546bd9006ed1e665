import { describe, expect, it } from "vitest";
import { Interpolator } from "../../app/platform/media/samples/interpolator.ts";

const sine = (hz: number, rateHz: number) => (sample: number) => Math.sin((2 * Math.PI * hz * sample) / rateHz);

/** Reads 500 values from place `at` on, and what they should be. */
function read(wave: (sample: number) => number, at: number, step: number) {
  const interpolator = new Interpolator(step);
  const samples = Float32Array.from({ length: Math.ceil(500 * step) + 2 * interpolator.reach + 1 }, (_, index) =>
    wave(index - interpolator.reach),
  );
  const output = new Float32Array(500);
  interpolator.read(samples, interpolator.reach + at, step, output);
  return { output, expected: Float32Array.from(output, (_, index) => wave(at + index * step)) };
}

const worst = ({ output, expected }: ReturnType<typeof read>) =>
  Math.max(...output.map((value, index) => Math.abs(value - (expected[index] ?? NaN))));

describe("samples between samples", () => {
  it.each([
    [440, 1.01],
    [10_000, 0.99],
    [15_000, 1.000_05],
    [15_000, 44_100 / 48_000],
  ])("PB35: of a tone of %i Hz are the tone's, at a step of %f", (hz, step) => {
    expect(worst(read(sine(hz, 44_100), 0.37, step))).toBeLessThan(1e-3);
  });

  it("PB35: of what stands still are the same", () => {
    expect(worst(read(() => 0.5, 0.62, 1.003))).toBeLessThan(1e-6);
  });

  it("PB35: have nothing of what the slower rate can't hold", () => {
    const { output } = read(sine(30_000, 96_000), 0.2, 2);
    expect(Math.max(...output.map(Math.abs))).toBeLessThan(1e-3);
  });
});
