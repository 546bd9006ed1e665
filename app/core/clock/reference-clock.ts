/**
 * The jam's time on this device. While the server is heard it is the server's monotonic clock; while it isn't, that of
 * the member whom all follow, within what the server's last words make certain. Corrections are spread, because music
 * follows this clock. It knows nothing of sockets: it is fed samples and asked for times.
 */
import { CLOCK_DISBELIEF_MS, CLOCK_JUMP_MS, CLOCK_MAX_SKEW, CLOCK_PEER_MAX_SKEW } from "../tunables.ts";
import { clamp, gapMs, readingOf } from "./clock-reading.ts";
import type { Bounds, ClockReading, ClockSample } from "./clock-reading.ts";
import { SampledClock } from "./sampled-clock.ts";
import type { Belief } from "./sampled-clock.ts";
import { Slew } from "./slew.ts";

/** Whom the time comes from; "own": nobody is heard, our quartz runs on. */
export type TimeFrom = "server" | "peers" | "own";

/** Nulls before the first reading; `rttMs` is null while there is only a rough one. */
export interface ClockEstimate {
  /** Reference time minus local time. */
  readonly offsetMs: number | null;
  readonly rttMs: number | null;
  /** The true offset is no further away than this: from the server's clock, or (`from` "peers") from that of who is followed. */
  readonly uncertaintyMs: number | null;
  readonly from: TimeFrom;
}

/** "leading": neighbours follow us, so that our own line is the jam's time. */
type Mode = "server" | "following" | "leading" | "own";

/** While so few samples are known, nobody plays yet: every improvement is taken at once. */
const SETTLING_SAMPLES = 6;

export class ReferenceClock {
  #server = new SampledClock(CLOCK_MAX_SKEW);
  /** The time of whom we follow, or followed until nobody was left. */
  #followed: SampledClock | null = null;
  #mode: Mode = "own";
  readonly #slew = new Slew();
  #samples = 0;
  #isDoubtful = false;

  /** The server is heard, and tells this very time. */
  get isServed(): boolean {
    return this.#mode === "server" && !this.#isDoubtful;
  }

  get isKnown(): boolean {
    return this.#belief(0) !== null;
  }

  /** Since it last knew nothing. */
  get sampleCount(): number {
    return this.#samples;
  }

  /** From a message that merely carried the server's time. */
  addRoughReading(referenceMs: number, receivedMs: number): void {
    this.#change(receivedMs, false, () => {
      if (this.#server.addRough(referenceMs - receivedMs, receivedMs)) this.#forgetAllBut(this.#server);
    });
  }

  /** From the server. */
  addSample(sample: ClockSample): void {
    const wasAmongPeers = this.#mode === "following" || this.#mode === "leading";
    this.#change(sample.receivedMs, wasAmongPeers, () => {
      if (this.#server.add(readingOf(sample), sample.receivedMs) > CLOCK_JUMP_MS) this.#samples = 0;
      this.#followed = null;
      this.#mode = "server";
      this.#isDoubtful = false;
      this.#samples += 1;
    });
  }

  /** Nobody tells the time until somebody is followed. */
  serverLost(): void {
    if (this.#mode === "server") this.#mode = "own";
  }

  /** The device may have slept: from now on others know better, whatever was certain before. */
  doubt(): void {
    this.#isDoubtful = true;
  }

  /**
   * Whether what a neighbour says can be true. While we doubt ourselves and can't both be right, it's we who are wrong,
   * and know nothing any more.
   */
  believes(reading: ClockReading, nowMs: number): boolean {
    const known: Bounds | null = this.#server.at(nowMs) ?? this.#belief(nowMs);
    if (known && gapMs(known, reading) > (this.#isDoubtful ? CLOCK_JUMP_MS : CLOCK_DISBELIEF_MS)) {
      if (!this.#isDoubtful) return false;
      this.#forgetAllBut((this.#server = new SampledClock(CLOCK_MAX_SKEW)));
    }
    this.#isDoubtful = false;
    return true;
  }

  /**
   * Takes the time from a neighbour.
   * @param isNewSource another one than before
   * @param isNewRoot and everybody begins to follow somebody else
   */
  follow(reading: ClockReading, nowMs: number, isNewSource: boolean, isNewRoot: boolean): void {
    this.#change(nowMs, isNewRoot, () => {
      if (isNewSource || isNewRoot || !this.#followed) this.#followed = new SampledClock(CLOCK_PEER_MAX_SKEW);
      this.#followed.add(reading, nowMs);
      this.#mode = "following";
      this.#samples += 1;
    });
  }

  /** Nobody better is there: our line runs on as it does. @param isAlone nobody at all is there */
  runOn(isAlone: boolean): void {
    if (this.#mode !== "server") this.#mode = isAlone ? "own" : "leading";
  }

  /** What a neighbour may know: the time as we believe it, and how far it may be from what all follow. */
  tell(localMs: number): { readonly referenceMs: number; readonly errorMs: number } | null {
    const belief = this.#isDoubtful || this.#samples === 0 ? null : this.#belief(localMs);
    if (!belief) return null;
    const isRoot = this.#mode === "leading" || this.#mode === "own";
    return { referenceMs: localMs + belief.offsetMs, errorMs: isRoot ? 0 : reachMs(belief.offsetMs, belief) };
  }

  /** Null before the first reading. */
  referenceMs(localMs: number): number | null {
    const offsetMs = this.#shownOffsetMs(localMs);
    return offsetMs === null ? null : localMs + offsetMs;
  }

  /** When the local clock will show (or showed) this reference time; null before the first reading. */
  localMs(referenceMs: number): number | null {
    // The offset changes by 0.5 % of elapsed time at most, so each round leaves 1/200 of the error.
    let offsetMs = this.#belief(0)?.offsetMs ?? null;
    for (let round = 0; round < 6 && offsetMs !== null; round++) offsetMs = this.#shownOffsetMs(referenceMs - offsetMs);
    return offsetMs === null ? null : referenceMs - offsetMs;
  }

  estimate(localMs: number): ClockEstimate {
    const from = this.#mode === "server" || this.#mode === "own" ? this.#mode : "peers";
    const belief = this.#belief(localMs);
    const offsetMs = this.#shownOffsetMs(localMs);
    if (!belief || offsetMs === null) return { offsetMs: null, rttMs: null, uncertaintyMs: null, from };
    return { offsetMs, rttMs: (this.#followed ?? this.#server).rttMs, uncertaintyMs: reachMs(offsetMs, belief), from };
  }

  #change(nowMs: number, isCommon: boolean, change: () => void): void {
    const shownMs = this.#shownOffsetMs(nowMs);
    change();
    const belief = this.#belief(nowMs);
    if (shownMs === null || !belief || this.#samples <= SETTLING_SAMPLES) this.#slew.stop();
    else this.#slew.begin(shownMs - belief.offsetMs, nowMs, isCommon);
  }

  #forgetAllBut(server: SampledClock): void {
    this.#server = server;
    this.#followed = null;
    this.#samples = 0;
  }

  /** Bounds are those of whatever all follow: of our own line, where it is that. */
  #belief(localMs: number): Belief | null {
    const server = this.#server.at(localMs);
    const followed = this.#followed?.at(localMs) ?? null;
    if (!followed) return server && this.#mode === "leading" ? exactly(server.offsetMs) : server;
    // Nobody can push us beyond what the server made certain.
    const offsetMs = server ? clamp(followed.offsetMs, server) : followed.offsetMs;
    if (this.#mode === "leading") return exactly(offsetMs);
    return { ...(this.#mode === "own" && server ? server : followed), offsetMs };
  }

  #shownOffsetMs(localMs: number): number | null {
    const belief = this.#belief(localMs);
    return belief && belief.offsetMs + this.#slew.remainingMs(localMs);
  }
}

function exactly(offsetMs: number): Belief {
  return { offsetMs, lowMs: offsetMs, highMs: offsetMs };
}

/** How far the farther of the bounds is. */
function reachMs(offsetMs: number, { lowMs, highMs }: Bounds): number {
  return Math.max(highMs - offsetMs, offsetMs - lowMs);
}
