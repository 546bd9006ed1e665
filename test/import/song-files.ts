/** Files to import, and an importer for Node: no canvas, no encoders, a store in memory. */
import { openAsBlob } from "node:fs";
import { basename } from "node:path";
import { createHasher } from "../../app/platform/hash/hasher.ts";
import { omitLargeCover } from "../../app/platform/import/cover.ts";
import { importTrack, type ImportDeps, type ImportOptions } from "../../app/platform/import/import-track.ts";
import { MemoryChunkStore } from "../../app/platform/store/memory-chunk-store.ts";

const FIXTURES = new URL("../fixtures/", import.meta.url);

export function openFixture(name: string): Promise<Blob> {
  return openAsBlob(new URL(name, FIXTURES));
}

export const hasher = createHasher();

export function newStore(): MemoryChunkStore {
  return new MemoryChunkStore(64 * 1024 * 1024);
}

/** Imports `file` into a store of its own, unless `deps` brings one. */
export async function importFile(file: Blob, name: string, deps: Partial<ImportDeps> = {}, options: ImportOptions = {}) {
  const store = newStore();
  const imported = await importTrack(file, name, { store, hasher, resizeCover: omitLargeCover, ...deps }, options);
  return { ...imported, store };
}

export async function importFixture(name: string, deps: Partial<ImportDeps> = {}, options: ImportOptions = {}) {
  return importFile(await openFixture(name), basename(name), deps, options);
}
