/**
 * A made-up track: noise that both ends can compute, so that a transfer can be verified byte by byte without any music
 * to hand. The same shape is the same track on every machine.
 */
import { createHash } from "node:crypto";
import { CHUNK_TARGET_US, encodeManifest } from "../../app/core/index.ts";
import type { Manifest } from "../../app/core/index.ts";

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

export function describeSynthetic(shape: SyntheticShape): Manifest {
  const chunks = Array.from({ length: shape.chunks }, (_, index) => ({
    startUs: index * CHUNK_TARGET_US,
    sizeBytes: shape.chunkBytes,
    sha256: new Uint8Array(createHash("sha256").update(syntheticChunk(shape, index)).digest()),
  }));
  return {
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
}

export function syntheticManifestBytes(shape: SyntheticShape): Uint8Array {
  return encodeManifest(describeSynthetic(shape));
}
