/**
 * The database: its stores, what a row of each looks like, and how an older version becomes the present one. Sizes and
 * times stand in small rows of their own (`tracks`), so that usage and order of use are known without reading music.
 */
import type { DBSchema, IDBPDatabase } from "idb";
import * as v from "valibot";
import { MAX_CHUNK_BYTES, MAX_CHUNKS_PER_TRACK, MAX_MANIFEST_BYTES, TrackIdSchema } from "../../core/index.ts";

export const DATABASE_NAME = "beattorrent";
export const DATABASE_VERSION = 1;

/** [track id, piece index]: the pieces of a track lie together, and its bitfield is read from keys alone. */
export type PieceKey = [trackId: string, index: number];

/** Rows are `unknown` until a schema below has seen them: disks rot, and older versions wrote here too. */
export interface StoreSchema extends DBSchema {
  tracks: { key: string; value: unknown };
  manifests: { key: string; value: unknown };
  pieces: { key: PieceKey; value: unknown };
  jams: { key: string; value: unknown };
  settings: { key: string; value: unknown };
  identity: { key: string; value: unknown };
}

export type StoreDb = IDBPDatabase<StoreSchema>;

/** Stores of small rows under text keys. */
export type RowStoreName = "jams" | "settings" | "identity";

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export const TrackRowSchema = v.object({
  trackId: TrackIdSchema,
  /** This device imported it. */
  origin: v.boolean(),
  /** False while an import is under way under a provisional id. */
  hasManifest: v.boolean(),
  /** Manifest and pieces. */
  sizeBytes: count,
  /** Wall clock, ms: survives a restart, and two uses are never equal. */
  usedAtMs: v.pipe(v.number(), v.finite()),
});
export type TrackRow = v.InferOutput<typeof TrackRowSchema>;

export const ManifestRowSchema = v.pipe(v.instance(Uint8Array), v.minLength(1), v.maxLength(MAX_MANIFEST_BYTES));
export const PieceRowSchema = v.pipe(v.instance(Uint8Array), v.minLength(1), v.maxLength(MAX_CHUNK_BYTES));
export const PieceKeySchema = v.strictTuple([v.string(), v.pipe(count, v.maxValue(MAX_CHUNKS_PER_TRACK))]);

/** All keys of a track's pieces: numbers sort before arrays in IndexedDB. */
export function piecesOf(trackId: string): IDBKeyRange {
  return IDBKeyRange.bound([trackId, 0], [trackId, []], false, true);
}

/** Brings a database of `oldVersion` (0: none) to the present one, step by step. */
export function upgrade(db: StoreDb, oldVersion: number): void {
  if (oldVersion < 1) {
    db.createObjectStore("tracks", { keyPath: "trackId" });
    db.createObjectStore("manifests");
    db.createObjectStore("pieces");
    db.createObjectStore("jams");
    db.createObjectStore("settings");
    db.createObjectStore("identity");
  }
}
