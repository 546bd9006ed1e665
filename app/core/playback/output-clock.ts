/**
 * From our own clock to an audio context's: what is to be heard at a given moment has to be rendered for which context
 * time? Two things are kept apart, because one of them can be relied on. How many frames the device has taken by when is
 * counted, and runs evenly but for the moments at which the device had nothing to play; a second or two of it is known to
 * half a millisecond. By how much what is heard lags behind that is only told (output-lag.ts), but doesn't change.
 *
 * Browsers tell it in two ways, and not all tell both rightly: `getOutputTimestamp` says which frame leaves the hardware
 * when (Chromium: at the moment at which the device last took frames; the latency that the device tells is in it), and
 * `outputLatency` says by how much what is heard lags behind what is rendered. Where the second tells of clearly more than
 * the first knows of, the first has forgotten the device (a timestamp may end at the browser's own buffer).
 */
import { COUNT_MS, OutputLag } from "./output-lag.ts";
import { quantile, trimmedMean } from "./statistics.ts";

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

/** Context time minus our own. */
interface Offsets {
  readonly atMs: number;
  /** Of what is rendered, now and when the device last took some. */
  readonly renderedMs: number;
  readonly countedMs: number;
  readonly toldMs: number | null;
}

/** `currentTime` moves in blocks: this share of what is read is older than the freshest that one can hope to read. */
const FRESH_SHARE = 0.9;
/** At either end so many readings count for nothing. */
const FEW_SHARE = 0.1;
/** Nothing is heard as soon as this after it was rendered, ms. */
const NO_LATENCY_MS = 0.5;
/** Longer than this is no latency, ms (AirPlay takes 2 s). */
const MAX_LATENCY_MS = 3_000;
/** A told latency counts from this much more on than what timestamps show, ms: both are coarse (8 and 10 ms in Chromium). */
const FORGOTTEN_MS = 25;

/** So many readings show where the count is ... */
const LATEST = 6;
/** ... but for a stray one at either end ... */
const STRAY_SHARE = 1 / LATEST;
/** ... when they lie within this, ms: twice what they do where all is well. */
const STEADY_MS = 20;
/** So many in a row that don't are how this browser is. */
const MOST_UNSTEADY = 12;
/** They are on another line when their mean is off by so much, ms, and by this share of what the others lie within. */
const STEP_MS = 8;
const STEP_SHARE = 0.75;

export class OutputClock {
  readonly #lag = new OutputLag();
  #readings: readonly Offsets[] = [];
  #lastRenderedMs: number | null = null;
  #isTold = false;
  #unsteady = 0;
  #countedMs: number | null = null;

  /** @param lagMs `learnedLagMs` of an earlier stream of this kind on this device; to be told before the first reading */
  remember(lagMs: number): void {
    this.#lag.remember(lagMs);
  }

  /** The page has opened: what was told of the lag meanwhile is worth little. */
  forget(): void {
    this.#lag.forget();
  }

  /** By how much what is heard lags behind the frames counted, where that is known for sure, ms. */
  get learnedLagMs(): number | null {
    return this.#isTold ? this.#lag.learnedMs : null;
  }

  /** After a stop the context's clock has stood still; the device is the same. */
  reset(): void {
    this.#follow([]);
    this.#lastRenderedMs = null;
    this.#unsteady = 0;
    this.#countedMs = null;
  }

  /** Returns false for a clock that stands still (a device that is about to start, or is busy): it says nothing. */
  add({ nowMs, renderedMs, heard, latencyMs }: OutputReading): boolean {
    const isRunning = this.#lastRenderedMs !== null && renderedMs > this.#lastRenderedMs;
    this.#lastRenderedMs = renderedMs;
    if (!isRunning) return false;
    const isTold = heard !== null && heard.contextMs > 0 && heard.atMs > 0 && !tellsNothing(heard, renderedMs - nowMs);
    if (!isTold && this.#isTold) return true; // one that is missing among others
    if (isTold && !this.#isTold) this.#follow([]); // they were counted by another clock
    this.#isTold = isTold;
    const isLatency = latencyMs !== null && latencyMs > 0 && latencyMs <= MAX_LATENCY_MS;
    const reading: Offsets = {
      atMs: nowMs,
      renderedMs: renderedMs - nowMs,
      countedMs: renderedMs - (isTold ? heard.atMs : nowMs),
      toldMs: isLatency ? latencyMs : null,
    };
    this.#readings = [...this.#readings.filter(({ atMs }) => nowMs - atMs < COUNT_MS), reading];
    if (this.#hasStepped()) this.#follow(this.#readings.slice(-LATEST));
    this.#unsteady = this.#isSteady() ? 0 : this.#unsteady + 1;
    this.#countedMs = trimmedMean(countsOf(this.#readings), FEW_SHARE);
    if (isTold && this.#countedMs !== null && (this.#unsteady === 0 || this.#unsteady > MOST_UNSTEADY)) {
      this.#lag.add(nowMs, this.#countedMs, heard.contextMs - heard.atMs);
    }
    return true;
  }

  /** What it says can be played by. A device that starts or has just broken off says what will not be true. */
  get isReady(): boolean {
    return this.#readings.length >= LATEST && (this.#unsteady === 0 || this.#unsteady > MOST_UNSTEADY);
  }

  /** What lies between rendering and hearing as far as it is told, ms; null before the first reading. */
  get latencyMs(): number | null {
    const renderedMs = this.#renderedMs();
    if (renderedMs === null || this.#countedMs === null) return null;
    const toldMs = quantile(
      this.#readings.flatMap((each) => each.toldMs ?? []),
      0.5,
    );
    const shownMs = this.#lag.ms === null ? null : renderedMs - this.#countedMs + this.#lag.ms;
    const isShown = shownMs !== null && shownMs >= 0 && shownMs <= MAX_LATENCY_MS;
    if (!isShown) return toldMs ?? 0;
    return toldMs !== null && toldMs > shownMs + FORGOTTEN_MS ? toldMs : shownMs;
  }

  /** What to render for so that it is heard at this moment of our own clock; null before the first reading. */
  contextMs(localMs: number): number | null {
    const { latencyMs } = this;
    const renderedMs = this.#renderedMs();
    return renderedMs === null || latencyMs === null ? null : localMs + renderedMs - latencyMs;
  }

  /** How far the sound system's words about the moment differ, to either side, ms; or what is read, where it has none. */
  get uncertaintyMs(): number {
    return this.#isTold ? this.#lag.uncertaintyMs : widthOf(countsOf(this.#readings)) / 2;
  }

  /** A latency that is told alone is that of the middle of what is read, in blocks or not. */
  #renderedMs(): number | null {
    if (!this.#isTold) return this.#countedMs;
    return quantile(
      this.#readings.map((each) => each.renderedMs),
      FRESH_SHARE,
    );
  }

  /** The device had nothing to play for a moment, or caught up: the latest frames are counted on a line of their own. */
  #hasStepped(): boolean {
    const [latest, before] = [countsOf(this.#readings.slice(-LATEST)), countsOf(this.#readings.slice(0, -LATEST))];
    const [meanMs, beforeMs] = [trimmedMean(latest, STRAY_SHARE), trimmedMean(before, FEW_SHARE)];
    if (meanMs === null || beforeMs === null || before.length < LATEST / 2) return false;
    return Math.abs(meanMs - beforeMs) > Math.max(STEP_MS, STEP_SHARE * widthOf(before));
  }

  /** Leaves the line that was counted until then for the one that these are on. */
  #follow(readings: readonly Offsets[]): void {
    const before = this.#readings.filter((reading) => !readings.includes(reading));
    const beforeMs = trimmedMean(countsOf(before), FEW_SHARE);
    if (beforeMs !== null) this.#lag.interrupt(readings[0]?.atMs ?? Infinity, beforeMs);
    this.#readings = readings;
  }

  #isSteady(): boolean {
    const latest = countsOf(this.#readings.slice(-LATEST));
    return Math.max(...latest) - Math.min(...latest) <= STEADY_MS;
  }
}

/** Firefox takes its latency off both numbers of a timestamp. */
function tellsNothing(heard: NonNullable<OutputReading["heard"]>, renderedMs: number): boolean {
  return Math.abs(heard.contextMs - heard.atMs - renderedMs) < NO_LATENCY_MS;
}

/** What most of them lie within. */
function widthOf(counts: readonly number[]): number {
  return (quantile(counts, 1 - FEW_SHARE) ?? 0) - (quantile(counts, FEW_SHARE) ?? 0);
}

function countsOf(readings: readonly Offsets[]): readonly number[] {
  return readings.map(({ countedMs }) => countedMs);
}
