/** Covers as picture addresses, made once per track when the cover's piece is here. */
import type { Manifest, TrackId } from "../core/index.ts";

export interface CoverSource {
  manifest(trackId: TrackId): Manifest | null;
  isHeld(trackId: TrackId, index: number): boolean;
  readPiece(trackId: TrackId, index: number): Promise<Uint8Array | null>;
}

export class Covers {
  readonly #source: CoverSource;
  readonly #createUrl: (bytes: Uint8Array, mimeType: string) => string;
  readonly #onReady: () => void;
  readonly #urls = new Map<TrackId, string>();
  readonly #loading = new Set<TrackId>();

  constructor(source: CoverSource, createUrl: (bytes: Uint8Array, mimeType: string) => string, onReady: () => void) {
    this.#source = source;
    this.#createUrl = createUrl;
    this.#onReady = onReady;
  }

  /** The address, or null for now; `onReady` is called when it has become available. */
  url(trackId: TrackId): string | null {
    const known = this.#urls.get(trackId);
    if (known !== undefined) return known;
    const manifest = this.#source.manifest(trackId);
    const index = manifest?.chunks.length ?? -1;
    if (manifest?.cover && this.#source.isHeld(trackId, index) && !this.#loading.has(trackId)) {
      this.#loading.add(trackId);
      void this.#load(trackId, index, manifest.cover.mimeType).finally(() => this.#loading.delete(trackId));
    }
    return null;
  }

  async #load(trackId: TrackId, index: number, mimeType: string): Promise<void> {
    const bytes = await this.#source.readPiece(trackId, index);
    if (!bytes) return;
    this.#urls.set(trackId, this.#createUrl(bytes, mimeType));
    this.#onReady();
  }
}
