/** What an audio context says of the time that its output is at. */
import type { OutputReading } from "../../core/index.ts";

/**
 * Firefox answers `outputLatency` (and `getOutputTimestamp`, which is built on it) for as long as a stream lasts with what
 * it found when it was first asked (MediaTrackGraphImpl::AudioOutputLatency): asked while the device starts, it is wrong
 * for good. So it is asked once the clock has run evenly for so long, ms ...
 */
const EVEN_FOR_MS = 1_000;
/** ... which is when all readings lie within this, ms: its `currentTime` moves in blocks of up to 12 ms. */
const EVEN_MS = 20;
/** One that never does is asked all the same, ms. */
const PATIENCE_MS = 5_000;

export class OutputReader {
  readonly #context: AudioContext;
  readonly #isAskedOnce: boolean;
  /** Context time minus our own, while the moment to ask is waited for. */
  #offsets: readonly { readonly atMs: number; readonly ms: number }[] = [];
  #sinceMs: number | null = null;
  #latencyMs: number | null = null;

  constructor(context: AudioContext, isAskedOnce = "mozInnerScreenX" in globalThis) {
    this.#context = context;
    this.#isAskedOnce = isAskedOnce;
  }

  /** Of a context that runs; null while it says nothing that will stay true. */
  read(nowMs: number): OutputReading | null {
    if (this.#isAskedOnce) return this.#readOnce(nowMs);
    const { outputLatency } = this.#context;
    // Optional: Firefox before 70 and Safari before 14.1 lack the first, Safari before 18.4 the second.
    const { contextTime, performanceTime } = this.#context.getOutputTimestamp?.() ?? {};
    const isTold = contextTime !== undefined && performanceTime !== undefined;
    return {
      nowMs,
      renderedMs: this.#context.currentTime * 1000,
      heard: isTold ? { contextMs: contextTime * 1000, atMs: performanceTime } : null,
      latencyMs: outputLatency === undefined ? null : outputLatency * 1000,
    };
  }

  #readOnce(nowMs: number): OutputReading | null {
    const renderedMs = this.#context.currentTime * 1000;
    this.#latencyMs ??= this.#ask(nowMs, renderedMs - nowMs);
    return this.#latencyMs === null ? null : { nowMs, renderedMs, heard: null, latencyMs: this.#latencyMs };
  }

  /** What is told is the latency of that moment's block; what is wanted, of the middle of what is read. */
  #ask(nowMs: number, offsetMs: number): number | null {
    this.#sinceMs ??= nowMs;
    this.#offsets = [...this.#offsets.filter(({ atMs }) => nowMs - atMs <= EVEN_FOR_MS), { atMs: nowMs, ms: offsetMs }];
    const offsetsMs = this.#offsets.map(({ ms }) => ms);
    const isEven = Math.max(...offsetsMs) - Math.min(...offsetsMs) <= EVEN_MS;
    const waitedMs = nowMs - this.#sinceMs;
    if (waitedMs < EVEN_FOR_MS || (!isEven && waitedMs < PATIENCE_MS)) return null;
    const middleMs = offsetsMs.reduce((sum, ms) => sum + ms, 0) / offsetsMs.length;
    return this.#context.outputLatency * 1000 + middleMs - offsetMs;
  }
}
