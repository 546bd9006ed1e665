/**
 * Neighbours tell each other whom they are linked to: rarely, only what changed, and never more than a peer may have.
 * So each knows who is two links away, without the server. Nothing hangs on it being true: who lies about his links is
 * merely chosen a little more or less often.
 */
import type { PeerId } from "../ids.ts";
import type { Cancel, Clock, Lane, LinkTransport, Random } from "../ports.ts";
import { LINKS_TOLD_EVERY_MS, MAX_LINKS } from "../tunables.ts";
import { decodeNeighbours, encodeNeighbours, MESH_LANE } from "../wire/mesh-messages.ts";

export interface PeerExchangeOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly links: Pick<LinkTransport, "send">;
  /** In a full mesh there is nothing to tell. */
  isFullMesh(): boolean;
}

interface Neighbour {
  /** What we have told it of. */
  told: ReadonlySet<PeerId>;
  /** What it has told us of. */
  readonly theirs: Set<PeerId>;
}

export class PeerExchange {
  readonly #options: PeerExchangeOptions;
  /** Open links. */
  readonly #neighbours = new Map<PeerId, Neighbour>();
  #cancelTelling: Cancel | null = null;

  constructor(options: PeerExchangeOptions) {
    this.#options = options;
  }

  opened(peerId: PeerId): void {
    this.#neighbours.set(peerId, { told: new Set(), theirs: new Set() });
    this.#tellInTime();
  }

  closed(peerId: PeerId): void {
    this.#neighbours.delete(peerId);
  }

  /** False, with nothing done, for anything but a valid message of peer exchange. */
  receive(from: PeerId, lane: Lane, bytes: Uint8Array): boolean {
    const message = decodeNeighbours(lane, bytes);
    if (!message) return false;
    const theirs = this.#neighbours.get(from)?.theirs;
    for (const peerId of message.removed) theirs?.delete(peerId);
    for (const peerId of message.added) if (theirs && theirs.size < MAX_LINKS) theirs.add(peerId);
    return true;
  }

  /** Who is linked to a neighbour of ours, ourselves and our neighbours among them. */
  nearby(): ReadonlySet<PeerId> {
    const nearby = new Set<PeerId>();
    for (const { theirs } of this.#neighbours.values()) for (const peerId of theirs) nearby.add(peerId);
    return nearby;
  }

  stop(): void {
    this.#cancelTelling?.();
    this.#cancelTelling = null;
    this.#neighbours.clear();
  }

  /** Goes on while there is somebody to tell. */
  #tellInTime(): void {
    if (this.#cancelTelling || this.#neighbours.size === 0) return;
    const delayMs = LINKS_TOLD_EVERY_MS * (0.5 + this.#options.random());
    this.#cancelTelling = this.#options.clock.schedule(delayMs, () => {
      this.#cancelTelling = null;
      if (!this.#options.isFullMesh()) for (const peerId of this.#neighbours.keys()) this.#tell(peerId);
      this.#tellInTime();
    });
  }

  #tell(to: PeerId): void {
    const neighbour = this.#neighbours.get(to);
    if (!neighbour) return;
    const ours = new Set(this.#neighbours.keys());
    ours.delete(to);
    const added = [...ours].filter((peerId) => !neighbour.told.has(peerId));
    const removed = [...neighbour.told].filter((peerId) => !ours.has(peerId));
    if (added.length === 0 && removed.length === 0) return;
    if (this.#options.links.send(to, MESH_LANE, encodeNeighbours({ added, removed }))) neighbour.told = ours;
  }
}
