/**
 * Samples between samples: a windowed sinc (Smith, Digital Audio Resampling), so that music of any sample rate can be
 * played at any rate near 1 without a sound of its own.
 */

/** Of each side, in samples of the slower of the two rates. */
const HALF_WIDTH = 16;
/** Places between two samples for which the kernel is kept; between them it is interpolated. */
const PHASES = 256;
/** Kaiser's: 80 dB down. */
const BETA = 8;
/** Of the slower rate's band that is let through. */
const PASS_BAND = 0.96;

export class Interpolator {
  /** How many samples on each side of a place have a share in it. */
  readonly reach: number;
  readonly #kernel: Float32Array;

  /** @param ratio samples taken per sample given; above 1 the band is narrowed, so that nothing is mirrored into it */
  constructor(ratio: number) {
    const stretch = Math.max(1, ratio);
    this.reach = Math.ceil(HALF_WIDTH * stretch);
    const cutoff = PASS_BAND / stretch;
    const taps = 2 * this.reach;
    this.#kernel = new Float32Array((PHASES + 1) * taps);
    for (let phase = 0; phase <= PHASES; phase++) {
      const row = Array.from({ length: taps }, (_, tap) => {
        const distance = tap - this.reach + 1 - phase / PHASES;
        return sinc(cutoff * distance) * kaiser(distance / this.reach);
      });
      const sum = row.reduce((total, weight) => total + weight, 0);
      this.#kernel.set(
        row.map((weight) => weight / sum), // what stands still comes out as it went in
        phase * taps,
      );
    }
  }

  /**
   * Fills `output` with values of `samples`: the first from place `at` (fractional), each next one `step` further.
   * `samples` has `reach` more on both sides of all those places.
   */
  read(samples: Float32Array, at: number, step: number, output: Float32Array): void {
    const taps = 2 * this.reach;
    const kernel = this.#kernel;
    for (let index = 0; index < output.length; index++) {
      const place = at + index * step;
      const whole = Math.floor(place);
      const phase = (place - whole) * PHASES;
      const row = Math.floor(phase);
      const share = phase - row;
      const [low, high] = [row * taps, (row + 1) * taps];
      const from = whole - this.reach + 1;
      let sum = 0;
      for (let tap = 0; tap < taps; tap++) {
        const weight = kernel[low + tap] ?? 0;
        sum += (weight + share * ((kernel[high + tap] ?? 0) - weight)) * (samples[from + tap] ?? 0);
      }
      output[index] = sum;
    }
  }
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** @param x −1…1 */
function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : bessel(BETA * Math.sqrt(1 - x * x)) / bessel(BETA);
}

/** Modified Bessel function of the first kind, order 0. */
function bessel(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-9; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
