/**
 * From our own clock to an audio context's: what is to be heard at a given moment has to be rendered for which context
 * time? Browsers tell it in two ways, and not all tell both rightly: `getOutputTimestamp` says which frame leaves the
 * hardware when (Chromium and Firefox: the latency that the device tells is in it), and `outputLatency` says by how much
 * what is heard lags behind what is rendered. Where the second tells of clearly more than the first knows of, the first
 * has forgotten the device (a timestamp may end at the browser's own buffer).
 */

/** All in ms. */
export interface OutputReading {
  /** Our own clock. */
  readonly nowMs: number;
  /** The context's `currentTime` at that moment. */
  readonly renderedMs: number;
  /** `getOutputTimestamp`: this place of the context left the hardware at that moment of our clock; null: not told. */
  readonly heard: { readonly contextMs: number; readonly atMs: number } | null;
  /** `outputLatency`; null where the browser has none. */
  readonly latencyMs: number | null;
}

/**
 * Under a second at ten a second. Chromium's timestamps agree within 0.2 ms (PulseAudio), so that few are enough, and a
 * device that had nothing to play for a moment is followed soon.
 */
const WINDOW = 9;
/** Longer than this is no latency, ms (AirPlay takes 2 s). */
const MAX_LATENCY_MS = 3_000;
/** A told latency counts from this much more on than what timestamps show, ms: both are coarse (8 and 10 ms in Chromium). */
const FORGOTTEN_MS = 25;

/** So many readings in a row have to agree ... */
const STEADY_READINGS = 4;
/** ... within this, ms: less than an ear can tell from two clicks at once. */
const STEADY_MS = 4;
/** So many in a row that don't are how this browser is. */
const MOST_UNSTEADY = 30;

export class OutputClock {
  /** Context time minus our own, of what is rendered and of what is heard. */
  #rendered: readonly number[] = [];
  #heard: readonly number[] = [];
  #toldMs: number | null = null;
  #lastRenderedMs: number | null = null;
  #unsteady = 0;

  /** After a stop the context's clock has stood still. */
  reset(): void {
    this.#rendered = [];
    this.#heard = [];
    this.#toldMs = null;
    this.#lastRenderedMs = null;
    this.#unsteady = 0;
  }

  /** Returns false for a clock that stands still (a device that is about to start, or is busy): it says nothing. */
  add({ nowMs, renderedMs, heard, latencyMs }: OutputReading): boolean {
    const isRunning = this.#lastRenderedMs !== null && renderedMs > this.#lastRenderedMs;
    this.#lastRenderedMs = renderedMs;
    if (!isRunning) return false;
    this.#rendered = append(this.#rendered, renderedMs - nowMs);
    if (heard && heard.contextMs > 0 && heard.atMs > 0) this.#heard = append(this.#heard, heard.contextMs - heard.atMs);
    const isLatency = latencyMs !== null && latencyMs > 0 && latencyMs <= MAX_LATENCY_MS;
    this.#toldMs = isLatency ? latencyMs : this.#toldMs;
    this.#unsteady = this.#isSteady() ? 0 : this.#unsteady + 1;
    return true;
  }

  /** What it says can be played by. A device that starts or has just broken off says what will not be true. */
  get isReady(): boolean {
    return this.#rendered.length >= STEADY_READINGS && (this.#unsteady === 0 || this.#unsteady > MOST_UNSTEADY);
  }

  /** What lies between rendering and hearing as far as it is told, ms; null before the first reading. */
  get latencyMs(): number | null {
    const rendered = median(this.#rendered);
    if (rendered === null) return null;
    const heard = median(this.#heard);
    const shownMs = heard === null ? null : rendered - heard;
    const isShown = shownMs !== null && shownMs >= 0 && shownMs <= MAX_LATENCY_MS;
    if (!isShown) return this.#toldMs ?? 0;
    return this.#toldMs !== null && this.#toldMs > shownMs + FORGOTTEN_MS ? this.#toldMs : shownMs;
  }

  /** What to render for so that it is heard at this moment of our own clock; null before the first reading. */
  contextMs(localMs: number): number | null {
    const rendered = median(this.#rendered);
    const { latencyMs } = this;
    return rendered === null || latencyMs === null ? null : localMs + rendered - latencyMs;
  }

  #isSteady(): boolean {
    const last = this.#heard.slice(-STEADY_READINGS);
    return Math.max(...last) - Math.min(...last) <= STEADY_MS; // of none: -Infinity; what isn't told can't be unsteady
  }
}

function append(readings: readonly number[], reading: number): readonly number[] {
  return [...readings.slice(1 - WINDOW), reading];
}

/** Null of none. */
function median(readings: readonly number[]): number | null {
  const sorted = readings.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  return lower === undefined || upper === undefined ? null : (lower + upper) / 2;
}
