import type { ChunkStore, Hasher } from "../../core/index.ts";
import { omitLargeCover } from "./cover.ts";
import { importTrack } from "./import-track.ts";
import type { ImportedTrack, ImportOptions } from "./import-track.ts";
export function createImporter(deps: { store: ChunkStore; hasher: Hasher }) {
  return {
    import: (file: File, options: ImportOptions): Promise<ImportedTrack> => importTrack(file, file.name, { ...deps, resizeCover: omitLargeCover }, options),
  };
}
