/** Tracks of noise with real manifests: what a swarm moves, without any music in it. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import * as v from "valibot";
import { encodeManifest, TrackIdSchema } from "../../app/core/index.ts";
import type { Manifest, TrackId } from "../../app/core/index.ts";
import { seededRandom } from "./seeded-random.ts";

export interface Song {
  readonly trackId: TrackId;
  readonly manifest: Manifest;
  readonly manifestBytes: Uint8Array;
  /** Chunks, and the cover at the end where there is one. */
  readonly pieces: readonly Uint8Array[];
  readonly sizeBytes: number;
}

export interface SongOptions {
  readonly chunks?: number;
  /** Bytes of a chunk, give or take a tenth. */
  readonly chunkBytes?: number;
  readonly coverBytes?: number;
  readonly seed?: number;
}

const CHUNK_US = 2_000_000;

/** By default 104 chunks of 2 s and about 32 KB: 208 s at 128 kbit/s. */
export function makeSong({ chunks = 104, chunkBytes = 32_000, coverBytes = 0, seed = 1 }: SongOptions = {}): Song {
  const random = seededRandom(seed);
  const noise = (sizeBytes: number): Uint8Array => {
    const words = Uint32Array.from({ length: Math.ceil(sizeBytes / 4) }, () => random() * 2 ** 32);
    return new Uint8Array(words.buffer, 0, sizeBytes);
  };
  const sounds = Array.from({ length: chunks }, () => noise(Math.max(1, Math.round(chunkBytes * (0.9 + 0.2 * random())))));
  const cover = coverBytes > 0 ? noise(coverBytes) : null;
  const manifest: Manifest = {
    title: `Song ${seed}`,
    artist: "Nobody",
    album: "",
    codec: "mp3",
    container: "mp3",
    mimeType: "audio/mpeg",
    sampleRateHz: 44_100,
    channels: 2,
    durationUs: chunks * CHUNK_US,
    musicStartUs: 0,
    init: new Uint8Array(0),
    chunks: sounds.map((bytes, index) => ({ startUs: index * CHUNK_US, sizeBytes: bytes.byteLength, sha256: sha256(bytes) })),
    cover: cover && { mimeType: "image/png", sizeBytes: cover.byteLength, sha256: sha256(cover) },
  };
  const manifestBytes = encodeManifest(manifest);
  const pieces = cover ? [...sounds, cover] : sounds;
  return {
    trackId: v.parse(TrackIdSchema, bytesToHex(sha256(manifestBytes))),
    manifest,
    manifestBytes,
    pieces,
    sizeBytes: pieces.reduce((sum, piece) => sum + piece.byteLength, 0),
  };
}
