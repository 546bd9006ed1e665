/**
 * From our own clock to an audio context's: what is to be heard at a given moment has to be rendered for which context
 * time? Browsers tell it in two ways, and not all tell both rightly: `getOutputTimestamp` says which frame leaves the
 * hardware when (Chromium: the latency that the device tells is in it), and `outputLatency` says by how much what is heard
 * lags behind what is rendered. Where the second tells of clearly more than the first knows of, the first has forgotten
 * the device (a timestamp may end at the browser's own buffer, as Firefox's does).
 *
 * What the sound system tells is right to some tenths of a millisecond while it is calm, and wanders by ten and more for
 * some seconds after a busy machine stumbled, while the samples go on evenly (`bench sync`). So calm words count at once,
 * and of others the median of a long memory; and only a change that comes at once is taken for one: the device had nothing
 * to play.
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

/** Context time minus our own, of what is rendered and of what is heard. */
interface Offsets {
  readonly atMs: number;
  readonly renderedMs: number;
  readonly heardMs: number | null;
  readonly toldMs: number | null;
}

interface Level extends Offsets {
  readonly spreadMs: number;
}

/** What is remembered, ms: longer than the sound system's word takes to come right again. */
const MEMORY_MS = 30_000;
/** Readings of so long, ms ... */
const CALM_MS = 3_000;
/** ... that lie within this, ms, are calm: two quartzes may part by a third of it meanwhile. */
const CALM_SPREAD_MS = 2;
/** Fewer readings don't show it. */
const CALM_READINGS = 8;
/** `currentTime` moves in blocks: this share of what is read is older than the freshest that one can hope to read. */
const FRESH_SHARE = 0.9;
/** At either end so many readings count for nothing in how certain the rest is. */
const FEW_SHARE = 0.1;
/** Longer than this is no latency, ms (AirPlay takes 2 s). */
const MAX_LATENCY_MS = 3_000;
/** A told latency counts from this much more on than what timestamps show, ms: both are coarse (8 and 10 ms in Chromium). */
const FORGOTTEN_MS = 25;

/** What is heard has moved at once by more than this, ms, beyond where it lately was: no wandering does. */
const STEP_MS = 8;
const LATELY_READINGS = 10;
/** So many readings in a row have to agree ... */
const STEADY_READINGS = 4;
/** ... within this, ms: less than an ear can tell from two clicks at once. */
const STEADY_MS = 4;
/** So many in a row that don't are how this browser is. */
const MOST_UNSTEADY = 12;

export class OutputClock {
  #memory: readonly Offsets[] = [];
  /** What was heard since it seems to have made a step. */
  #astray: readonly number[] = [];
  #level: Level | null = null;
  #lastRenderedMs: number | null = null;
  #unsteady = 0;

  /** After a stop the context's clock has stood still. */
  reset(): void {
    this.#memory = [];
    this.#astray = [];
    this.#level = null;
    this.#lastRenderedMs = null;
    this.#unsteady = 0;
  }

  /** Returns false for a clock that stands still (a device that is about to start, or is busy): it says nothing. */
  add({ nowMs, renderedMs, heard, latencyMs }: OutputReading): boolean {
    const isRunning = this.#lastRenderedMs !== null && renderedMs > this.#lastRenderedMs;
    this.#lastRenderedMs = renderedMs;
    if (!isRunning) return false;
    const isLatency = latencyMs !== null && latencyMs > 0 && latencyMs <= MAX_LATENCY_MS;
    const reading: Offsets = {
      atMs: nowMs,
      renderedMs: renderedMs - nowMs,
      heardMs: heard && heard.contextMs > 0 && heard.atMs > 0 ? heard.contextMs - heard.atMs : null,
      toldMs: isLatency ? latencyMs : null,
    };
    if (this.#isAstray(reading)) {
      this.#unsteady += 1;
      return true;
    }
    this.#memory = [...this.#memory.filter(({ atMs }) => nowMs - atMs < MEMORY_MS), reading];
    this.#unsteady = this.#isSteady() ? 0 : this.#unsteady + 1;
    this.#level = this.#judge(nowMs);
    return true;
  }

  /** What it says can be played by. A device that starts or has just broken off says what will not be true. */
  get isReady(): boolean {
    return this.#memory.length >= STEADY_READINGS && (this.#unsteady === 0 || this.#unsteady > MOST_UNSTEADY);
  }

  /** What lies between rendering and hearing as far as it is told, ms; null before the first reading. */
  get latencyMs(): number | null {
    if (!this.#level) return null;
    const { renderedMs, heardMs, toldMs } = this.#level;
    const shownMs = heardMs === null ? null : renderedMs - heardMs;
    const isShown = shownMs !== null && shownMs >= 0 && shownMs <= MAX_LATENCY_MS;
    if (!isShown) return toldMs ?? 0;
    return toldMs !== null && toldMs > shownMs + FORGOTTEN_MS ? toldMs : shownMs;
  }

  /** What to render for so that it is heard at this moment of our own clock; null before the first reading. */
  contextMs(localMs: number): number | null {
    const { latencyMs } = this;
    return this.#level === null || latencyMs === null ? null : localMs + this.#level.renderedMs - latencyMs;
  }

  /** How far the sound system's words about the moment differ, to either side, ms. */
  get uncertaintyMs(): number {
    return this.#level?.spreadMs ?? 0;
  }

  /** A reading beyond a step is left out until others agree with it; then everything remembered makes that step, too. */
  #isAstray({ heardMs }: Offsets): boolean {
    const lately = heardOf(this.#memory.slice(-LATELY_READINGS));
    const isNear = heardMs === null || (heardMs <= Math.max(...lately) + STEP_MS && heardMs >= Math.min(...lately) - STEP_MS);
    if (isNear || lately.length === 0) {
      this.#astray = [];
      return false;
    }
    this.#astray = [...this.#astray, heardMs].slice(-STEADY_READINGS);
    if (this.#astray.length < STEADY_READINGS || !agree(this.#astray)) return true;
    const stepMs = heardMs - (lately.at(-1) ?? heardMs);
    this.#memory = this.#memory.map((each) => ({
      ...each,
      renderedMs: each.renderedMs + stepMs,
      heardMs: each.heardMs === null ? null : each.heardMs + stepMs,
    }));
    this.#astray = [];
    return false;
  }

  #isSteady(): boolean {
    return agree(heardOf(this.#memory.slice(-STEADY_READINGS)));
  }

  #judge(nowMs: number): Level | null {
    const renderedMs = quantile(
      this.#memory.map((each) => each.renderedMs),
      FRESH_SHARE,
    );
    if (renderedMs === null) return null;
    const recent = heardOf(this.#memory.filter(({ atMs }) => nowMs - atMs <= CALM_MS));
    const isCalm = recent.length >= CALM_READINGS && spreadOf(recent) <= CALM_SPREAD_MS / 2;
    const heard = isCalm ? recent : heardOf(this.#memory);
    const toldMs = middle(this.#memory.flatMap((each) => (each.toldMs === null ? [] : [each.toldMs])));
    return { atMs: nowMs, renderedMs, heardMs: middle(heard), toldMs, spreadMs: spreadOf(heard) };
  }
}

function heardOf(memory: readonly Offsets[]): readonly number[] {
  return memory.flatMap(({ heardMs }) => (heardMs === null ? [] : [heardMs]));
}

/** Half of what most of them lie within. */
function spreadOf(values: readonly number[]): number {
  return ((quantile(values, 1 - FEW_SHARE) ?? 0) - (quantile(values, FEW_SHARE) ?? 0)) / 2;
}

/** Of none: yes; what isn't told can't disagree. */
function agree(values: readonly number[]): boolean {
  return Math.max(...values) - Math.min(...values) <= STEADY_MS;
}

function middle(values: readonly number[]): number | null {
  return quantile(values, 0.5);
}

/** The value that this share of them doesn't exceed; null of none. */
function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const [lower, upper] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return lower === undefined || upper === undefined ? null : lower + (upper - lower) * (place - Math.floor(place));
}
