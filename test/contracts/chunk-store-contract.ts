/** What any ChunkStore must do, on disk or in memory (rules ST). */
import { describe, expect, it } from "vitest";
import type { ChunkStore } from "../../app/core/index.ts";
import { bytesOf, trackIdOfNumber } from "../support/store-fixtures.ts";

/** @param make an empty store with that budget. */
export function describeChunkStore(name: string, make: (budgetBytes: number) => Promise<ChunkStore>): void {
  const first = trackIdOfNumber(1);
  const second = trackIdOfNumber(2);
  const third = trackIdOfNumber(3);
  const manifest = bytesOf(100, 9);
  /** A track with a manifest of 100 bytes and one piece, so that it takes `sizeBytes`. */
  const putTrack = async (store: ChunkStore, trackId: typeof first, sizeBytes: number): Promise<void> => {
    await store.putManifest(trackId, manifest, { origin: false });
    await store.putPiece(trackId, 0, bytesOf(sizeBytes - 100, 0));
  };
  const listIds = async (store: ChunkStore) => (await store.listTracks()).map(({ trackId }) => trackId);

  describe(`${name} as a chunk store`, () => {
    it("ST1: gives back what was put, and null for what was not", async () => {
      const store = await make(1e6);
      await store.putManifest(first, manifest, { origin: true });
      await store.putPiece(first, 0, bytesOf(64_000, 1));
      expect(await store.getPiece(first, 0)).toEqual(bytesOf(64_000, 1));
      expect(await store.getPiece(first, 1)).toBeNull();
      expect(await store.getPiece(second, 0)).toBeNull();
      expect(await store.getTrack(first)).toEqual({ trackId: first, manifestBytes: manifest, heldPieces: [0], origin: true });
      expect(await store.getTrack(second)).toBeNull();
    });

    it("ST1: bytes are copied both ways, and a view is kept as that view", async () => {
      const store = await make(1e6);
      const buffer = bytesOf(300, 5);
      const put = store.putPiece(first, 0, buffer.subarray(100, 200));
      buffer.fill(0);
      await put;
      const read = await store.getPiece(first, 0);
      expect(read).toEqual(bytesOf(300, 5).slice(100, 200));
      expect(read?.buffer.byteLength).toBe(100);
      read?.fill(0);
      expect(await store.getPiece(first, 0)).toEqual(bytesOf(300, 5).slice(100, 200));
    });

    it("ST2: lists held pieces in ascending order, however they came", async () => {
      const store = await make(1e6);
      await store.putManifest(first, manifest, { origin: false });
      await Promise.all([10, 2, 300, 0].map((index) => store.putPiece(first, index, bytesOf(10, index))));
      await store.putPiece(second, 1, bytesOf(10, 1));
      expect((await store.getTrack(first))?.heldPieces).toEqual([0, 2, 10, 300]);
    });

    it("ST2: a track without a manifest is not listed", async () => {
      const store = await make(1e6);
      await store.putPiece(first, 0, bytesOf(10, 0));
      expect(await store.listTracks()).toEqual([]);
      expect(await store.getTrack(first)).toBeNull();
      await store.putManifest(first, manifest, { origin: false });
      expect((await store.getTrack(first))?.heldPieces).toEqual([0]);
    });

    it("ST3: once an origin, always an origin", async () => {
      const store = await make(1e6);
      await store.putManifest(first, manifest, { origin: true });
      await store.putManifest(first, manifest, { origin: false });
      expect((await store.getTrack(first))?.origin).toBe(true);
    });

    it("ST4: counts manifests and pieces once each, also when one is put again or deleted", async () => {
      const store = await make(1e6);
      const usedBytes = async (): Promise<number> => (await store.usage()).usedBytes;
      await store.putManifest(first, manifest, { origin: false });
      await store.putManifest(first, manifest, { origin: false });
      await Promise.all([store.putPiece(first, 0, bytesOf(50, 0)), store.putPiece(first, 1, bytesOf(20, 1))]);
      expect(await usedBytes()).toBe(170);
      await store.putPiece(first, 0, bytesOf(60, 0));
      expect(await usedBytes()).toBe(180);
      await store.deletePiece(first, 0);
      await store.deletePiece(first, 0);
      await store.deletePiece(second, 0);
      expect(await usedBytes()).toBe(120);
      await store.deleteTrack(first);
      expect(await usedBytes()).toBe(0);
    });

    it("ST5: a deletion comes after what was put before it, although that was not awaited", async () => {
      const store = await make(1e6);
      const puts = [store.putManifest(first, manifest, { origin: false }), store.putPiece(first, 0, bytesOf(10, 0))];
      await store.deleteTrack(first);
      await Promise.all(puts);
      expect(await store.listTracks()).toEqual([]);
      expect(await store.getPiece(first, 0)).toBeNull();
    });

    it("ST6: lists the most recently used first: written to or pinned last", async () => {
      const store = await make(1e6);
      for (const trackId of [first, second, third]) await putTrack(store, trackId, 1000);
      expect(await listIds(store)).toEqual([third, second, first]);
      await store.pin([second, first]);
      expect(await listIds(store)).toEqual([second, first, third]);
      await store.putPiece(third, 1, bytesOf(10, 1));
      expect(await listIds(store)).toEqual([third, second, first]);
    });

    it("ST7: makes room by dropping the least recently used track as a whole", async () => {
      const store = await make(3500);
      for (const trackId of [first, second, third]) await putTrack(store, trackId, 1000);
      await store.putPiece(third, 1, bytesOf(600, 1));
      expect(await listIds(store)).toEqual([third, second]);
      expect(await store.getPiece(first, 0)).toBeNull();
      expect((await store.usage()).usedBytes).toBe(2600);
    });

    it("ST7: never drops a pinned track, nor the one that is being written", async () => {
      const store = await make(3500);
      for (const trackId of [first, second, third]) await putTrack(store, trackId, 1000);
      await store.pin([first]);
      await store.putPiece(third, 1, bytesOf(600, 1));
      expect(await listIds(store)).toEqual([third, first]);
      await expect(store.putPiece(third, 2, bytesOf(2000, 2))).rejects.toMatchObject({ name: "StoreError", code: "quota" });
      expect(await listIds(store)).toEqual([third, first]);
    });

    it("ST7: never drops a track whose import is under way", async () => {
      const store = await make(2000);
      await store.putPiece(first, 0, bytesOf(1000, 0));
      await expect(putTrack(store, second, 1500)).rejects.toMatchObject({ code: "quota" });
      expect(await store.getPiece(first, 0)).toEqual(bytesOf(1000, 0));
    });

    it("ST8: of pieces put together only those fail that do not fit", async () => {
      const store = await make(1000);
      const outcomes = await Promise.allSettled(
        [600, 600, 300].map((size, index) => store.putPiece(first, index, bytesOf(size, index))),
      );
      expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
      expect((await store.usage()).usedBytes).toBe(900);
    });
  });
}
