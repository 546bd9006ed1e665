/** What the store holds of a track, read once before anything is fetched: so that nothing is fetched twice. */
import { ProtocolError } from "../errors.ts";
import { pieceInfo, trackIdOf } from "../manifest/manifest.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { ChunkStore, StoredTrack } from "../ports.ts";
import type { SwarmContext } from "./context.ts";
import type { TrackState } from "./track-state.ts";

export interface TrackLoaderOptions {
  readonly store: ChunkStore;
  readonly onStoreFailed: (error: unknown) => void;
  /** The store has answered. `hasManifest`: it was the store that brought the manifest. */
  readonly onLoaded: (track: TrackState, hasManifest: boolean) => void;
}

export class TrackLoader {
  readonly #context: SwarmContext;
  readonly #options: TrackLoaderOptions;

  constructor(context: SwarmContext, options: TrackLoaderOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** `isFirst`: what is found was on this device when the jam was joined. */
  async load(track: TrackState, isFirst: boolean): Promise<void> {
    track.isLoading = true;
    let stored: StoredTrack | null = null;
    let manifest: Manifest | null = null;
    try {
      stored = await this.#options.store.getTrack(track.trackId);
      if (stored && (await trackIdOf(stored.manifestBytes, this.#context.hasher)) === track.trackId)
        manifest = this.#context.keeper.readManifest(track.trackId, stored.manifestBytes);
    } catch (error) {
      // A manifest that cannot be read is as good as none: peers have it.
      if (!(error instanceof ProtocolError)) this.#options.onStoreFailed(error);
    }
    if (!this.#context.isRunning || this.#context.tracks.get(track.trackId) !== track) return;
    track.isLoading = false;
    const hasManifest = manifest !== null && track.manifest === null;
    if (stored && manifest) {
      track.adoptManifest(manifest, stored.manifestBytes, this.#context.random);
      for (const index of stored.heldPieces)
        if (pieceInfo(manifest, index) && track.hold(index) && isFirst) track.counters.bytesFromStore += track.sizeBytes(index);
    }
    this.#options.onLoaded(track, hasManifest);
  }
}
