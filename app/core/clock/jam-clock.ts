/**
 * Which clock the jam's times are on. A server that starts anew has another clock; the jam's documents go on naming the
 * old one until the host moves them over (host-desk.ts), and so long everybody keeps the old one, with the neighbours'
 * help (clock-exchange.ts). Nobody changes to a clock that it doesn't know well, so the change is not heard.
 */
import type { ClockId } from "../ids.ts";
import type { JamTime } from "./clock-exchange.ts";
import type { ClockSample } from "./clock-reading.ts";
import { ReferenceClock } from "./reference-clock.ts";

/** From so many samples on a clock is known well enough to take over from another: a second's worth. */
const READY_SAMPLES = 8;
/**
 * And from so many the host moves everybody over: all that are asked for in quick succession (probing.ts), some 13 s. By
 * then a host who has forgotten the old clock has heard of it from neighbours, if anybody knows it.
 */
const MOVING_SAMPLES = 32;

export class JamClock {
  readonly #clocks = new Map<ClockId, ReferenceClock>();
  /** The one that is followed. */
  #currentId: ClockId | null = null;
  #serverId: ClockId | null = null;
  /** The one that the documents name. */
  #namedId: ClockId | null = null;
  readonly #unknown = new ReferenceClock();

  /** Knows nothing before the first word of the server or of a neighbour. */
  get referenceClock(): ReferenceClock {
    return (this.#currentId && this.#clocks.get(this.#currentId)) ?? this.#unknown;
  }

  get currentId(): ClockId | null {
    return this.#currentId;
  }

  /** The one to be on: of which neighbours are asked while the server doesn't tell it. */
  get wanted(): JamTime | null {
    const clockId = this.#namedId ?? this.#serverId;
    return clockId && { clockId, referenceClock: this.#clock(clockId) };
  }

  /** The server's, known well enough to move the jam's times over to it, where they are on another. */
  get next(): JamTime | null {
    if (!this.#serverId || !this.#namedId || this.#serverId === this.#namedId) return null;
    const referenceClock = this.#clock(this.#serverId);
    return referenceClock.sampleCount >= MOVING_SAMPLES && referenceClock.isServed
      ? { clockId: this.#serverId, referenceClock }
      : null;
  }

  welcomed(clockId: ClockId, referenceMs: number, receivedMs: number): void {
    this.#serverId = clockId;
    this.#clock(clockId).addRoughReading(referenceMs, receivedMs);
    this.settle();
  }

  addSample(sample: ClockSample): void {
    if (this.#serverId) this.#clock(this.#serverId).addSample(sample);
    this.settle();
  }

  serverLost(): void {
    for (const clock of this.#clocks.values()) clock.serverLost();
  }

  /** @param clockId that the documents' times are on; null where they say nothing of it. */
  name(clockId: ClockId | null): void {
    this.#namedId = clockId;
    this.settle();
  }

  /** The device may have slept. */
  doubt(): void {
    for (const clock of this.#clocks.values()) clock.doubt();
  }

  /** Also to be called when a neighbour may have told the time. */
  settle(): void {
    const { wanted } = this;
    if (!wanted) return;
    const isReady = ({ isKnown, sampleCount }: ReferenceClock): boolean =>
      isKnown && (sampleCount >= READY_SAMPLES || !this.referenceClock.isKnown);
    if (isReady(wanted.referenceClock)) this.#currentId = wanted.clockId;
    // Better a clock that is not the one named than none: servers start theirs by the calendar (SG12).
    else if (this.#serverId && this.#currentId !== wanted.clockId && isReady(this.#clock(this.#serverId)))
      this.#currentId = this.#serverId;
    for (const clockId of this.#clocks.keys())
      if (![this.#currentId, this.#serverId, wanted.clockId].includes(clockId)) this.#clocks.delete(clockId);
  }

  #clock(clockId: ClockId): ReferenceClock {
    let clock = this.#clocks.get(clockId);
    if (!clock) this.#clocks.set(clockId, (clock = new ReferenceClock()));
    return clock;
  }
}
