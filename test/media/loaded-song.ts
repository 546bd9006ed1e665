/** A fixture as a sink gets it: imported for real, chunk by chunk. */
import { chunkStartMs } from "../../app/core/index.ts";
import type { Manifest, SinkAppend } from "../../app/core/index.ts";
import { createHasher } from "../../app/platform/hash/hasher.ts";
import { importTrack } from "../../app/platform/import/import-track.ts";

export interface LoadedSong {
  readonly manifest: Manifest;
  readonly pieces: readonly Uint8Array[];
}

export async function loadSong(fileName: string): Promise<LoadedSong> {
  const file = await (await fetch(new URL(`../fixtures/${fileName}`, import.meta.url))).blob();
  const pieces: Uint8Array[] = [];
  const store = {
    getTrack: async () => null,
    putPiece: async (_: string, index: number, bytes: Uint8Array) => void (pieces[index] = bytes.slice()),
    putManifest: async () => {},
    deleteTrack: async () => {},
  };
  const { manifest } = await importTrack(file, fileName, { store, hasher: createHasher(), resizeCover: async () => null });
  return { manifest, pieces };
}

/** Chunk `index` of a song whose music begins at `placeMs` of the timeline. */
export function describeChunk({ manifest, pieces }: LoadedSong, index: number, placeMs: number): SinkAppend {
  const musicStartMs = manifest.musicStartUs / 1000;
  return {
    mimeType: manifest.mimeType,
    container: manifest.container,
    init: manifest.init,
    initKey: manifest.mimeType + placeMs,
    bytes: pieces[index] ?? new Uint8Array(),
    trackOffsetMs: placeMs - musicStartMs,
    chunkStartMs: chunkStartMs(manifest, index) + musicStartMs,
    windowStartMs: placeMs,
    windowEndMs: placeMs + manifest.durationUs / 1000,
    neededFromMs: -Infinity,
  };
}
