/** A bounded memory of what happened, for Diagnostics. The oldest go first. */
import { FLIGHT_RECORDER_EVENTS } from "../tunables.ts";

export interface RecordedEvent {
  /** The local clock's reading, ms. */
  readonly atMs: number;
  readonly kind: string;
  readonly [detail: string]: unknown;
}

export class FlightRecorder {
  readonly #nowMs: () => number;
  #events: RecordedEvent[] = [];

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  record(kind: string, details: Readonly<Record<string, unknown>> = {}): void {
    this.#events.push({ ...details, atMs: Math.round(this.#nowMs()), kind });
    // Trimmed in halves, so that each event is moved at most once on average.
    if (this.#events.length > FLIGHT_RECORDER_EVENTS * 2) this.#events = this.#events.slice(-FLIGHT_RECORDER_EVENTS);
  }

  events(): readonly RecordedEvent[] {
    return this.#events.slice(-FLIGHT_RECORDER_EVENTS);
  }
}
