import { expect, test } from "vitest";
import { decodeManifest } from "../../app/core/index.ts";
import { createHasher } from "../../app/platform/hash/hasher.ts";
import { MemoryChunkStore } from "../../app/platform/store/memory-chunk-store.ts";
import { keepSynthetic, syntheticChunk, syntheticTrack, verifySynthetic } from "../../server/peer/synthetic-track.ts";

const hasher = createHasher();
const shape = { chunks: 5, chunkBytes: 1001 };

test("a shape is the same track on every machine", async () => {
  expect((await syntheticTrack({ chunks: 120, chunkBytes: 4096 }, hasher)).trackId).toBe(
    "cbc1189fee33a4ab675e49f7592d4b78da1ee9ff1803957ceb08312327552993",
  );
});

test("no two chunks are alike, and each has its size", () => {
  const chunks = Array.from({ length: 50 }, (_, index) => Buffer.from(syntheticChunk(shape, index)).toString("hex"));
  expect(new Set(chunks).size).toBe(50);
  expect(chunks.every((hex) => hex.length === 2 * shape.chunkBytes)).toBe(true);
});

test("what is kept is a whole track, and verifies", async () => {
  const store = new MemoryChunkStore(1e6);
  const { trackId, manifest } = await keepSynthetic(shape, store, hasher);
  const stored = await store.getTrack(trackId);
  expect(stored?.heldPieces).toEqual([0, 1, 2, 3, 4]);
  expect(decodeManifest(stored?.manifestBytes ?? new Uint8Array(0))).toEqual(manifest);
  await expect(verifySynthetic(shape, store, hasher)).resolves.toBeUndefined();
});

test("a byte that is wrong, and a chunk that is missing, are told by their chunk", async () => {
  const store = new MemoryChunkStore(1e6);
  const { trackId } = await keepSynthetic(shape, store, hasher);
  await store.putPiece(trackId, 3, syntheticChunk(shape, 3).fill(7, 1000));
  await expect(verifySynthetic(shape, store, hasher)).rejects.toThrow(/^Chunk 3 /);
  await store.deletePiece(trackId, 2);
  await expect(verifySynthetic(shape, store, hasher)).rejects.toThrow(/^Chunk 2 /);
});
