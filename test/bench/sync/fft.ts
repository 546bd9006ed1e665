/** The fast Fourier transform (radix 2, in place; Cooley and Tukey 1965), as large as a bench needs it. */

export class Fft {
  readonly size: number;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;

  /** @param size a power of two */
  constructor(size: number) {
    if (size < 2 || (size & (size - 1)) !== 0) throw new Error(`an FFT of ${size} points: not a power of two`);
    this.size = size;
    this.#cos = Float64Array.from({ length: size / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / size));
    this.#sin = Float64Array.from({ length: size / 2 }, (_, k) => Math.sin((2 * Math.PI * k) / size));
  }

  forward(re: Float64Array, im: Float64Array): void {
    this.#reorder(re, im);
    for (let half = 1; half < this.size; half *= 2) {
      const stride = this.size / (2 * half);
      for (let start = 0; start < this.size; start += 2 * half) {
        for (let k = 0; k < half; k++) this.#butterfly(re, im, start + k, start + k + half, k * stride);
      }
    }
  }

  inverse(re: Float64Array, im: Float64Array): void {
    this.forward(im, re); // swapping both parts conjugates before and after
    for (let index = 0; index < this.size; index++) {
      re[index] = (re[index] ?? 0) / this.size;
      im[index] = (im[index] ?? 0) / this.size;
    }
  }

  #butterfly(re: Float64Array, im: Float64Array, upper: number, lower: number, turn: number): void {
    const cos = this.#cos[turn] ?? 0;
    const sin = this.#sin[turn] ?? 0;
    const lowerRe = re[lower] ?? 0;
    const lowerIm = im[lower] ?? 0;
    const turnedRe = lowerRe * cos + lowerIm * sin;
    const turnedIm = lowerIm * cos - lowerRe * sin;
    re[lower] = (re[upper] ?? 0) - turnedRe;
    im[lower] = (im[upper] ?? 0) - turnedIm;
    re[upper] = (re[upper] ?? 0) + turnedRe;
    im[upper] = (im[upper] ?? 0) + turnedIm;
  }

  /** Into the order of reversed bits. */
  #reorder(re: Float64Array, im: Float64Array): void {
    for (let index = 1, reversed = 0; index < this.size; index++) {
      let bit = this.size >> 1;
      for (; reversed & bit; bit >>= 1) reversed ^= bit;
      reversed ^= bit;
      if (index >= reversed) continue;
      [re[index], re[reversed]] = [re[reversed] ?? 0, re[index] ?? 0];
      [im[index], im[reversed]] = [im[reversed] ?? 0, im[index] ?? 0];
    }
  }
}
