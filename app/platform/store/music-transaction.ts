/** The steps of which changes to the music are made, each within a transaction that somebody else began and awaits. */
import type { IDBPObjectStore } from "idb";
import * as v from "valibot";
import type { TrackId } from "../../core/index.ts";
import { piecesOf, TrackRowSchema } from "./schema.ts";
import type { StoreDb, StoreSchema, TrackRow } from "./schema.ts";

export type Write =
  | { readonly kind: "piece"; readonly trackId: TrackId; readonly index: number; readonly bytes: Uint8Array }
  | { readonly kind: "manifest"; readonly trackId: TrackId; readonly bytes: Uint8Array; readonly origin: boolean };

/** What a write goes to. */
type Place =
  | { readonly kind: "piece"; readonly trackId: TrackId; readonly index: number }
  | { readonly kind: "manifest"; readonly trackId: TrackId };

export const MUSIC_STORES = ["tracks", "manifests", "pieces"] as const;
export type MusicTransaction = ReturnType<typeof startWriting>;

/** Relaxed: a tab that is killed loses nothing; a power cut may cost the last seconds, which are fetched again. */
export function startWriting(db: StoreDb) {
  return db.transaction(MUSIC_STORES, "readwrite", { durability: "relaxed" });
}

/** Null for a damaged row, and for none. */
export function parseTrackRow(row: unknown): TrackRow | null {
  const result = v.safeParse(TrackRowSchema, row);
  return result.success ? result.output : null;
}

export async function readRows(tracks: {
  getAll: IDBPObjectStore<StoreSchema, ["tracks"], "tracks">["getAll"];
}): Promise<TrackRow[]> {
  return (await tracks.getAll()).map(parseTrackRow).filter((row) => row !== null);
}

export function putRow(writing: MusicTransaction, row: TrackRow): Promise<unknown> {
  return writing.objectStore("tracks").put(row);
}

export function putBytes(writing: MusicTransaction, write: Write): Promise<unknown> {
  if (write.kind === "manifest") return writing.objectStore("manifests").put(write.bytes, write.trackId);
  return writing.objectStore("pieces").put(write.bytes, [write.trackId, write.index]);
}

export async function dropTrack(writing: MusicTransaction, trackId: string): Promise<void> {
  await Promise.all([
    writing.objectStore("tracks").delete(trackId),
    writing.objectStore("manifests").delete(trackId),
    writing.objectStore("pieces").delete(piecesOf(trackId)),
  ]);
}

/** Bytes that lie at a place now; 0 where nothing does. */
export async function readFormerSize(writing: MusicTransaction, place: Place): Promise<number> {
  if (place.kind === "manifest") return sizeOf(await writing.objectStore("manifests").get(place.trackId));
  const pieces = writing.objectStore("pieces");
  // The key is looked for first: almost always it is not there, and no music is read.
  const isThere = (await pieces.getKey([place.trackId, place.index])) !== undefined;
  return isThere ? sizeOf(await pieces.get([place.trackId, place.index])) : 0;
}

function sizeOf(row: unknown): number {
  return row instanceof Uint8Array ? row.byteLength : 0;
}
