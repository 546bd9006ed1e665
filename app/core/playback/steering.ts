/** Holds a moving playhead on its line: measures, changes the rate, and says when only a jump helps. */
import type { MediaSink } from "../ports.ts";
import { DRIFT_SEEK_MS, DRIFT_START_PHASE_MS } from "../tunables.ts";
import { decideDrift, Steadiness } from "./drift.ts";
import type { LatencyEstimate } from "./latency.ts";

export class Steering {
  readonly #sink: Pick<MediaSink, "setPlaybackRate">;
  readonly #steadiness = new Steadiness();
  #rate = 1;
  #sinceMs = 0;
  #learning: LatencyEstimate | null = null;
  #lastSeekMs = -Infinity;
  #seeksInVain = 0;

  constructor(sink: Pick<MediaSink, "setPlaybackRate">) {
    this.#sink = sink;
  }

  /** The playhead began to move. @param learning whose error the first steady measurement tells */
  begin(nowMs: number, learning: LatencyEstimate | null): void {
    this.#steadiness.reset();
    this.#sinceMs = nowMs;
    this.#learning = learning;
  }

  /** Returns "seek" when the error is to be jumped over, "settled" when the start went well, else "fine". */
  steer(driftMs: number, nowMs: number): "fine" | "settled" | "seek" {
    const sinceStartMs = nowMs - this.#sinceMs;
    const isSteady = this.#steadiness.observe(driftMs, nowMs);
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
      rate: this.#rate,
      sinceSeekMs: nowMs - this.#lastSeekMs,
      seeksInVain: this.#seeksInVain,
    });
    if (decision.kind === "rate") this.#setRate(decision.rate);
    if (decision.kind === "seek") return "seek";
    return isSettled ? "settled" : "fine";
  }

  /** The advised seek was made. */
  sought(nowMs: number): void {
    this.#lastSeekMs = nowMs;
    this.#seeksInVain += 1;
  }

  /** Back to the natural rate: the playhead stops or jumps. */
  release(): void {
    this.#setRate(1);
  }

  #setRate(rate: number): void {
    if (rate === this.#rate) return;
    this.#rate = rate;
    this.#sink.setPlaybackRate(rate);
  }
}
