/**
 * Music in IndexedDB. Every write goes through one batch queue and keeps `tracks` rows in step within the same
 * transaction, so that usage is right whatever dies in between, and in every tab that shares the database.
 */
import * as v from "valibot";
import { STAGED_TRACK_GRACE_MS, StoreError } from "../../core/index.ts";
import type { ChunkStore, StoredTrack, StoreUsage, TrackId } from "../../core/index.ts";
import { isQuotaExceeded } from "./database.ts";
import type { Database } from "./database.ts";
import { chooseEvictions, createUseClock } from "./eviction.ts";
import {
  dropTrack,
  MUSIC_STORES,
  parseTrackRow,
  putBytes,
  putRow,
  readFormerSize,
  readRows,
  startWriting,
} from "./music-transaction.ts";
import type { MusicTransaction, Write } from "./music-transaction.ts";
import { ManifestRowSchema, PieceKeySchema, PieceRowSchema, piecesOf } from "./schema.ts";
import type { TrackRow } from "./schema.ts";
import { WriteBatcher } from "./write-batcher.ts";

export interface ChunkStoreOptions {
  budgetBytes(): number;
  isPersistent(): boolean;
  /** Milliseconds since the epoch, as from `Date.now`. */
  readonly wallClockMs: () => number;
}

export class IndexedDbChunkStore implements ChunkStore {
  readonly #database: Database;
  readonly #options: ChunkStoreOptions;
  readonly #nextUseMs: () => number;
  readonly #writes: WriteBatcher<Write>;
  #pinned: ReadonlySet<TrackId> = new Set();

  constructor(database: Database, options: ChunkStoreOptions) {
    this.#database = database;
    this.#options = options;
    this.#nextUseMs = createUseClock(options.wallClockMs);
    this.#writes = new WriteBatcher((writes) => this.#writeBatch(writes));
  }

  // Reading ----------------------------------------------------------------------------------------------------------

  async listTracks(): Promise<readonly StoredTrack[]> {
    const rows = await this.#readRows();
    const tracks = await Promise.all(
      rows
        .filter((row) => row.hasManifest)
        .sort((a, b) => b.usedAtMs - a.usedAtMs)
        .map((row) => this.getTrack(row.trackId)),
    );
    return tracks.filter((track) => track !== null);
  }

  async getTrack(trackId: TrackId): Promise<StoredTrack | null> {
    const [row, manifest, keys] = await this.#database.run((db) => {
      const reading = db.transaction(MUSIC_STORES);
      return Promise.all([
        reading.objectStore("tracks").get(trackId),
        reading.objectStore("manifests").get(trackId),
        reading.objectStore("pieces").getAllKeys(piecesOf(trackId)),
      ]);
    });
    if (row === undefined || manifest === undefined) return null;
    const track = parseTrackRow(row);
    if (!track || !v.is(ManifestRowSchema, manifest)) {
      await this.deleteTrack(trackId); // damaged: fetched again as if it had never been here
      return null;
    }
    const heldPieces = keys.filter((key) => v.is(PieceKeySchema, key)).map(([, index]) => index);
    return { trackId, manifestBytes: manifest, heldPieces, origin: track.origin };
  }

  async getPiece(trackId: TrackId, index: number): Promise<Uint8Array | null> {
    const row = await this.#database.run((db) => db.get("pieces", [trackId, index]));
    if (row === undefined) return null;
    if (v.is(PieceRowSchema, row)) return row;
    await this.deletePiece(trackId, index);
    return null;
  }

  async usage(): Promise<StoreUsage> {
    const rows = await this.#readRows();
    const usedBytes = rows.reduce((sum, row) => sum + row.sizeBytes, 0);
    return { usedBytes, budgetBytes: this.#options.budgetBytes(), persistent: this.#options.isPersistent() };
  }

  // Writing ----------------------------------------------------------------------------------------------------------

  putManifest(trackId: TrackId, manifestBytes: Uint8Array, { origin }: { readonly origin: boolean }): Promise<void> {
    return this.#writes.add({ kind: "manifest", trackId, bytes: manifestBytes.slice(), origin });
  }

  /** The bytes are copied at once: a view would drag its whole buffer into the database. */
  putPiece(trackId: TrackId, index: number, bytes: Uint8Array): Promise<void> {
    return this.#writes.add({ kind: "piece", trackId, index, bytes: bytes.slice() });
  }

  async deletePiece(trackId: TrackId, index: number): Promise<void> {
    await this.#change(async (writing) => {
      const track = parseTrackRow(await writing.objectStore("tracks").get(trackId));
      const freedBytes = await readFormerSize(writing, { kind: "piece", trackId, index });
      await writing.objectStore("pieces").delete([trackId, index]);
      if (track) await putRow(writing, { ...track, sizeBytes: Math.max(0, track.sizeBytes - freedBytes) });
    });
  }

  async deleteTrack(trackId: TrackId): Promise<void> {
    await this.#change((writing) => dropTrack(writing, trackId));
  }

  async pin(trackIds: readonly TrackId[]): Promise<void> {
    this.#pinned = new Set(trackIds);
    await this.#change(async (writing) => {
      for (const trackId of [...trackIds].reverse()) {
        const track = parseTrackRow(await writing.objectStore("tracks").get(trackId));
        if (track) await putRow(writing, { ...track, usedAtMs: this.#nextUseMs() });
      }
    });
  }

  /**
   * To be called once after opening: drops what an import that died has left, and whatever has lost its row. An import
   * that is alive, in another tab perhaps, has touched its row lately and is spared.
   */
  async cleanUp(): Promise<void> {
    await this.#change(async (writing) => {
      const known = new Set<string>();
      const staleMs = this.#options.wallClockMs() - STAGED_TRACK_GRACE_MS;
      for (const key of await writing.objectStore("tracks").getAllKeys()) {
        const track = parseTrackRow(await writing.objectStore("tracks").get(key));
        if (!track || (!track.hasManifest && track.usedAtMs < staleMs)) await dropTrack(writing, key);
        else known.add(key);
      }
      for (const key of await writing.objectStore("manifests").getAllKeys()) if (!known.has(key)) await dropTrack(writing, key);
      // One step per track, not per piece: from any key of a track on to behind its last one.
      let cursor = await writing.objectStore("pieces").openKeyCursor();
      while (cursor) {
        const [trackId] = cursor.key;
        if (!known.has(trackId)) await writing.objectStore("pieces").delete(piecesOf(trackId));
        cursor = await cursor.continue(piecesOf(trackId).upper);
      }
    });
  }

  /** Drops least recently used tracks until the present budget holds: after the budget was made smaller. */
  async shrinkToBudget(): Promise<void> {
    await this.#change(async (writing) => {
      const rows = await readRows(writing.objectStore("tracks"));
      const removable = new Set(rows.flatMap((row) => (this.#mayGo(row) ? [row.trackId] : [])));
      const evicted = chooseEvictions(rows, 0, this.#options.budgetBytes(), (trackId) => removable.has(trackId));
      for (const trackId of evicted ?? removable) await dropTrack(writing, trackId);
    });
  }

  async #writeBatch(writes: readonly Write[]): Promise<readonly (Error | null)[]> {
    try {
      return await this.#attempt(writes, this.#options.budgetBytes());
    } catch (error) {
      if (!isQuotaExceeded(error)) throw error;
    }
    // The disk holds less than the browser had estimated: stay below what is used now, and try once more.
    const { usedBytes } = await this.usage();
    try {
      return await this.#attempt(writes, usedBytes);
    } catch (cause) {
      throw isQuotaExceeded(cause) ? new StoreError("quota", "the disk is full", { cause }) : cause;
    }
  }

  /** One transaction for the whole batch. What does not fit into the budget fails alone. */
  #attempt(writes: readonly Write[], budgetBytes: number): Promise<readonly (Error | null)[]> {
    return this.#database.run(async (db) => {
      const writing = startWriting(db);
      const requests: Promise<unknown>[] = [];
      try {
        const rows = new Map((await readRows(writing.objectStore("tracks"))).map((row) => [row.trackId, row]));
        const inBatch = new Set(writes.map(({ trackId }) => trackId));
        const outcomes: (Error | null)[] = [];
        for (const write of writes) {
          const row = rows.get(write.trackId);
          const growthBytes = write.bytes.byteLength - (await readFormerSize(writing, write));
          const mayGo = (trackId: TrackId): boolean => {
            const other = rows.get(trackId);
            return other !== undefined && this.#mayGo(other) && !inBatch.has(trackId);
          };
          const evicted = chooseEvictions([...rows.values()], Math.max(0, growthBytes), budgetBytes, mayGo);
          if (!evicted) {
            outcomes.push(new StoreError("quota", `no room for ${growthBytes} bytes in a budget of ${budgetBytes}`));
            continue;
          }
          for (const trackId of evicted) {
            rows.delete(trackId);
            requests.push(dropTrack(writing, trackId));
          }
          const sizeBytes = Math.max(0, (row?.sizeBytes ?? 0) + growthBytes);
          rows.set(write.trackId, {
            trackId: write.trackId,
            origin: Boolean(row?.origin) || (write.kind === "manifest" && write.origin),
            hasManifest: Boolean(row?.hasManifest) || write.kind === "manifest",
            sizeBytes,
            usedAtMs: this.#nextUseMs(),
          });
          requests.push(putBytes(writing, write));
          outcomes.push(null);
        }
        for (const trackId of inBatch) {
          const row = rows.get(trackId);
          if (row) requests.push(putRow(writing, row));
        }
        await Promise.all([...requests, writing.done]);
        return outcomes;
      } catch (error) {
        await Promise.allSettled([...requests, writing.done]);
        // Requests that were cut off by the abort say no more than that: the transaction knows the reason.
        throw writing.error ?? error;
      }
    });
  }

  #mayGo(row: TrackRow): boolean {
    return row.hasManifest && !this.#pinned.has(row.trackId);
  }

  /** A change of its own, after everything that was put before. */
  async #change(work: (writing: MusicTransaction) => Promise<void>): Promise<void> {
    await this.#writes.settled();
    await this.#database.run(async (db) => {
      const writing = startWriting(db);
      const working = work(writing);
      await Promise.all([working, writing.done]);
    });
  }

  #readRows(): Promise<TrackRow[]> {
    return this.#database.run((db) => readRows(db.transaction("tracks").objectStore("tracks")));
  }
}
