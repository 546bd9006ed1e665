/** Music in memory, where the browser gives no database: bounded, gone with the page, otherwise the same promises. */
import { StoreError } from "../../core/index.ts";
import type { ChunkStore, StoredTrack, StoreUsage, TrackId } from "../../core/index.ts";
import { chooseEvictions, createUseClock } from "./eviction.ts";

interface MemoryTrack {
  readonly trackId: TrackId;
  manifestBytes: Uint8Array | null;
  origin: boolean;
  readonly pieces: Map<number, Uint8Array>;
  sizeBytes: number;
  usedAtMs: number;
}

export class MemoryChunkStore implements ChunkStore {
  readonly #budgetBytes: number;
  readonly #tracks = new Map<TrackId, MemoryTrack>();
  /** Order of use is all that counts here: no clock is needed. */
  readonly #nextUseMs = createUseClock(() => 0);
  #pinned: ReadonlySet<TrackId> = new Set();

  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  async listTracks(): Promise<readonly StoredTrack[]> {
    return [...this.#tracks.values()]
      .sort((a, b) => b.usedAtMs - a.usedAtMs)
      .map(toStoredTrack)
      .filter((track) => track !== null);
  }

  async getTrack(trackId: TrackId): Promise<StoredTrack | null> {
    const track = this.#tracks.get(trackId);
    return track ? toStoredTrack(track) : null;
  }

  async putManifest(trackId: TrackId, manifestBytes: Uint8Array, { origin }: { readonly origin: boolean }): Promise<void> {
    const track = this.#grow(trackId, manifestBytes.byteLength - (this.#tracks.get(trackId)?.manifestBytes?.byteLength ?? 0));
    track.manifestBytes = manifestBytes.slice();
    track.origin ||= origin;
  }

  async getPiece(trackId: TrackId, index: number): Promise<Uint8Array | null> {
    return this.#tracks.get(trackId)?.pieces.get(index)?.slice() ?? null;
  }

  async putPiece(trackId: TrackId, index: number, bytes: Uint8Array): Promise<void> {
    const formerBytes = this.#tracks.get(trackId)?.pieces.get(index)?.byteLength ?? 0;
    this.#grow(trackId, bytes.byteLength - formerBytes).pieces.set(index, bytes.slice());
  }

  async deletePiece(trackId: TrackId, index: number): Promise<void> {
    const track = this.#tracks.get(trackId);
    if (!track) return;
    track.sizeBytes -= track.pieces.get(index)?.byteLength ?? 0;
    track.pieces.delete(index);
  }

  async deleteTrack(trackId: TrackId): Promise<void> {
    this.#tracks.delete(trackId);
  }

  async pin(trackIds: readonly TrackId[]): Promise<void> {
    this.#pinned = new Set(trackIds);
    for (const trackId of [...trackIds].reverse()) {
      const track = this.#tracks.get(trackId);
      if (track) track.usedAtMs = this.#nextUseMs();
    }
  }

  async usage(): Promise<StoreUsage> {
    const usedBytes = [...this.#tracks.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    return { usedBytes, budgetBytes: this.#budgetBytes, persistent: false };
  }

  /** @throws StoreError `quota` */
  #grow(trackId: TrackId, growthBytes: number): MemoryTrack {
    const mayGo = (other: TrackId): boolean =>
      other !== trackId && !this.#pinned.has(other) && Boolean(this.#tracks.get(other)?.manifestBytes);
    const evicted = chooseEvictions([...this.#tracks.values()], Math.max(0, growthBytes), this.#budgetBytes, mayGo);
    if (!evicted) throw new StoreError("quota", `no room for ${growthBytes} bytes in ${this.#budgetBytes} bytes of memory`);
    for (const other of evicted) this.#tracks.delete(other);
    const track = this.#tracks.get(trackId) ?? {
      trackId,
      manifestBytes: null,
      origin: false,
      pieces: new Map(),
      sizeBytes: 0,
      usedAtMs: 0,
    };
    track.sizeBytes += growthBytes;
    track.usedAtMs = this.#nextUseMs();
    this.#tracks.set(trackId, track);
    return track;
  }
}

/** Null while there is no manifest. */
function toStoredTrack({ trackId, manifestBytes, origin, pieces }: MemoryTrack): StoredTrack | null {
  if (!manifestBytes) return null;
  return { trackId, manifestBytes: manifestBytes.slice(), heldPieces: [...pieces.keys()].sort((a, b) => a - b), origin };
}
