/** Puts a track's pieces into the store, the manifest last: what has no manifest is no track. */
import type { ChunkStore, TrackId } from "../../core/index.ts";

/** What importing needs of the store. */
export type ImportStore = Pick<ChunkStore, "getTrack" | "putPiece" | "putManifest" | "deleteTrack">;

export interface TrackToKeep {
  readonly trackId: TrackId;
  readonly manifestBytes: Uint8Array;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly cover: Uint8Array | null;
}

/** Pieces on their way into the store at once: enough to fill one batch, little enough to be no memory. */
const WRITES_AT_ONCE = 8;

/**
 * A track that the store has already is completed, and stays if that fails; one that is new is taken out again.
 * @param onKept called after each piece with the count so far; may throw to stop.
 */
export async function keepTrack(track: TrackToKeep, store: ImportStore, onKept: (pieces: number) => void): Promise<void> {
  const { trackId } = track;
  const known = await store.getTrack(trackId);
  const held = new Set(known?.heldPieces);
  let writes: Promise<void>[] = [];
  try {
    let index = 0;
    const put = async (bytes: Uint8Array) => {
      const piece = index++;
      if (!held.has(piece)) writes.push(store.putPiece(trackId, piece, bytes));
      if (writes.length >= WRITES_AT_ONCE) {
        await Promise.all(writes);
        writes = [];
      }
      onKept(index);
    };
    for await (const bytes of track.chunks) await put(bytes);
    if (track.cover) await put(track.cover);
    await Promise.all(writes);
    await store.putManifest(trackId, track.manifestBytes, { origin: true });
  } catch (error) {
    await Promise.allSettled(writes);
    if (!known) await store.deleteTrack(trackId).catch(() => undefined); // The first error says more.
    throw error;
  }
}
