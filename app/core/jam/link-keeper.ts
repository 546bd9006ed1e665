/**
 * Keeps the links that a member should have: opens them to those present, replaces those that break or lead nowhere,
 * refuses what is beyond the bound. How many and to whom is decided in neighbours.ts; this module knows who is there,
 * who was tried, and when to look again. Bytes on links are not its business.
 */
import { chooseNeighbours, countMissingLinks, hasRoomForLink, isFullMesh, isLinkNeeded } from "./neighbours.ts";
import type { PeerId } from "../ids.ts";
import type { Cancel, Clock, LinkTransport, Random } from "../ports.ts";
import type { LinkSignal } from "../signalling/link-signal.ts";
import {
  AIMED_LINKS,
  FULL_REST_MS,
  LINK_OVERDUE_MS,
  NEWCOMER_GRACE_MS,
  PARTIAL_MESH_LINKS,
  REFILL_SPREAD_MS,
  REFUSALS_AT_ONCE,
  REFUSED_DELAY_MS,
  RELINK_DELAY_MS,
  STRETCH_EVERY_MS,
} from "../tunables.ts";

export interface LinkKeeperOptions {
  readonly selfId: PeerId;
  readonly clock: Clock;
  readonly random: Random;
  readonly links: Pick<LinkTransport, "connect" | "close" | "receiveSignal">;
  /** Through the server. */
  sendSignal(to: PeerId, signal: LinkSignal): void;
  isBanned(peerId: PeerId): boolean;
  /** Who is two links away, as far as our neighbours say. */
  nearby(): ReadonlySet<PeerId>;
}

interface Link {
  readonly sinceMs: number;
  /** It was when it was begun. */
  readonly isNeeded: boolean;
  /** Our offer is out, or was when the link opened. */
  isOffered: boolean;
  isOpen: boolean;
}

/** Who is not tried before a certain time; and how long it was left alone, which doubles while nothing comes of it. */
interface Rest {
  readonly untilMs: number;
  readonly delayMs: number;
}

export class LinkKeeper {
  readonly #options: LinkKeeperOptions;
  #hostId: PeerId | null = null;
  /** In the jam as the server last told us, and not banned. Those who left its sight but have a link stay linked. */
  #present = new Set<PeerId>();
  /** In any state. */
  readonly #links = new Map<PeerId, Link>();
  readonly #rests = new Map<PeerId, Rest>();
  /** The last that was made: of a crowd that comes at once, all have the same. */
  #lastRest: Rest = { untilMs: 0, delayMs: 0 };
  /** From when on missing links are opened; null while none is missing. */
  #fillFromMs: number | null = null;
  /** When to open one more, although none is missing; null while there are links enough. */
  #stretchMs: number | null = null;
  /** Since a link last opened. */
  #refusals = 0;
  #isHub = false;
  #look: { readonly atMs: number; readonly cancel: Cancel } | null = null;

  constructor(options: LinkKeeperOptions) {
    this.#options = options;
  }

  /** What plays or comes next was brought by us, so that everyone's music comes from here. */
  setHub(isHub: boolean): void {
    if (isHub === this.#isHub) return;
    this.#isHub = isHub;
    this.#lookAgain();
  }

  /**
   * The server's list upon (re)joining: the newcomer is who offers, so that the others need not guess.
   * @param hostId whose link is wanted first: it is the one that has the music for sure
   */
  welcome(others: readonly PeerId[], hostId: PeerId | null = null): void {
    this.#hostId = hostId;
    this.#present = new Set(others.filter((peerId) => !this.#options.isBanned(peerId)));
    this.#fillFromMs = this.#nowMs;
    this.#fill();
  }

  joined(peerId: PeerId): void {
    if (this.#options.isBanned(peerId)) return;
    this.#present.add(peerId);
    this.#rests.delete(peerId);
    const isSmall = isFullMesh(this.#present.size);
    if (!isSmall && this.#fillFromMs === null) return;
    this.#rest(peerId, NEWCOMER_GRACE_MS, RELINK_DELAY_MS.first / 2);
    if (isSmall || this.#look === null) this.#lookAgain();
  }

  left(peerId: PeerId): void {
    this.#present.delete(peerId);
    this.#rests.delete(peerId);
    // In larger jams it matters only where a link ends with it, and that is told by itself.
    if (isFullMesh(this.#present.size)) this.#lookAgain();
  }

  /** A signal of ours on its way to the server: an offer says whether the link is needed. */
  complete(to: PeerId, signal: LinkSignal): LinkSignal {
    return signal.kind === "offer" ? { ...signal, needed: this.#links.get(to)?.isNeeded ?? true } : signal;
  }

  receiveSignal(from: PeerId, signal: LinkSignal): void {
    const { isBanned, links, sendSignal } = this.#options;
    if (isBanned(from)) return;
    const link = this.#links.get(from);
    if (!link) {
      if (signal.kind !== "offer") return;
      if (!hasRoomForLink(this.#links.size, signal.needed ?? true)) return sendSignal(from, { kind: "refused", reason: "full" });
      this.#begin(from);
    } else if (signal.kind === "refused" && link.isOffered && !link.isOpen) {
      link.isOffered = false;
      this.#refused(from);
    }
    links.receiveSignal(from, signal);
  }

  opened(peerId: PeerId): void {
    // A peer that reloads offers anew while its old link lingers: the old one's end is told after the new one began.
    const link = this.#links.get(peerId) ?? this.#begin(peerId);
    link.isOpen = true;
    this.#refusals = 0;
    this.#rests.delete(peerId);
    if (this.#fillFromMs !== null) this.#lookAgain();
  }

  closed(peerId: PeerId): void {
    this.#links.delete(peerId);
    const previous = this.#rests.get(peerId);
    if (this.#present.has(peerId) && (previous?.untilMs ?? 0) <= this.#nowMs) {
      // Both ends see the link break; were both to try at once they would only collide.
      const haste = this.#options.selfId < peerId ? 1 : 2;
      const delayMs = previous ? previous.delayMs * 2 : RELINK_DELAY_MS.first * haste;
      this.#rest(peerId, Math.min(RELINK_DELAY_MS.max, delayMs));
    }
    this.#lookAgain();
  }

  ban(peerId: PeerId, reason: string): void {
    this.#present.delete(peerId);
    this.#rests.delete(peerId);
    this.#options.links.close(peerId, reason);
  }

  stop(): void {
    this.#present.clear();
    this.#look?.cancel();
    this.#look = null;
    const linked = [...this.#links.keys()];
    this.#links.clear();
    for (const peerId of linked) this.#options.links.close(peerId, "left the jam");
  }

  get #nowMs(): number {
    return this.#options.clock.nowMs();
  }

  #begin(peerId: PeerId): Link {
    const isNeeded = isLinkNeeded(this.#links.size, this.#isHub);
    const link: Link = { sinceMs: this.#nowMs, isNeeded, isOffered: false, isOpen: false };
    this.#links.set(peerId, link);
    return link;
  }

  #rest(peerId: PeerId, forMs: number, delayMs = forMs): void {
    const untilMs = this.#nowMs + forMs;
    const isSame = this.#lastRest.untilMs === untilMs && this.#lastRest.delayMs === delayMs;
    if (!isSame) this.#lastRest = { untilMs, delayMs };
    this.#rests.set(peerId, this.#lastRest);
  }

  /** Somebody else is asked at once; but not the whole jam in one go. */
  #refused(peerId: PeerId): void {
    this.#rest(peerId, FULL_REST_MS, RELINK_DELAY_MS.first / 2);
    this.#refusals++;
    if (this.#refusals <= REFUSALS_AT_ONCE || this.#fillFromMs === null) return;
    const { first, max } = REFUSED_DELAY_MS;
    this.#fillFromMs = this.#nowMs + Math.min(max, first * 2 ** (this.#refusals - REFUSALS_AT_ONCE - 1));
  }

  /** Opens what is missing. */
  #fill(): void {
    const { links, nearby, random } = this.#options;
    const isStretching = this.#stretchMs !== null && this.#stretchMs <= this.#nowMs;
    if (isStretching) this.#stretchMs = null;
    const missing = this.#countMissing(isStretching);
    if (missing > 0) {
      const candidates = [...this.#present].filter((peerId) => this.#isCandidate(peerId));
      const chosen = chooseNeighbours(missing, candidates, nearby(), random);
      const isHost = (peerId: PeerId): boolean => peerId === this.#hostId;
      for (const peerId of [...chosen.filter(isHost), ...chosen.filter((each) => !isHost(each))]) {
        this.#begin(peerId).isOffered = true;
        links.connect(peerId);
      }
    }
    this.#lookAgain();
  }

  #isCandidate(peerId: PeerId): boolean {
    return !this.#links.has(peerId) && (this.#rests.get(peerId)?.untilMs ?? 0) <= this.#nowMs;
  }

  #hasCandidate(): boolean {
    for (const peerId of this.#present) if (this.#isCandidate(peerId)) return true;
    return false;
  }

  #countMissing(isStretching: boolean): number {
    return countMissingLinks({
      othersCount: this.#present.size,
      linkCount: this.#countLinks(),
      heldCount: this.#links.size,
      isFilling: this.#fillFromMs !== null,
      isStretching,
      isHub: this.#isHub,
    });
  }

  /** Those that are open, or may be before they are overdue. */
  #countLinks(): number {
    let count = 0;
    for (const { isOpen, sinceMs } of this.#links.values()) if (isOpen || sinceMs + LINK_OVERDUE_MS > this.#nowMs) count++;
    return count;
  }

  /** Sees to it that `#fill` is called when something can be done, and not otherwise. */
  #lookAgain(): void {
    const overdueMs = this.#nextOverdueMs();
    if (this.#countMissing(false) > 0) {
      const hasCandidate = this.#hasCandidate();
      // Where all who could be tried are resting, that is delay enough.
      this.#fillFromMs ??= this.#nowMs + (hasCandidate ? this.#spreadMs() : 0);
      const possibleMs = hasCandidate ? this.#nowMs : Math.min(overdueMs, this.#nextRestedMs());
      return this.#lookAt(Math.max(possibleMs, this.#fillFromMs));
    }
    if (overdueMs === Infinity) this.#fillFromMs = null;
    if (isFullMesh(this.#present.size) || this.#countLinks() >= AIMED_LINKS) this.#stretchMs = null;
    // A third sooner or later, so that those who came together don't stay in step.
    else this.#stretchMs ??= this.#nowMs + STRETCH_EVERY_MS * (2 / 3 + (2 / 3) * this.#options.random());
    this.#lookAt(Math.min(overdueMs, this.#stretchMs ?? Infinity));
  }

  #nextOverdueMs(): number {
    let nextMs = Infinity;
    for (const { isOpen, sinceMs } of this.#links.values()) {
      const overdueMs = sinceMs + LINK_OVERDUE_MS;
      if (!isOpen && overdueMs > this.#nowMs) nextMs = Math.min(nextMs, overdueMs);
    }
    return nextMs;
  }

  #nextRestedMs(): number {
    let nextMs = Infinity;
    for (const [peerId, { untilMs }] of this.#rests) if (!this.#links.has(peerId)) nextMs = Math.min(nextMs, untilMs);
    return nextMs;
  }

  #lookAt(atMs: number): void {
    if (this.#look?.atMs === atMs) return;
    this.#look?.cancel();
    this.#look = null;
    if (atMs === Infinity) return;
    const cancel = this.#options.clock.schedule(atMs - this.#nowMs, () => {
      this.#look = null;
      this.#fill();
    });
    this.#look = { atMs, cancel };
  }

  /** The fewer links are left, the sooner. */
  #spreadMs(): number {
    return this.#options.random() * REFILL_SPREAD_MS * Math.min(1, this.#links.size / PARTIAL_MESH_LINKS);
  }
}
