/**
 * Where verified pieces are kept: in the store, and in memory while they are on their way there, while they are often
 * asked for, and, within bounds, for good where the store fails. Everything read from the store is verified again.
 */
import type { TrackId } from "../ids.ts";
import { decodeManifest } from "../manifest/manifest.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { ChunkStore, Hasher } from "../ports.ts";
import { MEMORY_PIECES_BYTES, PIECE_CACHE_BYTES } from "../tunables.ts";
import { equalBytes } from "./equal-bytes.ts";

export type PieceReading = { readonly kind: "read"; readonly bytes: Uint8Array } | { readonly kind: "missing" | "damaged" };

interface KeptPiece {
  readonly trackId: TrackId;
  readonly index: number;
  readonly bytes: Uint8Array;
}

/** Least recently used pieces go first. */
class PieceCache {
  readonly #maxBytes: number;
  readonly #onEvicted: (piece: KeptPiece) => void;
  readonly #pieces = new Map<string, KeptPiece>();
  #sizeBytes = 0;

  constructor(maxBytes: number, onEvicted: (piece: KeptPiece) => void) {
    this.#maxBytes = maxBytes;
    this.#onEvicted = onEvicted;
  }

  get(key: string): Uint8Array | null {
    const piece = this.#pieces.get(key);
    if (!piece) return null;
    this.#pieces.delete(key);
    this.#pieces.set(key, piece);
    return piece.bytes;
  }

  set(key: string, piece: KeptPiece): void {
    this.delete(key);
    this.#pieces.set(key, piece);
    this.#sizeBytes += piece.bytes.byteLength;
    for (const [oldestKey, oldest] of this.#pieces) {
      if (this.#sizeBytes <= this.#maxBytes || oldestKey === key) break;
      this.delete(oldestKey);
      this.#onEvicted(oldest);
    }
  }

  delete(key: string): void {
    const piece = this.#pieces.get(key);
    if (!piece) return;
    this.#pieces.delete(key);
    this.#sizeBytes -= piece.bytes.byteLength;
  }
}

export interface PieceKeeperOptions {
  readonly store: ChunkStore;
  readonly hasher: Hasher;
  /** The store refused something; what it refused is in memory. */
  readonly onStoreFailed: (error: unknown) => void;
  /** A piece that only memory held had to go. */
  readonly onLost: (trackId: TrackId, index: number) => void;
}

export class PieceKeeper {
  readonly #store: ChunkStore;
  readonly #hasher: Hasher;
  readonly #onStoreFailed: (error: unknown) => void;
  readonly #recent = new PieceCache(PIECE_CACHE_BYTES, () => {});
  readonly #unstorable: PieceCache;
  readonly #unwritten = new Map<string, KeptPiece>();
  readonly #readings = new Map<string, Promise<PieceReading>>();
  #unwrittenBytes = 0;

  constructor({ store, hasher, onStoreFailed, onLost }: PieceKeeperOptions) {
    this.#store = store;
    this.#hasher = hasher;
    this.#onStoreFailed = onStoreFailed;
    this.#unstorable = new PieceCache(MEMORY_PIECES_BYTES, ({ trackId, index }) => onLost(trackId, index));
  }

  /** On their way to the store. */
  get unwrittenBytes(): number {
    return this.#unwrittenBytes;
  }

  /** How many of a track's first `count` pieces are on their way to the store. */
  countUnwritten(trackId: TrackId, count: number): number {
    let unwritten = 0;
    for (const piece of this.#unwritten.values()) if (piece.trackId === trackId && piece.index < count) unwritten++;
    return unwritten;
  }

  /** Keeps a verified piece; it can be had from here at once. The bytes are the keeper's from now on. */
  keep(trackId: TrackId, index: number, bytes: Uint8Array): void {
    const key = `${trackId}/${index}`;
    const piece: KeptPiece = { trackId, index, bytes };
    this.#recent.set(key, piece);
    this.#unwritten.set(key, piece);
    this.#unwrittenBytes += bytes.byteLength;
    const written = () => {
      if (this.#unwritten.get(key) === piece) this.#unwritten.delete(key);
      this.#unwrittenBytes -= bytes.byteLength;
      if (this.#store.peekPiece?.(trackId, index)) this.#recent.delete(key);
    };
    this.#store.putPiece(trackId, index, bytes).then(written, (error: unknown) => {
      this.#unstorable.set(key, piece);
      written();
      this.#onStoreFailed(error);
    });
  }

  keepManifest(trackId: TrackId, bytes: Uint8Array): void {
    this.#store.putManifest(trackId, bytes, { origin: false }).catch(this.#onStoreFailed);
  }

  /** @throws ProtocolError as decodeManifest does. */
  readManifest(trackId: TrackId, bytes: Uint8Array): Manifest {
    return this.#store.findManifest?.(trackId, bytes) ?? decodeManifest(bytes);
  }

  /** As ChunkStore.findJoined. */
  findJoined(trackId: TrackId, index: number, blocks: readonly Uint8Array[]): Uint8Array | null {
    return this.#store.findJoined?.(trackId, index, blocks) ?? null;
  }

  /** The piece if it is at hand. The bytes stay the keeper's: don't change them. */
  peek(trackId: TrackId, index: number): Uint8Array | null {
    const stored = this.#store.peekPiece?.(trackId, index);
    if (stored) return stored;
    const key = `${trackId}/${index}`;
    return this.#recent.get(key) ?? this.#unwritten.get(key)?.bytes ?? this.#unstorable.get(key);
  }

  /** The bytes stay the keeper's. A damaged piece is deleted. Never rejects. */
  read(trackId: TrackId, index: number, sha256: Uint8Array): Promise<PieceReading> {
    const atHand = this.peek(trackId, index);
    if (atHand) return Promise.resolve({ kind: "read", bytes: atHand });
    const key = `${trackId}/${index}`;
    let reading = this.#readings.get(key);
    if (!reading) {
      reading = this.#readStored(trackId, index, sha256).finally(() => this.#readings.delete(key));
      this.#readings.set(key, reading);
    }
    return reading;
  }

  async #readStored(trackId: TrackId, index: number, sha256: Uint8Array): Promise<PieceReading> {
    try {
      const bytes = await this.#store.getPiece(trackId, index);
      if (!bytes) return { kind: "missing" };
      if (equalBytes(await this.#hasher.sha256(bytes), sha256)) {
        this.#recent.set(`${trackId}/${index}`, { trackId, index, bytes });
        return { kind: "read", bytes };
      }
      await this.#store.deletePiece(trackId, index);
      return { kind: "damaged" };
    } catch (error) {
      this.#onStoreFailed(error);
      return { kind: "missing" };
    }
  }
}
