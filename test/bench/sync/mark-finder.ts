/**
 * Finds the marks in a recording of two outputs while it is made: a matched filter over both at once (one output is
 * the real part of what is transformed, the other the imaginary one), and for each peak the number that follows it.
 */
import { Fft } from "./fft.ts";
import { makeChirp, MARK_MS, readNumber } from "./marks.ts";

export interface Sighting {
  /** Which output: 0 or 1. */
  readonly output: number;
  /** The mark. */
  readonly number: number;
  /** When its chirp began, in ms of the recording; good to some hundredths. */
  readonly atMs: number;
}

const BLOCK = 1 << 14;
/** A peak is the highest within this, on both sides. */
const PEAK_REACH_MS = 10;
/** Likeness to the chirp, 0…1. Lossy codecs and a rate 3 % off leave above 0.6, tones and noise come to 0.3. */
const MIN_LIKENESS = 0.5;
/** Power per sample below which it is silence that resembles something, 1e-6: -60 dB. */
const MIN_POWER = 1e-6;

export class MarkFinder {
  readonly #sampleRateHz: number;
  readonly #onSighting: (sighting: Sighting) => void;
  readonly #fft = new Fft(BLOCK);
  readonly #chirp: Float64Array;
  readonly #chirpNorm: number;
  readonly #chirpRe = new Float64Array(BLOCK);
  readonly #chirpIm = new Float64Array(BLOCK);
  readonly #reach: number;
  /** Starts searched for per block. */
  readonly #hop: number;
  readonly #outputs = [new Float64Array(BLOCK), new Float64Array(BLOCK)] as const;
  #filled = 0;
  /** Of the block's first sample, in samples of the recording. */
  #blockStart = 0;

  constructor(sampleRateHz: number, onSighting: (sighting: Sighting) => void) {
    this.#sampleRateHz = sampleRateHz;
    this.#onSighting = onSighting;
    this.#chirp = makeChirp(sampleRateHz);
    this.#chirpNorm = Math.sqrt(this.#chirp.reduce((sum, sample) => sum + sample * sample, 0));
    this.#chirpRe.set(this.#chirp);
    this.#fft.forward(this.#chirpRe, this.#chirpIm);
    this.#reach = Math.round((PEAK_REACH_MS / 1000) * sampleRateHz);
    this.#hop = BLOCK - 2 * this.#reach - Math.ceil(((MARK_MS + 5) / 1000) * sampleRateHz);
  }

  /** The next sample of each output. */
  push(first: number, second: number): void {
    this.#outputs[0][this.#filled] = first;
    this.#outputs[1][this.#filled] = second;
    this.#filled += 1;
    if (this.#filled === BLOCK) this.#search();
  }

  #search(): void {
    const correlations = this.#correlate();
    for (const [output, samples] of this.#outputs.entries()) {
      const correlation = correlations[output];
      if (correlation) this.#findPeaks(output, samples, correlation);
      samples.copyWithin(0, this.#hop);
    }
    this.#filled = BLOCK - this.#hop;
    this.#blockStart += this.#hop;
  }

  #correlate(): readonly [Float64Array, Float64Array] {
    const re = this.#outputs[0].slice();
    const im = this.#outputs[1].slice();
    this.#fft.forward(re, im);
    for (let k = 0; k < BLOCK; k++) {
      const [a, b, c, d] = [re[k] ?? 0, im[k] ?? 0, this.#chirpRe[k] ?? 0, -(this.#chirpIm[k] ?? 0)];
      re[k] = a * c - b * d;
      im[k] = a * d + b * c;
    }
    this.#fft.inverse(re, im);
    return [re, im];
  }

  #findPeaks(output: number, samples: Float64Array, correlation: Float64Array): void {
    const energies = runningEnergy(samples);
    const until = this.#reach + this.#hop;
    for (let start = this.#reach; start < until; start++) {
      const height = correlation[start] ?? 0;
      if (height <= 0) continue;
      const energy = (energies[start + this.#chirp.length] ?? 0) - (energies[start] ?? 0);
      if (energy < MIN_POWER * this.#chirp.length || height < MIN_LIKENESS * this.#chirpNorm * Math.sqrt(energy)) continue;
      if (!this.#isHighest(correlation, start, height)) continue;
      const exact = start + vertexOf(correlation[start - 1] ?? 0, height, correlation[start + 1] ?? 0);
      const number = readNumber(samples, exact, this.#sampleRateHz);
      if (number === null) continue;
      this.#onSighting({ output, number, atMs: ((this.#blockStart + exact) / this.#sampleRateHz) * 1000 });
    }
  }

  #isHighest(correlation: Float64Array, start: number, height: number): boolean {
    for (let other = start - this.#reach; other <= start + this.#reach; other++) {
      if ((correlation[other] ?? 0) > height) return false;
    }
    return true;
  }
}

/** Sums of squares of everything before each index. */
function runningEnergy(samples: Float64Array): Float64Array {
  const sums = new Float64Array(samples.length + 1);
  for (let index = 0; index < samples.length; index++) sums[index + 1] = (sums[index] ?? 0) + (samples[index] ?? 0) ** 2;
  return sums;
}

/** Where the parabola through three equally spaced points has its vertex, from the middle one. */
function vertexOf(before: number, middle: number, after: number): number {
  const bend = before - 2 * middle + after;
  return bend === 0 ? 0 : (before - after) / (2 * bend);
}
