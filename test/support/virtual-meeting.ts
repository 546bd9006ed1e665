/**
 * The jam's server as far as links need it: it knows who is present and passes offers on, at once. Who links to whom is
 * decided by each member's own LinkKeeper; an offer that is not taken is given up when the browser would.
 */
import { LINK_CONNECT_TIMEOUT_MS, LinkKeeper } from "../../app/core/index.ts";
import type { Cancel, PeerId, Random } from "../../app/core/index.ts";
import type { VirtualClock } from "./virtual-clock.ts";
import type { VirtualNetwork } from "./virtual-network.ts";

interface Member {
  readonly keeper: LinkKeeper;
  /** Offers that nobody has taken yet. */
  readonly offers: Map<PeerId, Cancel>;
}

export class VirtualMeeting {
  readonly #clock: VirtualClock;
  readonly #network: VirtualNetwork;
  readonly #members = new Map<PeerId, Member>();

  constructor(clock: VirtualClock, network: VirtualNetwork) {
    this.#clock = clock;
    this.#network = network;
  }

  join(peerId: PeerId, random: Random, isBanned: (peerId: PeerId) => boolean): void {
    const others = [...this.#members.keys()];
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
    for (const other of this.#members.values()) other.keeper.joined(peerId);
    this.#members.set(peerId, { keeper, offers: new Map() });
    keeper.welcome(others);
  }

  leave(peerId: PeerId): void {
    const member = this.#members.get(peerId);
    this.#members.delete(peerId);
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
  }

  #offer(from: PeerId, to: PeerId): void {
    const offers = this.#members.get(from)?.offers;
    const giveUp = this.#clock.schedule(LINK_CONNECT_TIMEOUT_MS, () => {
      offers?.delete(to);
      this.closed(from, to);
    });
    offers?.set(to, giveUp);
    this.#clock.schedule(0, () => this.#members.get(to)?.keeper.receiveSignal(from, { kind: "offer", sdp: "" }));
  }

  #take(from: PeerId, to: PeerId): void {
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
