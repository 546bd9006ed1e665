import { describe, expect, test } from "vitest";
import { ImportError, StoreError, type ChunkStore } from "../../app/core/index.ts";
import { MemoryChunkStore } from "../../app/platform/store/memory-chunk-store.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { importFile, importFixture, newStore, openFixture } from "./song-files.ts";

test.each([
  ["bad/empty.mp3", "empty"],
  ["bad/text.mp3", "not-audio"],
  ["bad/noise.m4a", "not-audio"],
  ["bad/video-only.mp4", "no-audio-track"],
  ["melody.wav", "codec-unsupported"], // Node has no encoder.
])("%s is refused as %s and leaves nothing behind", async (file, code) => {
  const store = newStore();
  await expect(importFixture(file, { store })).rejects.toMatchObject({ name: "ImportError", code });
  expect(await store.usage()).toMatchObject({ usedBytes: 0 });
});

test.each([1, 2, 4, 8, 11, 16])("a text of %i letters is no music", async (letters) => {
  await expect(importFile(new Blob(["no music at all!".slice(0, letters)]), "x.mp3")).rejects.toMatchObject({
    code: "not-audio",
  });
});

test("a codec that the browser does not play and cannot encode is refused", async () => {
  await expect(importFixture("melody.flac", { canPlay: () => false })).rejects.toMatchObject({ code: "codec-unsupported" });
});

test("a file that breaks off plays as far as it goes, without taking the end's padding for granted", async () => {
  const { manifest } = await importFixture("bad/truncated.mp3");
  expect(manifest.chunks).toHaveLength(3);
  expect(manifest.durationUs).toBeGreaterThan(4_700_000);
  expect(manifest.durationUs).toBeLessThan(4_900_000);
});

test("a file with a damaged middle plays before and after it", async () => {
  const { manifest } = await importFixture("bad/damaged.mp3");
  expect(manifest.durationUs).toBeGreaterThan(8_500_000);
});

const KINDS = ["melody-vbr.mp3", "melody.m4a", "melody.aac", "melody.flac", "melody.opus", "melody.ogg", "melody.webm"];

describe.each(KINDS)("%s", (file) => {
  async function importOrRefuse(bytes: Blob): Promise<number> {
    const store = newStore();
    try {
      const { manifest } = await importFile(bytes, file, { store });
      return manifest.durationUs;
    } catch (error) {
      expect(error).toBeInstanceOf(ImportError);
      expect(await store.usage()).toMatchObject({ usedBytes: 0 });
      return 0;
    }
  }

  test("is imported as far as it goes or refused, wherever it is cut off", async () => {
    const whole = await openFixture(file);
    const durations: number[] = [];
    for (const part of [0.001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9])
      durations.push(await importOrRefuse(whole.slice(0, Math.floor(part * whole.size))));
    expect(durations).toEqual(durations.toSorted((a, b) => a - b));
    // An MP4 whose index stands at the end is nothing without it.
    if (file !== "melody.m4a") expect(durations.at(-1)).toBeGreaterThan(3_000_000);
  });

  test("is imported or refused whatever bytes in it are wrong", async () => {
    const whole = new Uint8Array(await (await openFixture(file)).arrayBuffer());
    const random = seededRandom(7);
    let imported = 0;
    for (let round = 0; round < 12; round++) {
      const bytes = whole.slice();
      for (let flip = 0; flip < 20; flip++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      if ((await importOrRefuse(new Blob([bytes]))) > 0) imported++;
    }
    expect(imported).toBeGreaterThan(0);
  });
});

describe("when the store fails", () => {
  /** Fails at the given write. */
  class FailingStore extends MemoryChunkStore {
    #writesLeft: number;
    readonly #error: Error;

    constructor(writes: number, error: Error) {
      super(1e9);
      this.#writesLeft = writes;
      this.#error = error;
    }

    override async putPiece(...piece: Parameters<ChunkStore["putPiece"]>): Promise<void> {
      if (this.#writesLeft-- === 0) throw this.#error;
      return super.putPiece(...piece);
    }
  }

  test("a full disk is told as such and nothing stays", async () => {
    const store = new FailingStore(3, new StoreError("quota", "full"));
    await expect(importFixture("melody-30s.mp3", { store })).rejects.toMatchObject({ name: "ImportError", code: "storage-full" });
    expect(await store.usage()).toMatchObject({ usedBytes: 0 });
  });

  test("a store that is gone is no fault of the file", async () => {
    const store = new FailingStore(0, new StoreError("unavailable", "gone"));
    await expect(importFixture("melody-30s.mp3", { store })).rejects.toMatchObject({ name: "StoreError", code: "unavailable" });
  });

  test("a track that was there before stays as it was", async () => {
    const { trackId, store: source } = await importFixture("melody-30s.mp3");
    const known = await source.getTrack(trackId);
    const store = new FailingStore(4, new StoreError("quota", "full"));
    await store.putManifest(trackId, known?.manifestBytes ?? new Uint8Array(0), { origin: false });
    await store.putPiece(trackId, 3, (await source.getPiece(trackId, 3)) ?? new Uint8Array(0));

    await expect(importFixture("melody-30s.mp3", { store })).rejects.toMatchObject({ code: "storage-full" });
    expect((await store.getTrack(trackId))?.heldPieces).toContain(3);
  });
});

test("a track that was being fetched is completed from the file, and this device becomes its origin", async () => {
  const { trackId, manifest, store: source } = await importFixture("melody-30s.mp3");
  const store = newStore();
  await store.putManifest(trackId, (await source.getTrack(trackId))?.manifestBytes ?? new Uint8Array(0), { origin: false });
  await store.putPiece(trackId, 3, (await source.getPiece(trackId, 3)) ?? new Uint8Array(0));

  await importFixture("melody-30s.mp3", { store });
  const track = await store.getTrack(trackId);
  expect(track?.origin).toBe(true);
  expect(track?.heldPieces).toHaveLength(manifest.chunks.length + 1);
});

test.each([0.2, 0.8])("calling it off at %f rejects with the reason and leaves nothing behind", async (at) => {
  const store = newStore();
  const giveUp = new AbortController();
  const reason = new Error("changed my mind");
  const onProgress = (fraction: number) => {
    if (fraction >= at) giveUp.abort(reason);
  };
  await expect(importFixture("melody-30s.mp3", { store }, { signal: giveUp.signal, onProgress })).rejects.toBe(reason);
  expect(await store.usage()).toMatchObject({ usedBytes: 0 });
});

test("a disk that does not hand over the file is told apart from a damaged file", async () => {
  const file = await openFixture("melody.flac");
  const broken = new Proxy(file, {
    get(target, name) {
      if (name === "stream" || name === "slice" || name === "arrayBuffer") {
        return () => {
          throw new DOMException("the file moved", "NotReadableError");
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return value;
    },
  });
  await expect(importFile(broken, "melody.flac")).rejects.toMatchObject({ code: "unreadable" });
});
