/** Music from this device alone: what the library plays, jam or no jam. Reads verify, as they do in a swarm. */
import { decodeManifest, pieceInfo } from "../core/index.ts";
import type { ChunkStore, Hasher, Manifest, MusicSource, StoredTrack, TrackId } from "../core/index.ts";

export class StoredMusic implements MusicSource {
  readonly #store: ChunkStore;
  readonly #hasher: Hasher;
  readonly #manifests = new Map<TrackId, Manifest>();
  readonly #held = new Map<TrackId, Set<number>>();

  constructor(store: ChunkStore, hasher: Hasher) {
    this.#store = store;
    this.#hasher = hasher;
  }

  /** Takes note of a track, as the store lists it. */
  add(track: StoredTrack): Manifest {
    const manifest = decodeManifest(track.manifestBytes);
    this.#manifests.set(track.trackId, manifest);
    this.#held.set(track.trackId, new Set(track.heldPieces));
    return manifest;
  }

  manifest(trackId: TrackId): Manifest | null {
    return this.#manifests.get(trackId) ?? null;
  }

  isHeld(trackId: TrackId, index: number): boolean {
    return this.#held.get(trackId)?.has(index) ?? false;
  }

  async readPiece(trackId: TrackId, index: number): Promise<Uint8Array | null> {
    const manifest = this.#manifests.get(trackId);
    const info = manifest && pieceInfo(manifest, index);
    const bytes = info && (await this.#store.getPiece(trackId, index));
    if (!bytes) return null;
    const hash = await this.#hasher.sha256(bytes);
    if (hash.every((byte, at) => byte === info.sha256[at])) return bytes;
    await this.#store.deletePiece(trackId, index);
    this.#held.get(trackId)?.delete(index);
    return null;
  }
}
