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
  /** When something of its piece was first asked for. */
  readonly sinceMs: number;
}

export type BlockAddress = Omit<QueuedBlock, "peerId" | "urgent" | "sinceMs">;

/** What the queue asks of whoever sends. */
export interface Serving {
  /** For one more block of that kind, to whomever. */
  hasRoom(urgent: boolean): boolean;
  /** It could go now, were there room. */
  isReady(block: QueuedBlock): boolean;
  /** Of what is not urgent: the lowest comes first. */
  rank(block: QueuedBlock, nowMs: number): number;
}

interface PeerQueue {
  readonly urgent: Map<string, QueuedBlock>;
  readonly rest: Map<string, QueuedBlock>;
}

function keyOf({ trackId, index, offset }: BlockAddress): string {
  return `${trackId}/${index}/${offset}`;
}

/** Blocks of each peer that are looked at: what is not ready (its piece is being read) holds up nobody. */
const LOOK_AHEAD_BLOCKS = 8;

export class UploadQueue {
  /** In the order of turns: who was served last is last. */
  readonly #peers = new Map<PeerId, PeerQueue>();
  #count = 0;
  #bytes = 0;
  #urgentBytes = 0;
  /** Urgent blocks served since the last that was not. */
  #urgentRun = 0;
  /** The last that was served: its piece is finished first, since nobody can play or pass on half of one. */
  #begun: QueuedBlock | null = null;

  /** Of all blocks that wait. */
  get bytes(): number {
    return this.#bytes;
  }

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
    this.#bytes += block.length;
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
    this.#bytes -= block.length;
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

  /** What waits of the piece is urgent now, whoever waits for it. */
  hasten(trackId: TrackId, index: number): void {
    for (const { urgent, rest } of this.#peers.values())
      for (const [key, block] of rest) {
        if (block.trackId !== trackId || block.index !== index) continue;
        rest.delete(key);
        urgent.set(key, { ...block, urgent: true });
        this.#urgentBytes += block.length;
      }
  }

  forget(peerId: PeerId): void {
    this.removeWhere((block) => block.peerId === peerId);
    this.#peers.delete(peerId);
  }

  /**
   * The next block that may be sent `nowMs`; it stays until `served`. Looks at a few blocks of each peer only, and at
   * none of a kind that has no room.
   */
  next(serving: Serving, nowMs: number): QueuedBlock | null {
    const isTurnOfRest = this.#urgentRun >= URGENT_RUN_BLOCKS;
    return (
      this.#least(isTurnOfRest ? "rest" : "urgent", serving, nowMs) ??
      this.#least(isTurnOfRest ? "urgent" : "rest", serving, nowMs)
    );
  }

  #least(kind: keyof PeerQueue, serving: Serving, nowMs: number): QueuedBlock | null {
    const isUrgent = kind === "urgent";
    const hasAny = isUrgent ? this.#urgentBytes > 0 : this.#count > 0;
    if (!hasAny || !serving.hasRoom(isUrgent)) return null;
    let chosen: QueuedBlock | null = null;
    let least = Infinity;
    for (const queue of this.#peers.values()) {
      if (queue[kind].size === 0) continue; // as most are, most of the time
      let looks = LOOK_AHEAD_BLOCKS;
      for (const block of queue[kind].values()) {
        const isBegun = block.index === this.#begun?.index && block.peerId === this.#begun.peerId;
        const rank = isBegun ? -Infinity : isUrgent ? 0 : serving.rank(block, nowMs);
        if ((rank < least || !chosen) && serving.isReady(block)) {
          chosen = block;
          least = rank;
        }
        if (--looks === 0) break;
      }
    }
    return chosen;
  }

  /** Takes the block out and sends its peer to the end of the line. */
  served(block: QueuedBlock): void {
    this.remove(block.peerId, block);
    this.#urgentRun = block.urgent ? this.#urgentRun + 1 : 0;
    this.#begun = block;
    const queue = this.#peers.get(block.peerId);
    if (!queue) return;
    this.#peers.delete(block.peerId);
    this.#peers.set(block.peerId, queue);
  }
}
