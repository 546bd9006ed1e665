/**
 * Keeps the jam on one time without the server: asks neighbours, follows the one that is best (clock-offers.ts), and
 * tells others. While the server is heard it asks nobody anything.
 */
import type { ClockId, PeerId } from "../ids.ts";
import type { Cancel, Clock, Lane, LinkTransport } from "../ports.ts";
import { TokenBucket } from "../token-bucket.ts";
import { CLOCK_DISBELIEF_MS, CLOCK_ROOT_LOST_MS, CLOCK_SURVEY_MS, CLOCK_TELLS } from "../tunables.ts";
import { CLOCK_LANE, decodeClockMessage, encodeClockMessage } from "../wire/clock-messages.ts";
import type { ClockMessage, ClockTell } from "../wire/clock-messages.ts";
import { chooseOffer, isFresh } from "./clock-offers.ts";
import type { ClockOffer, Following } from "./clock-offers.ts";
import { readingOf } from "./clock-reading.ts";
import { nextProbeDelayMs } from "./probing.ts";
import type { ReferenceClock } from "./reference-clock.ts";

/** The clock that the jam's times are on, and what this device knows of it. */
export interface JamTime {
  readonly clockId: ClockId;
  readonly referenceClock: ReferenceClock;
}

export interface ClockExchangeOptions {
  readonly selfId: PeerId;
  readonly clock: Clock;
  readonly links: Pick<LinkTransport, "send">;
  hostId(): PeerId | null;
  /** Null before anything is known of the jam. */
  jamTime(): JamTime | null;
}

interface Neighbour {
  /** Asked and not answered, by number: when. */
  readonly asked: Map<number, number>;
  readonly tells: TokenBucket;
  offer: ClockOffer | null;
}

/** Asks that a neighbour leaves unanswered are forgotten from this one on. */
const MAX_UNANSWERED = 4;

export class ClockExchange {
  readonly #options: ClockExchangeOptions;
  /** Open links. */
  readonly #neighbours = new Map<PeerId, Neighbour>();
  #following: Following | null = null;
  /** Which clock all of this is about. */
  #clockId: ClockId | null = null;
  #asks = 0;
  /** Of whom we follow, since we began to. */
  #probes = 0;
  #probeAtMs = Infinity;
  #surveyAtMs = -Infinity;
  /** Since the last change of what is followed. */
  #surveys = 0;
  #cancelLook: Cancel = () => {};

  constructor(options: ClockExchangeOptions) {
    this.#options = options;
  }

  opened(peerId: PeerId): void {
    const { burst, perSecond } = CLOCK_TELLS;
    this.#neighbours.set(peerId, { asked: new Map(), tells: new TokenBucket(perSecond / 1000, burst), offer: null });
    if (this.#neededTime() && this.#surveyAtMs > this.#nowMs) this.#ask(peerId);
    this.look();
  }

  closed(peerId: PeerId): void {
    this.#neighbours.delete(peerId);
    if (this.#following?.source !== peerId) return;
    this.#following = { ...this.#following, source: null };
    this.askAll();
  }

  /** The server came or went, the jam has another clock, or the device may have slept: everybody is asked at once. */
  askAll(): void {
    this.#forgetOffers();
    this.look();
  }

  /** False, with nothing done, for anything but a valid message about the time. */
  receive(from: PeerId, lane: Lane, bytes: Uint8Array): boolean {
    const nowMs = this.#nowMs;
    const message = decodeClockMessage(lane, bytes);
    if (!message) return false;
    const neighbour = this.#neighbours.get(from);
    if (message.kind === "ask") this.#tell(from, message.number, nowMs);
    else if (neighbour) this.#hear(from, neighbour, message, nowMs);
    return true;
  }

  stop(): void {
    this.#cancelLook();
    this.#neighbours.clear();
  }

  /** Asks whoever is due, and comes back for the next. */
  look(): void {
    this.#cancelLook();
    const time = this.#neededTime();
    if (!time || this.#neighbours.size === 0) {
      time?.referenceClock.runOn(true);
      return;
    }
    const nowMs = this.#nowMs;
    if (this.#surveyAtMs <= nowMs) {
      this.#surveyAtMs = nowMs + Math.min(CLOCK_SURVEY_MS, 1000 * 2 ** this.#surveys++);
      for (const peerId of this.#neighbours.keys()) this.#ask(peerId);
      this.#choose(time, null, nowMs); // whom we followed may be lost, and nobody say so
    }
    const source = this.#following?.source;
    if (source && this.#probeAtMs <= nowMs) {
      this.#ask(source);
      this.#probes += 1;
      this.#probeAtMs = nowMs + nextProbeDelayMs(this.#probes);
    }
    const nextMs = Math.min(this.#surveyAtMs, source ? this.#probeAtMs : Infinity);
    this.#cancelLook = this.#options.clock.schedule(nextMs - nowMs, () => this.look());
  }

  /** Null while the server tells the time. */
  #neededTime(): JamTime | null {
    const time = this.#options.jamTime();
    const isNeeded = time !== null && !time.referenceClock.isServed;
    if (!isNeeded || time.clockId !== this.#clockId) {
      this.#following = null;
      this.#forgetOffers();
      this.#clockId = isNeeded ? time.clockId : null;
    }
    return isNeeded ? time : null;
  }

  #forgetOffers(): void {
    for (const neighbour of this.#neighbours.values()) neighbour.offer = null;
    this.#surveyAtMs = -Infinity;
    this.#surveys = 0;
  }

  #ask(peerId: PeerId): void {
    const neighbour = this.#neighbours.get(peerId);
    if (!neighbour) return;
    const number = this.#asks++ % 2 ** 32;
    if (!this.#send(peerId, { kind: "ask", number })) return;
    neighbour.asked.set(number, this.#nowMs);
    const [oldest] = neighbour.asked.keys();
    if (neighbour.asked.size > MAX_UNANSWERED && oldest !== undefined) neighbour.asked.delete(oldest);
  }

  #tell(to: PeerId, number: number, nowMs: number): void {
    const tells = this.#neighbours.get(to)?.tells;
    const time = this.#options.jamTime();
    const told = time?.referenceClock.tell(nowMs);
    if (!tells || !time || !told || tells.waitMs(1, nowMs) > 0) return;
    tells.spend(1, nowMs);
    const { root, bornMs } = this.#descent(time, told.referenceMs);
    this.#send(to, { kind: "tell", number, clockId: time.clockId, ...told, root, bornMs });
  }

  /** Whose time ours is. A root that nobody has heard of for long is none: then it is our own. */
  #descent({ referenceClock }: JamTime, referenceMs: number): Pick<Following, "root" | "bornMs"> {
    if (referenceClock.isServed) return { root: null, bornMs: referenceMs };
    const following = this.#following;
    if (following && referenceMs - following.bornMs <= CLOCK_ROOT_LOST_MS) return following;
    return { root: this.#options.selfId, bornMs: referenceMs };
  }

  #hear(from: PeerId, neighbour: Neighbour, tell: ClockTell, nowMs: number): void {
    const sentMs = neighbour.asked.get(tell.number);
    neighbour.asked.delete(tell.number);
    const time = this.#neededTime();
    if (sentMs === undefined || !time || tell.clockId !== time.clockId) return;
    const { referenceMs, errorMs, root, bornMs } = tell;
    const sample = { sentMs, receivedReferenceMs: referenceMs, answeredReferenceMs: referenceMs, receivedMs: nowMs };
    const reading = readingOf(sample, errorMs);
    neighbour.offer = null;
    if (bornMs > referenceMs + CLOCK_DISBELIEF_MS || !time.referenceClock.believes(reading, nowMs)) return;
    neighbour.offer = { peerId: from, root, bornMs, ageMs: referenceMs - bornMs, atMs: nowMs, reading };
    // Whom we follow has itself lost whom it followed.
    if (from === this.#following?.source && root !== this.#following.root) this.#following = null;
    this.#choose(time, from, nowMs);
    if (this.#probeAtMs <= nowMs) this.look();
  }

  /** @param from who has just told us the time */
  #choose(time: JamTime, from: PeerId | null, nowMs: number): void {
    const { selfId, hostId } = this.#options;
    const { referenceClock } = time;
    const told = referenceClock.tell(nowMs);
    const before = told && { source: null, ...this.#following, ...this.#descent(time, told.referenceMs) };
    const offers = [...this.#neighbours.values()].flatMap(({ offer }) => offer ?? []).filter((offer) => isFresh(offer, nowMs));
    const chosen = chooseOffer(offers, { selfId, hostId: hostId(), following: before });
    if (!chosen) {
      if (before?.root !== selfId) return; // somebody newer will say where it is
      this.#following = null;
      return referenceClock.runOn(offers.length === 0);
    }
    const isNewSource = chosen.peerId !== before?.source;
    this.#following = { root: chosen.root, bornMs: chosen.bornMs, source: chosen.peerId };
    if (!isNewSource && chosen.peerId !== from) return;
    referenceClock.follow(chosen.reading, nowMs, isNewSource, chosen.root !== before?.root);
    if (!isNewSource) return;
    this.#probes = 0;
    this.#probeAtMs = nowMs;
  }

  #send(to: PeerId, message: ClockMessage): boolean {
    return this.#options.links.send(to, CLOCK_LANE, encodeClockMessage(message));
  }

  get #nowMs(): number {
    return this.#options.clock.nowMs();
  }
}
