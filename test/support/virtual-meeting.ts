/**
 * The jam's server as far as links need it: it knows who is present and passes offers on, at once. Who links to whom is
 * decided by each member's own LinkKeeper; an offer that is not taken is given up when the browser would.
 */
import { LINK_CONNECT_TIMEOUT_MS, LinkKeeper } from "../../app/core/index.ts";
import type { Cancel, PeerId, Random } from "../../app/core/index.ts";
import type { VirtualClock } from "./virtual-clock.ts";
import type { VirtualNetwork } from "./virtual-network.ts";

/** In jams of up to so many all know each other; in larger ones each knows so many others, and is known to them. */
const MAX_ALL_KNOWN = 1000;
const MAX_TOLD_OF = 200;

interface Member {
  readonly keeper: LinkKeeper;
  /** Links that are tried and not open yet. */
  readonly offers: Map<PeerId, Cancel>;
}

export class VirtualMeeting {
  readonly #clock: VirtualClock;
  readonly #network: VirtualNetwork;
  readonly #members = new Map<PeerId, Member>();
  /** Of the members, in the order of their coming. */
  #ids: PeerId[] = [];

  constructor(clock: VirtualClock, network: VirtualNetwork) {
    this.#clock = clock;
    this.#network = network;
  }

  join(peerId: PeerId, random: Random, isBanned: (peerId: PeerId) => boolean): void {
    const others = this.#whomToTellOf(random);
    const keeper = new LinkKeeper({
      selfId: peerId,
      clock: this.#clock,
      random,
      isBanned,
      links: {
        connect: (to) => this.#offer(peerId, to),
        receiveSignal: (from) => this.#take(from, peerId),
        close: (to) => this.#network.disconnect(peerId, to),
      },
    });
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
    for (const [peerId, { keeper, offers }] of this.#members) {
      for (const cancel of offers.values()) cancel();
      for (const other of this.#members.keys()) if (other !== peerId) keeper.left(other);
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

  #offer(from: PeerId, to: PeerId): void {
    this.#giveUpInTime(from, to);
    this.#clock.schedule(0, () => this.#members.get(to)?.keeper.receiveSignal(from, { kind: "offer", sdp: "" }));
  }

  #giveUpInTime(from: PeerId, to: PeerId): void {
    const offers = this.#members.get(from)?.offers;
    if (!offers || offers.has(to)) return;
    const giveUp = this.#clock.schedule(LINK_CONNECT_TIMEOUT_MS, () => {
      offers.delete(to);
      this.closed(from, to);
    });
    offers.set(to, giveUp);
  }

  #take(from: PeerId, to: PeerId): void {
    // The server passes signals on all the same: both ends try, in vain.
    if (this.#network.isCut(from, to)) return this.#giveUpInTime(to, from);
    for (const [a, b] of [
      [from, to],
      [to, from],
    ] as const) {
      const offers = this.#members.get(a)?.offers;
      offers?.get(b)?.();
      offers?.delete(b);
    }
    if (this.#members.has(from) && !this.#network.isLinked(from, to)) this.#network.connect(from, to);
  }
}
