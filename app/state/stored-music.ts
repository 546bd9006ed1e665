/** Music from this device alone: what the library plays, jam or no jam. Reads verify, as they do in a swarm. */
import { decodeManifest, pieceCount, pieceInfo } from "../core/index.ts";
import type { ChunkStore, Hasher, Manifest, MusicSource, StoredTrack, TrackId } from "../core/index.ts";

export class StoredMusic implements MusicSource {
  readonly #store: ChunkStore;
  readonly #hasher: Hasher;
  readonly #manifests = new Map<TrackId, Manifest>();
  readonly #states = new Map<TrackId, Uint8Array>();

  constructor(store: ChunkStore, hasher: Hasher) {
    this.#store = store;
    this.#hasher = hasher;
  }

  /** Takes note of a track, as the store lists it. */
  add(track: StoredTrack): Manifest {
    const manifest = decodeManifest(track.manifestBytes);
    const states = new Uint8Array(pieceCount(manifest));
    for (const index of track.heldPieces) states[index] = 2;
    this.#manifests.set(track.trackId, manifest);
    this.#states.set(track.trackId, states);
    return manifest;
  }

  manifest(trackId: TrackId): Manifest | null {
    return this.#manifests.get(trackId) ?? null;
  }

  pieceStates(trackId: TrackId): Uint8Array {
    return this.#states.get(trackId) ?? new Uint8Array();
  }

  async readPiece(trackId: TrackId, index: number): Promise<Uint8Array | null> {
    const manifest = this.#manifests.get(trackId);
    const info = manifest && pieceInfo(manifest, index);
    const bytes = info && (await this.#store.getPiece(trackId, index));
    if (!bytes) return null;
    const hash = await this.#hasher.sha256(bytes);
    if (hash.every((byte, at) => byte === info.sha256[at])) return bytes;
    await this.#store.deletePiece(trackId, index);
    const states = this.#states.get(trackId);
    if (states) states[index] = 0;
    return null;
  }
}
