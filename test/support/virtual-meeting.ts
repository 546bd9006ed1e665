/**
 * The jam's server as far as links need it: it knows who is present and passes offers and refusals on. Who links to whom
 * is decided by each member's own LinkKeeper; an offer that is not answered is given up when the browser would.
 */
import { LINK_CONNECT_TIMEOUT_MS, LinkKeeper } from "../../app/core/index.ts";
import type { Cancel, LinkSignal, PeerId, Random } from "../../app/core/index.ts";
import type { VirtualClock } from "./virtual-clock.ts";
import type { VirtualNetwork } from "./virtual-network.ts";

/** In jams of up to so many all know each other; in larger ones each knows so many others, and is known to them. */
const MAX_ALL_KNOWN = 1000;
const MAX_TOLD_OF = 200;

export interface MeetingOptions {
  /** From one member to the other through the server, ms; at once by default. */
  readonly signalMs?: number;
  /** From an offer's arrival to the open link, ms; at once by default. */
  readonly openingMs?: number;
}

export interface MemberOptions {
  /** The music comes from here. */
  readonly isHub?: boolean;
  /** Who is two links away, as far as it was told. */
  readonly nearby?: () => ReadonlySet<PeerId>;
}

interface Member {
  readonly keeper: LinkKeeper;
  /** Links that are tried and not open yet. */
  readonly offers: Map<PeerId, Cancel>;
}

export class VirtualMeeting {
  /** Passed on so far. */
  readonly signals = { offers: 0, refusals: 0 };
  readonly #clock: VirtualClock;
  readonly #network: VirtualNetwork;
  readonly #signalMs: number;
  readonly #openingMs: number;
  readonly #members = new Map<PeerId, Member>();
  /** Of the members, in the order of their coming. */
  #ids: PeerId[] = [];

  constructor(clock: VirtualClock, network: VirtualNetwork, { signalMs = 0, openingMs = 0 }: MeetingOptions = {}) {
    this.#clock = clock;
    this.#network = network;
    this.#signalMs = signalMs;
    this.#openingMs = openingMs;
  }

  join(
    peerId: PeerId,
    random: Random,
    isBanned: (peerId: PeerId) => boolean,
    { isHub = false, nearby = () => new Set() }: MemberOptions = {},
  ): void {
    const others = this.#whomToTellOf(random);
    const keeper = new LinkKeeper({
      selfId: peerId,
      clock: this.#clock,
      random,
      isBanned,
      nearby,
      sendSignal: (to, signal) => this.#pass(peerId, to, signal),
      links: {
        connect: (to) => this.#offer(peerId, to),
        receiveSignal: (from, signal) => {
          if (signal.kind === "refused") this.#giveUp(peerId, from);
          else this.#take(from, peerId);
        },
        close: (to) => this.#network.disconnect(peerId, to),
      },
    });
    keeper.setHub(isHub);
    for (const other of others) this.#members.get(other)?.keeper.joined(peerId);
    this.#members.set(peerId, { keeper, offers: new Map() });
    this.#ids.push(peerId);
    keeper.welcome(others);
  }

  leave(peerId: PeerId): void {
    const member = this.#members.get(peerId);
    this.#members.delete(peerId);
    this.#ids = this.#ids.filter((id) => id !== peerId);
    if (!member) return;
    member.keeper.stop();
    for (const cancel of member.offers.values()) cancel();
    for (const other of this.#members.values()) other.keeper.left(peerId);
  }

  opened(peerId: PeerId, other: PeerId): void {
    this.#members.get(peerId)?.keeper.opened(other);
  }

  closed(peerId: PeerId, other: PeerId): void {
    this.#members.get(peerId)?.keeper.closed(other);
  }

  /** Nobody looks for links any more; those that are open stay. */
  end(): void {
    for (const { keeper, offers } of this.#members.values()) {
      for (const cancel of offers.values()) cancel();
      offers.clear();
      keeper.welcome([]);
    }
    this.#members.clear();
    this.#ids = [];
  }

  /** Everyone, or some at random: ten thousand lists of ten thousand would fill the memory, and nobody links to so many. */
  #whomToTellOf(random: Random): readonly PeerId[] {
    if (this.#ids.length <= MAX_ALL_KNOWN) return [...this.#ids];
    const told = new Set<PeerId>();
    while (told.size < MAX_TOLD_OF) {
      const chosen = this.#ids[Math.floor(random() * this.#ids.length)];
      if (chosen) told.add(chosen);
    }
    return [...told];
  }

  #pass(from: PeerId, to: PeerId, signal: LinkSignal): void {
    if (signal.kind === "offer") this.signals.offers++;
    if (signal.kind === "refused") this.signals.refusals++;
    this.#clock.schedule(this.#signalMs, () => this.#members.get(to)?.keeper.receiveSignal(from, signal));
  }

  #offer(from: PeerId, to: PeerId): void {
    const member = this.#members.get(from);
    if (!member) return;
    this.#giveUpInTime(from, to);
    this.#pass(from, to, member.keeper.complete(to, { kind: "offer", sdp: "" }));
  }

  #giveUpInTime(peerId: PeerId, other: PeerId): void {
    const offers = this.#members.get(peerId)?.offers;
    if (!offers || offers.has(other)) return;
    offers.set(
      other,
      this.#clock.schedule(LINK_CONNECT_TIMEOUT_MS, () => this.#giveUp(peerId, other)),
    );
  }

  /** As any end of a link, it is never told from within a call. */
  #giveUp(peerId: PeerId, other: PeerId): void {
    if (this.#settle(peerId, other)) this.#clock.schedule(0, () => this.closed(peerId, other));
  }

  /** Nobody waits for this link any more; false if nobody did. */
  #settle(peerId: PeerId, other: PeerId): boolean {
    const offers = this.#members.get(peerId)?.offers;
    offers?.get(other)?.();
    return offers?.delete(other) ?? false;
  }

  #take(from: PeerId, to: PeerId): void {
    this.#giveUpInTime(to, from);
    // The server passes signals on all the same: both ends try, in vain.
    if (this.#network.isCut(from, to)) return;
    if (this.#openingMs === 0) this.#open(from, to);
    else this.#clock.schedule(this.#openingMs, () => this.#open(from, to));
  }

  #open(from: PeerId, to: PeerId): void {
    if (!this.#members.has(from) || !this.#members.has(to)) return; // who is left waits in vain
    const isAwaited = this.#settle(from, to);
    if (this.#settle(to, from) && isAwaited && !this.#network.isLinked(from, to)) this.#network.connect(from, to);
  }
}
