import { describe, expect, test } from "vitest";
import { MAX_COVER_BYTES, pieceCount, pieceInfo, type Manifest, type TrackId } from "../../app/core/index.ts";
import { createHasher } from "../../app/platform/hash/hasher.ts";
import { createImporter } from "../../app/platform/import/importer.ts";
import { resizeCover } from "../../app/platform/import/resize-cover.ts";
import { MemoryChunkStore } from "../../app/platform/store/memory-chunk-store.ts";

const hasher = createHasher();

async function fetchFixture(name: string): Promise<File> {
  const response = await fetch(new URL(`../fixtures/${name}`, import.meta.url));
  return new File([await response.blob()], name);
}

function newImporter() {
  const store = new MemoryChunkStore(64 * 1024 * 1024);
  return { store, importer: createImporter({ store, hasher }) };
}

async function readPieces(store: MemoryChunkStore, trackId: TrackId, manifest: Manifest): Promise<Uint8Array<ArrayBuffer>[]> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for (let index = 0; index < pieceCount(manifest); index++) {
    pieces.push(Uint8Array.from((await store.getPiece(trackId, index)) ?? []));
  }
  return pieces;
}

/** A media element with one source buffer. */
async function openSourceBuffer(mimeType: string) {
  const media = new MediaSource();
  const audio = new Audio();
  audio.src = URL.createObjectURL(media);
  await new Promise((resolve) => media.addEventListener("sourceopen", resolve, { once: true }));
  const buffer = media.addSourceBuffer(mimeType);
  const settled = () =>
    new Promise<void>((resolve, reject) => {
      buffer.addEventListener("updateend", () => resolve(), { once: true });
      buffer.addEventListener("error", () => reject(new Error(audio.error?.message)), { once: true });
    });
  return {
    async append(bytes: Uint8Array<ArrayBuffer>, offsetS: number): Promise<void> {
      if (bytes.byteLength === 0) return;
      buffer.timestampOffset = offsetS;
      buffer.appendBuffer(bytes);
      await settled();
    },
    async clear(): Promise<void> {
      buffer.remove(0, Infinity);
      await settled();
    },
    rangesUs: () =>
      Array.from({ length: buffer.buffered.length }, (_, index) => [
        Math.round(buffer.buffered.start(index) * 1e6),
        Math.round(buffer.buffered.end(index) * 1e6),
      ]),
  };
}

/** WebM counts in 0.1 ms. */
const TOLERANCE_US = 100;

describe.each([
  "melody-30s.mp3",
  "melody-vbr.mp3",
  "melody.m4a",
  "melody.aac",
  "melody.flac",
  "melody.opus",
  "melody.ogg",
  "melody.webm",
  "melody.wav",
])("%s", (name) => {
  test("is imported by a worker into pieces that match the manifest", async () => {
    const { importer, store } = newImporter();
    const { trackId, manifest } = await importer.import(await fetchFixture(name));
    for (const [index, bytes] of (await readPieces(store, trackId, manifest)).entries()) {
      expect(pieceInfo(manifest, index)).toMatchObject({ sizeBytes: bytes.byteLength, sha256: await hasher.sha256(bytes) });
    }
  });

  test("has chunks that MediaSource takes one by one and out of order, without gaps, where the manifest says", async () => {
    const { importer, store } = newImporter();
    const { trackId, manifest } = await importer.import(await fetchFixture(name));
    const pieces = await readPieces(store, trackId, manifest);
    const sink = await openSourceBuffer(manifest.mimeType);
    const append = async (index: number) => {
      const startS = (manifest.chunks[index]?.startUs ?? 0) / 1e6;
      await sink.append(Uint8Array.from(manifest.init), 0);
      await sink.append(pieces[index] ?? new Uint8Array(0), manifest.container === "mp3" ? startS : 0);
    };
    const order = manifest.chunks.map((_, index) => index).toReversed();
    for (const index of order) {
      await append(index);
      const [[startUs = -1, endUs = -1] = []] = sink.rangesUs();
      expect(Math.abs(startUs - (manifest.chunks[index]?.startUs ?? 0))).toBeLessThanOrEqual(TOLERANCE_US);
      const next = manifest.chunks[index + 1];
      if (next) expect(Math.abs(endUs - next.startUs)).toBeLessThanOrEqual(TOLERANCE_US);
      await sink.clear();
    }
    for (const index of order) await append(index);
    const ranges = sink.rangesUs();
    expect(ranges).toHaveLength(1);
    expect(ranges[0]?.[1]).toBeGreaterThanOrEqual(manifest.musicStartUs + manifest.durationUs - TOLERANCE_US);
  });
});

test("sound that no browser streams is encoded, without losing its length", async () => {
  const { importer } = newImporter();
  const { manifest } = await importer.import(await fetchFixture("melody.wav"));
  expect(manifest).toMatchObject({ codec: "opus", durationUs: 3_000_000, musicStartUs: 6_500 });
});

test("several files are imported one after another, and a bad one holds up none", async () => {
  const { importer, store } = newImporter();
  const files = [await fetchFixture("melody.flac"), new File(["no music"], "text.mp3"), await fetchFixture("melody.opus")];
  const results = await Promise.allSettled(files.map((file) => importer.import(file)));
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(results[1]).toMatchObject({ reason: { name: "ImportError", code: "not-audio", fileName: "text.mp3" } });
  expect(await store.listTracks()).toHaveLength(2);
});

test("calling an import off stops the worker and leaves nothing behind", async () => {
  const { importer, store } = newImporter();
  const giveUp = new AbortController();
  const reason = new Error("changed my mind");
  const file = await fetchFixture("melody-30s.mp3");
  const imported = importer.import(file, {
    signal: giveUp.signal,
    onProgress: (fraction) => fraction > 0.6 && giveUp.abort(reason),
  });
  await expect(imported).rejects.toBe(reason);
  expect(await store.usage()).toMatchObject({ usedBytes: 0 });
});

test("a picture of any size becomes one that fits", async () => {
  const canvas = new OffscreenCanvas(1600, 1200);
  const context = canvas.getContext("2d");
  for (let x = 0; x < 1600; x += 4) {
    for (let y = 0; y < 1200; y += 4) {
      context?.fillRect(x, y, 4, 4);
      if (context) context.fillStyle = `hsl(${(x * y) % 360} 80% 50%)`;
    }
  }
  const cover = await resizeCover(await canvas.convertToBlob({ type: "image/png" }));
  expect(cover?.mimeType).toBe("image/jpeg");
  expect(cover?.bytes.byteLength).toBeLessThanOrEqual(MAX_COVER_BYTES);
  expect(cover?.bytes.byteLength).toBeGreaterThan(1000);
  expect(await resizeCover(new Blob(["no picture"]))).toBeNull();
});
