/**
 * A made-up track: noise that both ends can compute, so that a transfer can be verified byte by byte without any music
 * to hand. The same shape is the same track on every machine.
 */
import { CHUNK_TARGET_US, encodeManifest, trackIdOf } from "../../app/core/index.ts";
import type { ChunkInfo, ChunkStore, Hasher, Manifest, TrackId } from "../../app/core/index.ts";
import { PeerFailure } from "./failure.ts";

export interface SyntheticShape {
  readonly chunks: number;
  readonly chunkBytes: number;
}

/** The bytes of chunk `index`. */
export function syntheticChunk({ chunkBytes }: SyntheticShape, index: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(chunkBytes / 4));
  let state = (index + 1) * 0x9e3779b1; // a different, never zero start for each chunk
  for (let at = 0; at < words.length; at++) {
    // xorshift32 (Marsaglia, 2003): quick, and nothing that compression or chance would confuse.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return new Uint8Array(words.buffer, 0, chunkBytes);
}

export interface SyntheticTrack {
  readonly trackId: TrackId;
  readonly manifest: Manifest;
  readonly manifestBytes: Uint8Array;
}

export async function syntheticTrack(shape: SyntheticShape, hasher: Hasher): Promise<SyntheticTrack> {
  const chunks: ChunkInfo[] = [];
  for (let index = 0; index < shape.chunks; index++)
    chunks.push({
      startUs: index * CHUNK_TARGET_US,
      sizeBytes: shape.chunkBytes,
      sha256: await hasher.sha256(syntheticChunk(shape, index)),
    });
  const manifest: Manifest = {
    title: `Noise of ${shape.chunks} × ${shape.chunkBytes} bytes`,
    artist: "",
    album: "",
    codec: "mp3",
    container: "mp3",
    mimeType: "audio/mpeg",
    sampleRateHz: 44_100,
    channels: 2,
    durationUs: shape.chunks * CHUNK_TARGET_US,
    musicStartUs: 0,
    init: new Uint8Array(0),
    chunks,
    cover: null,
  };
  const manifestBytes = encodeManifest(manifest);
  return { trackId: await trackIdOf(manifestBytes, hasher), manifest, manifestBytes };
}

/** @throws StoreError */
export async function keepSynthetic(shape: SyntheticShape, store: ChunkStore, hasher: Hasher): Promise<SyntheticTrack> {
  const track = await syntheticTrack(shape, hasher);
  for (let index = 0; index < shape.chunks; index++) await store.putPiece(track.trackId, index, syntheticChunk(shape, index));
  await store.putManifest(track.trackId, track.manifestBytes, { origin: true });
  return track;
}

/** Reads everything back and compares it with what it should be. @throws PeerFailure */
export async function verifySynthetic(shape: SyntheticShape, store: ChunkStore, hasher: Hasher): Promise<void> {
  const { trackId } = await syntheticTrack(shape, hasher);
  for (let index = 0; index < shape.chunks; index++) {
    const bytes = await store.getPiece(trackId, index);
    if (!bytes || Buffer.compare(bytes, syntheticChunk(shape, index)) !== 0)
      throw new PeerFailure(`Chunk ${index} was kept, but is not what it should be: the disk may be damaged.`);
  }
}
