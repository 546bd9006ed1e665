/**
 * A file becomes a track: opened, cut into chunks, hashed, kept. The store files pieces under the track's id, and the
 * id is the hash of all of them; so the file is read twice, once to know the id and once to keep the pieces. Reading is
 * cheap, and nothing is ever held whole. Only what had to be encoded is held back in between, as Blobs, which browsers
 * keep out of the page's memory and put on disk when they are large.
 */
import {
  encodeManifest,
  ImportError,
  MAX_CHUNKS_PER_TRACK,
  MAX_INIT_BYTES,
  MAX_MANIFEST_BYTES,
  pieceCount,
  trackIdOf,
  type ChunkInfo,
  type Hasher,
  type Manifest,
  type TrackId,
} from "../../core/index.ts";
import { cutIntoChunks } from "./chunker.ts";
import { prepareCover, type Cover, type ResizeCover } from "./cover.ts";
import { toImportFailure } from "./import-errors.ts";
import { createMuxer } from "./create-muxer.ts";
import { keepTrack, type ImportStore } from "./keep-track.ts";
import { openSongFile, type SongFile } from "./song-file.ts";

export interface ImportDeps {
  readonly store: ImportStore;
  readonly hasher: Hasher;
  readonly resizeCover: ResizeCover;
  /** Whether MediaSource takes this MIME type here. Without it, every chunk format counts as playable. */
  readonly canPlay?: (mimeType: string) => boolean;
}

export interface ImportOptions {
  /** Called with 0…1, ascending. */
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

export interface ImportedTrack {
  readonly trackId: TrackId;
  readonly manifest: Manifest;
}

/** Six hours, as MAX_CHUNKS_PER_TRACK. */
const MAX_DURATION_US = 6 * 3600 * 1e6;

/**
 * Leaves the store as it was unless it resolves.
 * @throws ImportError; StoreError `unavailable` or `damaged`; the signal's reason when aborted.
 */
export async function importTrack(
  file: Blob,
  fileName: string,
  deps: ImportDeps,
  options: ImportOptions = {},
): Promise<ImportedTrack> {
  const { signal, onProgress = () => undefined } = options;
  let song: SongFile | null = null;
  try {
    signal?.throwIfAborted();
    song = await openSongFile(file, fileName, deps.canPlay ?? (() => true));
    // Encoding takes far longer than keeping what was encoded.
    const share = song.reader.repeatable ? 0.5 : 0.95;
    const cover = song.image && (await prepareCover(song.image.data, deps.resizeCover));
    const { manifest, chunks } = await describe(song, cover, {
      ...deps,
      file,
      fileName,
      signal,
      onProgress: (fraction) => onProgress(fraction * share),
    });
    const manifestBytes = encodeManifest(manifest);
    if (manifestBytes.byteLength > MAX_MANIFEST_BYTES) throw new ImportError("too-long", fileName);
    const trackId = await trackIdOf(manifestBytes, deps.hasher);
    await keepTrack({ trackId, manifestBytes, chunks, cover: cover?.bytes ?? null }, deps.store, (keptPieces) => {
      signal?.throwIfAborted();
      onProgress(share + ((1 - share) * keptPieces) / pieceCount(manifest));
    });
    return { trackId, manifest };
  } catch (error) {
    throw toImportFailure(error, fileName, signal);
  } finally {
    song?.close();
  }
}

interface Described {
  readonly manifest: Manifest;
  /** The bytes behind `manifest.chunks`, once. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

interface DescribeContext {
  readonly hasher: Hasher;
  readonly file: Blob;
  readonly fileName: string;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (fraction: number) => void;
}

async function describe(song: SongFile, cover: Cover | null, context: DescribeContext): Promise<Described> {
  const { hasher, fileName } = context;
  const { format, repeatable, packets, trim } = song.reader;
  const muxer = createMuxer(format);
  const toUs = (samples: number) => Math.round((samples * 1e6) / format.sampleRateHz);
  const chunks: ChunkInfo[] = [];
  const heldBack: Blob[] = [];
  let totalSamples = 0;
  let readBytes = 0;
  for await (const chunk of cutIntoChunks(packets(), format.sampleRateHz)) {
    context.signal?.throwIfAborted();
    const bytes = muxer.muxChunk(chunk, chunks.length);
    const last = chunk.at(-1);
    totalSamples = last ? last.startSample + last.durationSamples : totalSamples;
    if (chunks.length >= MAX_CHUNKS_PER_TRACK || toUs(totalSamples) > MAX_DURATION_US)
      throw new ImportError("too-long", fileName);
    chunks.push({ startUs: toUs(chunk[0]?.startSample ?? 0), sizeBytes: bytes.byteLength, sha256: await hasher.sha256(bytes) });
    if (!repeatable) heldBack.push(new Blob([bytes.slice()]));
    readBytes += bytes.byteLength;
    const share = song.durationHintS ? totalSamples / format.sampleRateHz / song.durationHintS : readBytes / context.file.size;
    context.onProgress(Math.min(1, share));
  }
  const { startSamples, endSamples } = trim();
  const musicSamples = totalSamples - startSamples - endSamples;
  if (musicSamples <= 0) throw new ImportError("damaged", fileName);
  if (muxer.init.byteLength > MAX_INIT_BYTES) throw new ImportError("codec-unsupported", fileName);

  const manifest: Manifest = {
    ...song.tags,
    codec: format.codec,
    container: muxer.container,
    mimeType: muxer.mimeType,
    sampleRateHz: format.sampleRateHz,
    channels: format.channels,
    durationUs: toUs(musicSamples),
    musicStartUs: toUs(startSamples),
    init: muxer.init,
    chunks,
    cover: cover && { mimeType: cover.mimeType, sizeBytes: cover.bytes.byteLength, sha256: await hasher.sha256(cover.bytes) },
  };

  async function* muxAgain(): AsyncGenerator<Uint8Array> {
    let index = 0;
    for await (const chunk of cutIntoChunks(packets(), format.sampleRateHz)) yield muxer.muxChunk(chunk, index++);
  }
  async function* takeOut(): AsyncGenerator<Uint8Array> {
    for (const blob of heldBack) yield new Uint8Array(await blob.arrayBuffer());
  }
  return { manifest, chunks: repeatable ? muxAgain() : takeOut() };
}
