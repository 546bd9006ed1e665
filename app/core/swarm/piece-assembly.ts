/** One piece on its way: which blocks are here, who sent each, and who has been asked for the others. */
import type { PeerId } from "../ids.ts";
import { BLOCK_BYTES } from "../tunables.ts";

/** One peer that was asked for one block, and by when it should have come. */
export interface Ask {
  readonly peerId: PeerId;
  readonly dueMs: number;
  readonly askedMs: number;
  readonly urgent: boolean;
}

const NOBODY: readonly Ask[] = [];

export class PieceAssembly {
  readonly index: number;
  readonly blockCount: number;
  readonly #sizeBytes: number;
  /** As they came, until somebody asks for the whole piece: so that each byte is copied once. */
  readonly #blocks: (Uint8Array | null)[];
  #bytes: Uint8Array | null = null;
  /**
   * Set where the piece came in bad from several peers: it is fetched again from this one alone, so that it is known
   * who is to blame. Null means that anyone may be asked.
   */
  readonly onlyFrom: PeerId | null;
  readonly #senders: (PeerId | null)[];
  readonly #asks: (readonly Ask[])[];
  #missing: number;
  #openBlocks: number;

  constructor(index: number, sizeBytes: number, onlyFrom: PeerId | null = null) {
    this.index = index;
    this.blockCount = Math.ceil(sizeBytes / BLOCK_BYTES);
    this.#sizeBytes = sizeBytes;
    this.onlyFrom = onlyFrom;
    this.#blocks = Array.from<Uint8Array | null>({ length: this.blockCount }).fill(null);
    this.#senders = Array.from<PeerId | null>({ length: this.blockCount }).fill(null);
    this.#asks = Array.from<readonly Ask[]>({ length: this.blockCount }).fill(NOBODY);
    this.#missing = this.blockCount;
    this.#openBlocks = this.blockCount;
  }

  /** The whole piece, once it `isComplete`. */
  get bytes(): Uint8Array {
    return (this.#bytes ??= this.#join(() => null));
  }

  /** As `bytes`, from where the same bytes are already, if `find` knows. */
  joined(find: (blocks: readonly Uint8Array[]) => Uint8Array | null): Uint8Array {
    return (this.#bytes ??= this.#join(find));
  }

  /** Give or take a short last block. */
  get missingBytes(): number {
    return this.#missing * BLOCK_BYTES;
  }

  get isComplete(): boolean {
    return this.#missing === 0;
  }

  /** All is here, or somebody was asked for some of the rest. */
  get isAwaited(): boolean {
    return this.isComplete || this.#asks.some((asks) => asks.length > 0);
  }

  /** Nothing here, nobody asked. */
  get isUntouched(): boolean {
    return this.#openBlocks === this.blockCount;
  }

  /** Blocks neither here nor asked for: a picker need not look into a piece without any. */
  get openBlocks(): number {
    return this.#openBlocks;
  }

  blockLength(block: number): number {
    return Math.min(BLOCK_BYTES, this.#sizeBytes - block * BLOCK_BYTES);
  }

  isHere(block: number): boolean {
    return this.#senders[block] !== null;
  }

  asks(block: number): readonly Ask[] {
    return this.#asks[block] ?? NOBODY;
  }

  ask(block: number, ask: Ask): void {
    const asks = this.asks(block);
    if (asks.length === 0 && !this.isHere(block)) this.#openBlocks--;
    this.#asks[block] = [...asks, ask];
  }

  /** The peer will not send the block, or nobody waits for it any more. */
  unask(block: number, peerId: PeerId): void {
    const asks = this.asks(block);
    if (!asks.some((ask) => ask.peerId === peerId)) return;
    const left = asks.filter((ask) => ask.peerId !== peerId);
    if (left.length === 0 && !this.isHere(block)) this.#openBlocks++;
    this.#asks[block] = left;
  }

  /** False, and nothing kept, when the block is here already. The bytes are the assembly's from now on. */
  put(block: number, bytes: Uint8Array, from: PeerId): boolean {
    if (this.isHere(block)) return false;
    if (this.asks(block).length === 0) this.#openBlocks--;
    this.#blocks[block] = bytes;
    this.#senders[block] = from;
    this.#asks[block] = NOBODY;
    this.#missing--;
    return true;
  }

  /** Throws away what came from the peer; returns how many bytes that was. */
  discardFrom(peerId: PeerId): number {
    let discardedBytes = 0;
    this.#senders.forEach((sender, block) => {
      if (sender !== peerId) return;
      this.#senders[block] = null;
      this.#missing++;
      this.#openBlocks++;
      discardedBytes += this.blockLength(block);
    });
    return discardedBytes;
  }

  /** Payload bytes by sender, of the blocks that are here; in order of first contribution. */
  contributions(): Map<PeerId, number> {
    const bytesBySender = new Map<PeerId, number>();
    this.#senders.forEach((sender, block) => {
      if (sender) bytesBySender.set(sender, (bytesBySender.get(sender) ?? 0) + this.blockLength(block));
    });
    return bytesBySender;
  }

  /** Who sent blocks that differ from those of the `good` piece. */
  sendersOfOtherThan(good: Uint8Array): PeerId[] {
    const guilty = new Set<PeerId>();
    this.#senders.forEach((sender, block) => {
      const start = block * BLOCK_BYTES;
      const end = start + this.blockLength(block);
      for (let at = start; sender && at < end; at++) if (this.bytes[at] !== good[at]) return void guilty.add(sender);
    });
    return [...guilty];
  }

  #join(find: (blocks: readonly Uint8Array[]) => Uint8Array | null): Uint8Array {
    if (!this.isComplete) throw new Error(`piece ${this.index} is not complete`);
    const blocks = this.#blocks.filter((block) => block !== null);
    this.#blocks.fill(null);
    return find(blocks) ?? joinBlocks(blocks, this.#sizeBytes);
  }
}

function joinBlocks(blocks: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  blocks.forEach((block, place) => bytes.set(block, place * BLOCK_BYTES));
  return bytes;
}
