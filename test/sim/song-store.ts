/**
 * A store that keeps which pieces it holds and takes their bytes from the songs themselves, so that a thousand peers fit
 * into memory; and a hasher that knows those bytes. Neither takes anything on trust: every byte is compared.
 */
import { createHash } from "node:crypto";
import type { ChunkStore, Hasher, StoredTrack, StoreUsage, TrackId } from "../../app/core/index.ts";
import { pieceInfo } from "../../app/core/manifest/manifest.ts";
import type { Manifest } from "../../app/core/index.ts";
import type { Song } from "../support/songs.ts";

export class SongStore implements ChunkStore {
  readonly #songs: ReadonlyMap<TrackId, Song>;
  readonly #held = new Map<TrackId, Set<number>>();
  readonly #origins = new Set<TrackId>();
  readonly #onUnverified: (trackId: TrackId, index: number) => void;

  /** @param onUnverified was asked to keep what is not the piece. */
  constructor(songs: ReadonlyMap<TrackId, Song>, onUnverified: (trackId: TrackId, index: number) => void) {
    this.#songs = songs;
    this.#onUnverified = onUnverified;
  }

  holds(trackId: TrackId, index: number): boolean {
    return this.#held.get(trackId)?.has(index) ?? false;
  }

  async listTracks(): Promise<readonly StoredTrack[]> {
    return [...this.#held.keys()].map((trackId) => this.#stored(trackId)).filter((track) => track !== null);
  }

  async getTrack(trackId: TrackId): Promise<StoredTrack | null> {
    return this.#stored(trackId);
  }

  async putManifest(trackId: TrackId, bytes: Uint8Array, { origin }: { readonly origin: boolean }): Promise<void> {
    if (!isEqual(bytes, this.#songs.get(trackId)?.manifestBytes)) this.#onUnverified(trackId, -1);
    if (origin) this.#origins.add(trackId);
    this.#held.set(trackId, this.#held.get(trackId) ?? new Set());
  }

  async getPiece(trackId: TrackId, index: number): Promise<Uint8Array | null> {
    return this.peekPiece(trackId, index);
  }

  peekPiece(trackId: TrackId, index: number): Uint8Array | null {
    return this.holds(trackId, index) ? (this.#songs.get(trackId)?.pieces[index] ?? null) : null;
  }

  findManifest(trackId: TrackId, bytes: Uint8Array): Manifest | null {
    const song = this.#songs.get(trackId);
    return song && isEqual(bytes, song.manifestBytes) ? song.manifest : null;
  }

  findJoined(trackId: TrackId, index: number, blocks: readonly Uint8Array[]): Uint8Array | null {
    const piece = this.#songs.get(trackId)?.pieces[index];
    let at = 0;
    for (const block of blocks) if (!isEqual(block, piece?.subarray(at, (at += block.byteLength)))) return null;
    return piece?.byteLength === at ? piece : null;
  }

  async putPiece(trackId: TrackId, index: number, bytes: Uint8Array): Promise<void> {
    if (!isEqual(bytes, this.#songs.get(trackId)?.pieces[index])) return this.#onUnverified(trackId, index);
    const held = this.#held.get(trackId);
    if (held) held.add(index);
    else this.#held.set(trackId, new Set([index]));
  }

  async deletePiece(trackId: TrackId, index: number): Promise<void> {
    this.#held.get(trackId)?.delete(index);
  }

  async deleteTrack(trackId: TrackId): Promise<void> {
    this.#held.delete(trackId);
  }

  async pin(): Promise<void> {}

  async usage(): Promise<StoreUsage> {
    return { usedBytes: 0, budgetBytes: Number.MAX_SAFE_INTEGER, persistent: true };
  }

  #stored(trackId: TrackId): StoredTrack | null {
    const held = this.#held.get(trackId);
    const song = this.#songs.get(trackId);
    if (!held || !song) return null;
    const heldPieces = [...held].sort((a, b) => a - b);
    return { trackId, manifestBytes: song.manifestBytes, heldPieces, origin: this.#origins.has(trackId) };
  }
}

/** SHA-256; of the songs' own pieces, found by comparing all their bytes, it knows the answer. */
export function songHasher(songs: Iterable<Song>): Hasher {
  const known = new Map<number, { readonly bytes: Uint8Array; readonly sha256: Uint8Array }[]>();
  for (const { manifest, pieces } of songs)
    for (const [index, bytes] of pieces.entries()) {
      const hash = pieceInfo(manifest, index)?.sha256;
      if (hash) known.set(bytes.byteLength, [...(known.get(bytes.byteLength) ?? []), { bytes, sha256: hash }]);
    }
  return {
    sha256: (bytes) => {
      const same = known.get(bytes.byteLength)?.find((piece) => isEqual(piece.bytes, bytes));
      return Promise.resolve(same?.sha256 ?? new Uint8Array(createHash("sha256").update(bytes).digest()));
    },
  };
}

function isEqual(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return a === b || (b !== undefined && Buffer.compare(a, b) === 0);
}
