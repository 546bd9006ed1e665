import { describe, expect, it } from "vitest";
import { clickSamples, toneSamples } from "../../app/platform/media/short-sounds.ts";

const loudest = (samples: Float32Array) => samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);

describe.each([44_100, 48_000])("at %d samples a second", (sampleRate) => {
  it("a click is at its loudest in its first sample, and gone in a twentieth of a second", () => {
    for (const isAccented of [true, false]) {
      const samples = clickSamples(sampleRate, isAccented);
      expect(Math.abs(samples[0] ?? 0)).toBe(loudest(samples));
      expect(samples.length).toBeLessThan(sampleRate / 20);
      expect(Math.abs(samples.at(-1) ?? 1)).toBeLessThan(0.01);
    }
  });

  it("an accented click stands out", () => {
    expect(loudest(clickSamples(sampleRate, true))).toBeGreaterThan(1.5 * loudest(clickSamples(sampleRate, false)));
  });

  it("the test tone begins and ends softly, and is never overdriven", () => {
    const samples = toneSamples(sampleRate);
    expect(samples[0]).toBe(0);
    expect(Math.abs(samples.at(-1) ?? 1)).toBeLessThan(0.01);
    expect(loudest(samples)).toBeGreaterThan(0.3);
    expect(loudest(samples)).toBeLessThanOrEqual(1);
  });
});
