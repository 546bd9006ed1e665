/**
 * Jams of many members who do nothing but link to each other: real LinkKeepers and peer exchange on the virtual network,
 * with as much delay in signalling and connecting as there is in life.
 */
import { PeerExchange } from "../../../app/core/index.ts";
import type { PeerId } from "../../../app/core/index.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { peerIdOf } from "../../support/swarm-world.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { VirtualMeeting } from "../../support/virtual-meeting.ts";
import { HOME, VirtualNetwork } from "../../support/virtual-network.ts";

const SIGNAL_MS = 60;
const OPENING_MS = 440;

export class MeshWorld {
  readonly clock = new VirtualClock();
  readonly network = new VirtualNetwork(this.clock);
  readonly meeting = new VirtualMeeting(this.clock, this.network, { signalMs: SIGNAL_MS, openingMs: OPENING_MS });
  /** Open links of everyone present. */
  readonly links = new Map<PeerId, Set<PeerId>>();
  /** Links that a member had at a time, at most. */
  maxDegree = 0;
  /** Said in peer exchange. */
  exchangedBytes = 0;
  readonly #exchanges = new Map<PeerId, PeerExchange>();
  readonly #seed: number;
  #count = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  join({ isHub = false } = {}): PeerId {
    const peerId = peerIdOf(`p${this.#count++}`);
    const random = seededRandom(this.#seed * 100_000 + this.#count);
    const mine = new Set<PeerId>();
    this.links.set(peerId, mine);
    const links = this.network.add(peerId, HOME, {
      opened: (other) => {
        mine.add(other);
        this.maxDegree = Math.max(this.maxDegree, mine.size);
        this.meeting.opened(peerId, other);
        exchange.opened(other);
      },
      closed: (other) => {
        mine.delete(other);
        exchange.closed(other);
        this.meeting.closed(peerId, other);
      },
      receive: (other, lane, bytes) => {
        if (exchange.receive(other, lane, bytes)) this.exchangedBytes += bytes.byteLength;
      },
      drained: () => {},
    });
    const exchange = new PeerExchange({ clock: this.clock, random, links, isFullMesh: () => false });
    this.#exchanges.set(peerId, exchange);
    this.meeting.join(peerId, random, () => false, { isHub, nearby: () => exchange.nearby() });
    return peerId;
  }

  joinMany(count: number, withinMs: number): PeerId[] {
    return Array.from({ length: count }, () => {
      this.clock.advance(withinMs / count);
      return this.join();
    });
  }

  /** Gone without a word. */
  leave(peerId: PeerId): void {
    this.links.delete(peerId);
    this.#exchanges.get(peerId)?.stop();
    this.#exchanges.delete(peerId);
    this.meeting.leave(peerId);
    this.network.remove(peerId);
  }

  /** Nothing more is looked for, told or left to do. */
  end(): void {
    this.meeting.end();
    for (const exchange of this.#exchanges.values()) exchange.stop();
    this.clock.advance(60_000);
  }

  degree(peerId: PeerId): number {
    return this.links.get(peerId)?.size ?? 0;
  }

  /** Of everyone, ascending. */
  get degrees(): number[] {
    return [...this.links.keys()].map((peerId) => this.degree(peerId)).toSorted((a, b) => a - b);
  }

  /** Who has most links, but for one. */
  busiestBeside(origin: PeerId): PeerId {
    const others = [...this.links.keys()].filter((peerId) => peerId !== origin);
    return others.reduce((best, peerId) => (this.degree(peerId) > this.degree(best) ? peerId : best), others[0] ?? origin);
  }

  /** Members that can be reached from `origin`, nearest first, with the number of links between. */
  distancesFrom(origin: PeerId): ReadonlyMap<PeerId, number> {
    const distances = new Map<PeerId, number>([[origin, 0]]);
    for (const [peerId, distance] of distances)
      for (const other of this.links.get(peerId) ?? []) if (!distances.has(other)) distances.set(other, distance + 1);
    return distances;
  }
}
