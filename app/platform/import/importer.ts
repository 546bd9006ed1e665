/**
 * Importing as the app calls it: files in, tracks out, one after another, off the page's thread where that is possible.
 * The demuxer (mediabunny, several hundred KB) is loaded when the first file comes, not before.
 */
import type { ChunkStore, Hasher } from "../../core/index.ts";
import type { ImportOptions, ImportedTrack } from "./import-track.ts";
import { findTypeProbe, playableTypes } from "./playable-types.ts";
import { importInWorker, WorkerUnavailable } from "./worker-import.ts";

export type { ImportOptions, ImportedTrack } from "./import-track.ts";

export interface Importer {
  /**
   * Imports are done in order of calls. The store stays as it was unless this resolves.
   * @throws ImportError; StoreError where the store itself is gone; the signal's reason when aborted.
   */
  import(file: File, options?: ImportOptions): Promise<ImportedTrack>;
}

export interface ImporterDeps {
  readonly store: ChunkStore;
  /** For browsers without workers; a worker has its own. */
  readonly hasher: Hasher;
}

export function createImporter(deps: ImporterDeps): Importer {
  let previous: Promise<unknown> = Promise.resolve();
  return {
    import(file, options = {}) {
      const run = () => importOne(file, deps, options);
      const imported = previous.then(run, run); // One that failed does not hold up the next.
      previous = imported;
      return imported;
    },
  };
}

async function importOne(file: File, deps: ImporterDeps, options: ImportOptions): Promise<ImportedTrack> {
  options.signal?.throwIfAborted();
  if (typeof Worker === "undefined" || typeof OffscreenCanvas === "undefined") return importOnPage(file, deps, options);
  try {
    const worker = new Worker(new URL("./import-worker.ts", import.meta.url), { type: "module", name: "import" });
    return await importInWorker(worker, file, file.name, deps.store, options);
  } catch (error) {
    if (!(error instanceof WorkerUnavailable)) throw error;
    return importOnPage(file, deps, options);
  }
}

async function importOnPage(file: File, { store, hasher }: ImporterDeps, options: ImportOptions): Promise<ImportedTrack> {
  const [{ importTrack }, { resizeCover }] = await Promise.all([import("./import-track.ts"), import("./resize-cover.ts")]);
  const playable = new Set(playableTypes(findTypeProbe()));
  return importTrack(file, file.name, { store, hasher, resizeCover, canPlay: (mimeType) => playable.has(mimeType) }, options);
}
