/** Holds a moving playhead on its line: measures, changes the rate, and says when only a jump helps. */
import type { MediaSink } from "../ports.ts";
import { BUSY_TICK_MS, DRIFT_SEEK_MS, DRIFT_START_PHASE_MS, PLAYER_TICK_MS } from "../tunables.ts";
import { decideDrift, isAtRest, restRate, Steadiness } from "./drift.ts";
import type { LatencyEstimate } from "./latency.ts";

/** Share that one look has in the noise: it is known after a second or two. */
const NOISE_SHARE = 0.1;
/** Between two looks the drift cannot stray further by noise alone, ms: more is a break, or the start of a device. */
const MAX_NOISE_MS = 6;

export class Steering {
  readonly #sink: Pick<MediaSink, "setPlaybackRate" | "isPunctual">;
  readonly #steadiness: Steadiness;
  #rate = 1;
  #sinceMs = 0;
  #learning: LatencyEstimate | null = null;
  #last: { readonly driftMs: number; readonly atMs: number } | null = null;
  #noiseMs = 0;
  #lastSeekMs = -Infinity;
  #seeksInVain = 0;

  constructor(sink: Pick<MediaSink, "setPlaybackRate" | "isPunctual">) {
    this.#sink = sink;
    this.#steadiness = new Steadiness(sink.isPunctual);
  }

  /** The playhead began to move. @param learning whose error the first steady measurement tells */
  begin(nowMs: number, learning: LatencyEstimate | null): void {
    this.#steadiness.reset();
    this.#sinceMs = nowMs;
    this.#learning = learning;
  }

  /** Returns "seek" when the error is to be jumped over, "settled" when the start went well, else "fine". */
  steer(driftMs: number, nowMs: number): "fine" | "settled" | "seek" {
    this.#observeNoise(driftMs, nowMs);
    const course = this.#steadiness.observe(driftMs, this.#rate, nowMs);
    if (course === "broke-off") this.#sinceMs = nowMs;
    const sinceStartMs = nowMs - this.#sinceMs;
    const isSteady = course === "steady";
    if (isSteady) {
      this.#learning?.learn(driftMs);
      this.#learning = null;
    }
    const isSettled = sinceStartMs > DRIFT_START_PHASE_MS && Math.abs(driftMs) < DRIFT_SEEK_MS;
    if (isSettled) this.#seeksInVain = 0;
    const decision = decideDrift({
      driftMs,
      sinceStartMs,
      isSteady,
      isPunctual: this.#sink.isPunctual,
      noiseMs: this.#noiseMs,
      rate: this.#rate,
      sinceSeekMs: nowMs - this.#lastSeekMs,
      seeksInVain: this.#seeksInVain,
    });
    if (decision.kind === "rate") this.#setRate(decision.rate);
    if (decision.kind === "seek") return "seek";
    return isSettled ? "settled" : "fine";
  }

  /** When to look next: soon after a start, when every reading tells something new, and when a correction is done. */
  nextLookInMs(nowMs: number): number {
    if (nowMs - this.#sinceMs < DRIFT_START_PHASE_MS) return BUSY_TICK_MS;
    const doneInMs = !this.#last || isAtRest(this.#rate) ? Infinity : Math.abs(this.#last.driftMs / (this.#rate - 1));
    return Math.max(BUSY_TICK_MS, Math.min(PLAYER_TICK_MS, doneInMs));
  }

  /** The advised seek was made. */
  sought(nowMs: number): void {
    this.#lastSeekMs = nowMs;
    this.#seeksInVain += 1;
  }

  /** The line was moved under the playhead: what was observed of the distance between them no longer holds. */
  retarget(): void {
    this.#steadiness.reset();
    this.#last = null;
  }

  /** Back to rest: the playhead is about to start, stops or jumps. */
  release(): void {
    if (!isAtRest(this.#rate) || this.#rate === 1) this.#setRate(restRate(0));
    this.#last = null;
  }

  #observeNoise(driftMs: number, nowMs: number): void {
    const expectedMs = this.#last && this.#last.driftMs + (this.#rate - 1) * (nowMs - this.#last.atMs);
    this.#last = { driftMs, atMs: nowMs };
    const strayMs = expectedMs === null ? Infinity : Math.abs(driftMs - expectedMs);
    if (strayMs <= MAX_NOISE_MS) this.#noiseMs += NOISE_SHARE * (strayMs - this.#noiseMs);
  }

  #setRate(rate: number): void {
    if (rate === this.#rate) return;
    this.#rate = rate;
    this.#sink.setPlaybackRate(rate);
  }
}
