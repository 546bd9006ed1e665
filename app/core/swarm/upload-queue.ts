/** Blocks that peers wait for: urgent ones first, then in turn by peer, in each peer's own order. */
import type { PeerId, TrackId } from "../ids.ts";
import { URGENT_RUN_BLOCKS } from "../tunables.ts";

export interface QueuedBlock {
  readonly peerId: PeerId;
  readonly trackId: TrackId;
  readonly index: number;
  readonly offset: number;
  readonly length: number;
  readonly urgent: boolean;
}

export type BlockAddress = Omit<QueuedBlock, "peerId" | "urgent">;

interface PeerQueue {
  readonly urgent: Map<string, QueuedBlock>;
  readonly rest: Map<string, QueuedBlock>;
}

function keyOf({ trackId, index, offset }: BlockAddress): string {
  return `${trackId}/${index}/${offset}`;
}

/** A block that is not ready (its piece is being read) does not hold up the ones behind it, up to so many. */
const LOOK_AHEAD_BLOCKS = 4;

function firstReady(blocks: ReadonlyMap<string, QueuedBlock>, isReady: (block: QueuedBlock) => boolean): QueuedBlock | null {
  let looks = LOOK_AHEAD_BLOCKS;
  for (const block of blocks.values()) {
    if (isReady(block)) return block;
    if (--looks === 0) return null;
  }
  return null;
}

export class UploadQueue {
  /** In the order of turns: who was served last is last. */
  readonly #peers = new Map<PeerId, PeerQueue>();
  #count = 0;
  #urgentBytes = 0;
  /** Urgent blocks served since the last that was not. */
  #urgentRun = 0;

  /** Of the urgent blocks that wait. */
  get urgentBytes(): number {
    return this.#urgentBytes;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  countFor(peerId: PeerId): number {
    const queue = this.#peers.get(peerId);
    return queue ? queue.urgent.size + queue.rest.size : 0;
  }

  hasUrgent(peerId: PeerId): boolean {
    return (this.#peers.get(peerId)?.urgent.size ?? 0) > 0;
  }

  /** False, and nothing done, when that peer waits for the block already. */
  add(block: QueuedBlock): boolean {
    let queue = this.#peers.get(block.peerId);
    if (!queue) this.#peers.set(block.peerId, (queue = { urgent: new Map(), rest: new Map() }));
    const key = keyOf(block);
    if (queue.urgent.has(key) || queue.rest.has(key)) return false;
    (block.urgent ? queue.urgent : queue.rest).set(key, block);
    this.#count++;
    if (block.urgent) this.#urgentBytes += block.length;
    return true;
  }

  /** Whether it was there. */
  remove(peerId: PeerId, address: BlockAddress): boolean {
    const queue = this.#peers.get(peerId);
    const key = keyOf(address);
    const block = queue?.urgent.get(key) ?? queue?.rest.get(key);
    if (!queue || !block) return false;
    (block.urgent ? queue.urgent : queue.rest).delete(key);
    this.#count--;
    if (block.urgent) this.#urgentBytes -= block.length;
    return true;
  }

  /** Takes the blocks that `matches` out of the queue. */
  removeWhere(matches: (block: QueuedBlock) => boolean): QueuedBlock[] {
    const removed = [...this.#peers.values()].flatMap(({ urgent, rest }) =>
      [...urgent.values(), ...rest.values()].filter(matches),
    );
    for (const block of removed) this.remove(block.peerId, block);
    return removed;
  }

  forget(peerId: PeerId): void {
    this.removeWhere((block) => block.peerId === peerId);
    this.#peers.delete(peerId);
  }

  /** The next block that `isReady` now; it stays until `served`. Looks at a few blocks of each peer only. */
  next(isReady: (block: QueuedBlock) => boolean): QueuedBlock | null {
    const isTurnOfRest = this.#urgentRun >= URGENT_RUN_BLOCKS;
    return this.#nextOf(isTurnOfRest ? "rest" : "urgent", isReady) ?? this.#nextOf(isTurnOfRest ? "urgent" : "rest", isReady);
  }

  #nextOf(kind: keyof PeerQueue, isReady: (block: QueuedBlock) => boolean): QueuedBlock | null {
    for (const queue of this.#peers.values()) {
      const block = firstReady(queue[kind], isReady);
      if (block) return block;
    }
    return null;
  }

  /**
   * Takes the block out and sends its peer to the end of the line; after an urgent block not before the piece is
   * whole, since nobody can play or pass on half of one.
   */
  served(block: QueuedBlock): void {
    this.remove(block.peerId, block);
    this.#urgentRun = block.urgent ? this.#urgentRun + 1 : 0;
    const queue = this.#peers.get(block.peerId);
    if (!queue) return;
    const [nextUrgent] = queue.urgent.values();
    if (block.urgent && nextUrgent?.index === block.index && nextUrgent.trackId === block.trackId) return;
    this.#peers.delete(block.peerId);
    this.#peers.set(block.peerId, queue);
  }
}
