/**
 * Music in a folder: `tracks/<track id>/` holds the manifest and one file per piece. Which pieces are held is read from
 * names alone, once, at opening; use is the folder's own time of change. Files are written beside their place and
 * renamed into it, so that a file is whole or absent; whether the disk kept its bytes is for the reader to verify.
 *
 * The folder belongs to one process at a time (see peer-folder.ts).
 */
import fs from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { StoreError, TrackIdSchema } from "../../app/core/index.ts";
import type { ChunkStore, StoredTrack, StoreUsage, TrackId } from "../../app/core/index.ts";
import { formatBytes } from "./amounts.ts";
import { isMissing, writeWhole } from "./whole-files.ts";

/** Which tracks must go to make room; null where that would not help. */
type ChooseEvictions = (
  occupants: readonly KeptTrack[],
  neededBytes: number,
  budgetBytes: number,
  mayGo: (trackId: TrackId) => boolean,
) => readonly TrackId[] | null;

export interface FolderStoreOptions {
  readonly budgetBytes: number;
  readonly chooseEvictions: ChooseEvictions;
  readonly wallClockMs: () => number;
}

interface KeptTrack {
  readonly trackId: TrackId;
  manifestBytes: number | null;
  origin: boolean;
  readonly pieces: Map<number, number>;
  sizeBytes: number;
  usedAtMs: number;
}

const MANIFEST = "manifest.cbor";
/** An empty file that says: imported here. */
const ORIGIN = "origin";
const PIECE = /^(\d{1,6})\.piece$/;
/** What a disk says when there is no room, or this user may not have more of it. */
const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

export class FolderChunkStore implements ChunkStore {
  readonly #folder: string;
  readonly #options: FolderStoreOptions;
  readonly #tracks: Map<TrackId, KeptTrack>;
  #pinned: ReadonlySet<TrackId> = new Set();
  #lastUseMs = 0;
  /** Changes take effect one after another, in the order of the calls. */
  #changes: Promise<unknown> = Promise.resolve();

  private constructor(folder: string, options: FolderStoreOptions, tracks: Map<TrackId, KeptTrack>) {
    this.#folder = folder;
    this.#options = options;
    this.#tracks = tracks;
  }

  /** Opens the folder, made where it is missing, and clears away what a dead process has left half done. */
  static async open(folder: string, options: FolderStoreOptions): Promise<FolderChunkStore> {
    const tracksFolder = join(folder, "tracks");
    await fs.mkdir(tracksFolder, { recursive: true });
    const tracks = new Map<TrackId, KeptTrack>();
    for (const name of await fs.readdir(tracksFolder)) {
      const trackId = v.safeParse(TrackIdSchema, name);
      if (!trackId.success) continue; // not ours
      const track = await readTrackFolder(join(tracksFolder, name), trackId.output);
      if (track.manifestBytes === null) await fs.rm(join(tracksFolder, name), { recursive: true, force: true });
      else tracks.set(track.trackId, track);
    }
    return new FolderChunkStore(tracksFolder, options, tracks);
  }

  async listTracks(): Promise<readonly StoredTrack[]> {
    const latestFirst = [...this.#tracks.values()].sort((a, b) => b.usedAtMs - a.usedAtMs);
    const stored = await Promise.all(latestFirst.map((track) => this.#readStored(track)));
    return stored.filter((track) => track !== null);
  }

  async getTrack(trackId: TrackId): Promise<StoredTrack | null> {
    const track = this.#tracks.get(trackId);
    return track ? this.#readStored(track) : null;
  }

  putManifest(trackId: TrackId, manifestBytes: Uint8Array, { origin }: { readonly origin: boolean }): Promise<void> {
    const bytes = manifestBytes.slice();
    return this.#change(async () => {
      if (origin) await this.#write(trackId, ORIGIN, new Uint8Array(0), 0);
      const track = await this.#write(trackId, MANIFEST, bytes, this.#tracks.get(trackId)?.manifestBytes ?? 0);
      track.manifestBytes = bytes.byteLength;
      track.origin ||= origin;
    });
  }

  async getPiece(trackId: TrackId, index: number): Promise<Uint8Array | null> {
    if (!this.#tracks.get(trackId)?.pieces.has(index)) return null;
    return this.#read(trackId, pieceName(index));
  }

  putPiece(trackId: TrackId, index: number, bytes: Uint8Array): Promise<void> {
    const own = bytes.slice();
    return this.#change(async () => {
      const track = await this.#write(trackId, pieceName(index), own, this.#tracks.get(trackId)?.pieces.get(index) ?? 0);
      track.pieces.set(index, own.byteLength);
    });
  }

  deletePiece(trackId: TrackId, index: number): Promise<void> {
    return this.#change(async () => {
      const track = this.#tracks.get(trackId);
      const sizeBytes = track?.pieces.get(index);
      if (!track || sizeBytes === undefined) return;
      await fs.rm(join(this.#folder, trackId, pieceName(index)), { force: true });
      track.pieces.delete(index);
      track.sizeBytes -= sizeBytes;
    });
  }

  deleteTrack(trackId: TrackId): Promise<void> {
    return this.#change(() => this.#drop(trackId));
  }

  pin(trackIds: readonly TrackId[]): Promise<void> {
    return this.#change(async () => {
      this.#pinned = new Set(trackIds);
      for (const trackId of [...trackIds].reverse()) {
        const track = this.#tracks.get(trackId);
        if (!track) continue;
        track.usedAtMs = this.#nextUseMs();
        await fs.utimes(join(this.#folder, trackId), track.usedAtMs / 1000, track.usedAtMs / 1000);
      }
    });
  }

  async usage(): Promise<StoreUsage> {
    const usedBytes = [...this.#tracks.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    return { usedBytes, budgetBytes: this.#options.budgetBytes, persistent: true };
  }

  /** Resolves when everything that was asked for so far is on disk, or has failed. */
  async settled(): Promise<void> {
    await this.#changes;
  }

  /** @throws StoreError whatever went wrong. */
  #change(run: () => Promise<void>): Promise<void> {
    const changed = this.#changes.then(run).catch((error: unknown) => {
      throw error instanceof StoreError
        ? error
        : new StoreError("unavailable", `${this.#folder}: ${String(error)}`, { cause: error });
    });
    this.#changes = changed.catch(() => {}); // whoever asked for it hears of the failure
    return changed;
  }

  /** Writes one file of a track, which is then `bytes` instead of `formerBytes` long, and makes room for it before. */
  async #write(trackId: TrackId, name: string, bytes: Uint8Array, formerBytes: number): Promise<KeptTrack> {
    const growthBytes = bytes.byteLength - formerBytes;
    await this.#makeRoom(trackId, Math.max(0, growthBytes), this.#options.budgetBytes);
    const path = join(this.#folder, trackId, name);
    try {
      await writeWhole(path, bytes);
    } catch (error) {
      if (!isFull(error)) throw error;
      await this.#writeOnFullDisk(trackId, path, bytes);
    }
    const track = this.#tracks.get(trackId) ?? newTrack(trackId);
    this.#tracks.set(trackId, track);
    track.sizeBytes += growthBytes;
    track.usedAtMs = this.#nextUseMs();
    return track;
  }

  /** The disk is the budget now: once, for as much as is there already. @throws StoreError `quota` */
  async #writeOnFullDisk(trackId: TrackId, path: string, bytes: Uint8Array): Promise<void> {
    const { usedBytes } = await this.usage();
    try {
      await this.#makeRoom(trackId, bytes.byteLength, usedBytes);
      await writeWhole(path, bytes);
    } catch (cause) {
      const isNoRoom = isFull(cause) || cause instanceof StoreError;
      throw isNoRoom ? new StoreError("quota", `the disk of ${this.#folder} is full`, { cause }) : cause;
    }
  }

  /** @throws StoreError `quota` */
  async #makeRoom(trackId: TrackId, neededBytes: number, budgetBytes: number): Promise<void> {
    const mayGo = (other: TrackId): boolean =>
      other !== trackId && !this.#pinned.has(other) && this.#tracks.get(other)?.manifestBytes !== null;
    const evicted = this.#options.chooseEvictions([...this.#tracks.values()], neededBytes, budgetBytes, mayGo);
    if (!evicted) throw new StoreError("quota", `the ${formatBytes(budgetBytes)} that may be kept are used up`);
    for (const other of evicted) await this.#drop(other);
  }

  async #drop(trackId: TrackId): Promise<void> {
    this.#tracks.delete(trackId);
    await fs.rm(join(this.#folder, trackId), { recursive: true, force: true });
  }

  /** Null while there is no manifest. */
  async #readStored({ trackId, manifestBytes, pieces, origin }: KeptTrack): Promise<StoredTrack | null> {
    const bytes = manifestBytes === null ? null : await this.#read(trackId, MANIFEST);
    return bytes && { trackId, manifestBytes: bytes, heldPieces: [...pieces.keys()].sort((a, b) => a - b), origin };
  }

  /** Null where the file has gone, behind our back or just now. */
  async #read(trackId: TrackId, name: string): Promise<Uint8Array | null> {
    try {
      const bytes = await fs.readFile(join(this.#folder, trackId, name));
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength).slice();
    } catch (error) {
      if (isMissing(error)) return null;
      throw new StoreError("unavailable", `${this.#folder}: ${String(error)}`, { cause: error });
    }
  }

  /** Always grows: of two uses the later one is known, even within one millisecond. */
  #nextUseMs(): number {
    return (this.#lastUseMs = Math.max(this.#options.wallClockMs(), this.#lastUseMs + 1));
  }
}

function pieceName(index: number): string {
  return `${index}.piece`;
}

function newTrack(trackId: TrackId): KeptTrack {
  return { trackId, manifestBytes: null, origin: false, pieces: new Map(), sizeBytes: 0, usedAtMs: 0 };
}

function isFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && FULL.has(String(error.code));
}

async function readTrackFolder(folder: string, trackId: TrackId): Promise<KeptTrack> {
  const track = newTrack(trackId);
  track.usedAtMs = (await fs.stat(folder)).mtimeMs;
  for (const name of await fs.readdir(folder)) {
    const index = PIECE.exec(name)?.[1];
    if (name === ORIGIN) track.origin = true;
    else if (name === MANIFEST || index !== undefined) {
      const { size } = await fs.stat(join(folder, name));
      track.sizeBytes += size;
      if (index === undefined) track.manifestBytes = size;
      else track.pieces.set(Number(index), size);
    } else await fs.rm(join(folder, name), { recursive: true, force: true });
  }
  return track;
}
