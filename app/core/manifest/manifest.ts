/**
 * What a track is. The manifest's canonical bytes are what peers exchange; their SHA-256 is the track id, so a
 * manifest that arrives from anyone is accepted only if it hashes to the id that was asked for (compare BEP 9).
 */
import { decode, encode } from "cborg";
import * as v from "valibot";
import { bytesToHex } from "@noble/hashes/utils.js";
import { ProtocolError } from "../errors.ts";
import type { TrackId } from "../ids.ts";
import {
  MAX_CHUNK_BYTES,
  MAX_CHUNKS_PER_TRACK,
  MAX_COVER_BYTES,
  MAX_INIT_BYTES,
  MAX_MANIFEST_BYTES,
  MAX_TRACK_MS,
} from "../tunables.ts";
import type { Hasher } from "../ports.ts";

/** One self-contained media segment of about 2 s. */
export interface ChunkInfo {
  /** Media time of its first frame within the track, µs. Chunk 0 starts at 0. */
  readonly startUs: number;
  readonly sizeBytes: number;
  /** 32 bytes. */
  readonly sha256: Uint8Array;
}

export interface CoverInfo {
  readonly mimeType: string;
  readonly sizeBytes: number;
  readonly sha256: Uint8Array;
}

export interface Manifest {
  readonly title: string;
  readonly artist: string;
  readonly album: string;
  readonly codec: "mp3" | "aac" | "flac" | "opus" | "vorbis";
  readonly container: "mp3" | "mp4" | "webm";
  /** With codec parameter, as for `MediaSource.isTypeSupported`. */
  readonly mimeType: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Length of the music, µs: what the ear hears, without encoder delay and padding. */
  readonly durationUs: number;
  /** Media time at which the music begins, µs ≥ 0: the encoder's delay, which is cut away when appending. */
  readonly musicStartUs: number;
  /** Initialisation segment; empty for raw MP3. */
  readonly init: Uint8Array;
  /** At least one, ascending in `startUs`. */
  readonly chunks: readonly ChunkInfo[];
  readonly cover: CoverInfo | null;
}

const text = v.pipe(v.string(), v.maxLength(300));
const count = (max: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(max));
const positive = (max: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(max));
const sha256 = v.pipe(v.instance(Uint8Array), v.length(32));
/** Six hours: longer than any mix, short enough for every bound that is derived from it. */
const MAX_DURATION_US = MAX_TRACK_MS * 1000;

/** The encoded shape keeps per-chunk numbers in columns: 40 bytes a chunk instead of 80. */
const EncodedManifestSchema = v.strictObject({
  version: v.literal(1),
  title: text,
  artist: text,
  album: text,
  codec: v.picklist(["mp3", "aac", "flac", "opus", "vorbis"]),
  container: v.picklist(["mp3", "mp4", "webm"]),
  mimeType: v.pipe(v.string(), v.regex(/^audio\/[a-z0-9]+(?:; ?codecs="[A-Za-z0-9.-]+")?$/), v.maxLength(80)),
  sampleRateHz: positive(768_000),
  channels: positive(8),
  durationUs: positive(MAX_DURATION_US),
  musicStartUs: count(10e6),
  init: v.pipe(v.instance(Uint8Array), v.maxLength(MAX_INIT_BYTES)),
  chunkStartsUs: v.pipe(v.array(count(MAX_DURATION_US + 10e6)), v.minLength(1), v.maxLength(MAX_CHUNKS_PER_TRACK)),
  chunkSizes: v.pipe(v.array(positive(MAX_CHUNK_BYTES)), v.minLength(1), v.maxLength(MAX_CHUNKS_PER_TRACK)),
  /** The chunks' hashes, 32 bytes each, one after another. */
  chunkHashes: v.pipe(v.instance(Uint8Array), v.maxLength(32 * MAX_CHUNKS_PER_TRACK)),
  cover: v.nullable(
    v.strictObject({
      mimeType: v.picklist(["image/jpeg", "image/png", "image/webp"]),
      sizeBytes: positive(MAX_COVER_BYTES),
      sha256,
    }),
  ),
});

/** Canonical bytes: CBOR with sorted keys (RFC 8949, 4.2.1). Equal manifests give equal bytes. */
export function encodeManifest(manifest: Manifest): Uint8Array {
  const { chunks, ...rest } = manifest;
  const chunkHashes = new Uint8Array(32 * chunks.length);
  chunks.forEach((chunk, index) => chunkHashes.set(chunk.sha256, 32 * index));
  return encode({
    version: 1,
    ...rest,
    chunkStartsUs: chunks.map((chunk) => chunk.startUs),
    chunkSizes: chunks.map((chunk) => chunk.sizeBytes),
    chunkHashes,
  });
}

/** @throws ProtocolError `malformed`, `too-large` or `invalid-message`. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  if (bytes.byteLength > MAX_MANIFEST_BYTES) throw new ProtocolError("too-large", `manifest of ${bytes.byteLength} bytes`);
  let decoded: unknown;
  try {
    decoded = decode(bytes, { strict: true, rejectDuplicateMapKeys: true });
  } catch (cause) {
    throw new ProtocolError("malformed", "manifest is not canonical CBOR", { cause });
  }
  const result = v.safeParse(EncodedManifestSchema, decoded);
  if (!result.success) throw new ProtocolError("invalid-message", `manifest: ${v.summarize(result.issues)}`);
  const { version: _, chunkStartsUs, chunkSizes, chunkHashes, ...rest } = result.output;
  const isConsistent =
    chunkStartsUs.length === chunkSizes.length &&
    chunkHashes.byteLength === 32 * chunkSizes.length &&
    chunkStartsUs[0] === 0 &&
    chunkStartsUs.every((startUs, index) => index === 0 || startUs > (chunkStartsUs[index - 1] ?? 0));
  if (!isConsistent) throw new ProtocolError("invalid-message", "manifest: chunk columns disagree");
  const chunks = chunkSizes.map((sizeBytes, index) => ({
    startUs: chunkStartsUs[index] ?? 0,
    sizeBytes,
    sha256: chunkHashes.subarray(32 * index, 32 * index + 32),
  }));
  return { ...rest, chunks };
}

export async function trackIdOf(manifestBytes: Uint8Array, hasher: Hasher): Promise<TrackId> {
  return bytesToHex(await hasher.sha256(manifestBytes)) as TrackId;
}

// Pieces: the chunks, and the cover as one more at the end.

export function pieceCount(manifest: Manifest): number {
  return manifest.chunks.length + (manifest.cover ? 1 : 0);
}

/** Size and hash of piece `index`, or null where there is none. */
export function pieceInfo(manifest: Manifest, index: number): { readonly sizeBytes: number; readonly sha256: Uint8Array } | null {
  return manifest.chunks[index] ?? (index === manifest.chunks.length ? manifest.cover : null);
}

/** All payload bytes: chunks and cover. */
export function totalBytes(manifest: Manifest): number {
  return manifest.chunks.reduce((sum, chunk) => sum + chunk.sizeBytes, manifest.cover?.sizeBytes ?? 0);
}

/** The chunk that sounds at `positionMs` of the music; clamped to the first and the last. */
export function chunkIndexAt(manifest: Manifest, positionMs: number): number {
  const mediaUs = positionMs * 1000 + manifest.musicStartUs;
  let low = 0;
  let high = manifest.chunks.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((manifest.chunks[middle]?.startUs ?? 0) <= mediaUs) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Where chunk `index` begins in the music, ms; below 0 for a first chunk that begins with encoder delay. */
export function chunkStartMs(manifest: Manifest, index: number): number {
  return ((manifest.chunks[index]?.startUs ?? manifest.musicStartUs + manifest.durationUs) - manifest.musicStartUs) / 1000;
}
