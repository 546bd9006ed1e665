import { ALL_FORMATS, BlobSource, BufferSource, EncodedPacketSink, Input } from "mediabunny";
import { describe, expect, test } from "vitest";
import { encodeManifest, decodeManifest, pieceCount, pieceInfo, trackIdOf, type Manifest } from "../../app/core/index.ts";
import { stripAdts } from "../../app/platform/import/adts.ts";
import { concatBytes } from "../../app/platform/import/bytes.ts";
import type { MemoryChunkStore } from "../../app/platform/store/memory-chunk-store.ts";
import { hasher, importFixture, openFixture } from "./song-files.ts";

interface Expected extends Partial<Manifest> {
  readonly file: string;
}

const SONGS: readonly Expected[] = [
  // LAME puts 576 samples before the music; at this bit rate it resamples to 32 kHz.
  { file: "melody-30s.mp3", codec: "mp3", container: "mp3", sampleRateHz: 32_000, durationUs: 30_000_000, musicStartUs: 18_000 },
  { file: "melody-cbr.mp3", mimeType: "audio/mpeg", sampleRateHz: 44_100, durationUs: 8_000_000, musicStartUs: 13_061 },
  { file: "melody-vbr.mp3", mimeType: "audio/mpeg", sampleRateHz: 44_100, durationUs: 8_000_000, musicStartUs: 13_061 },
  // One AAC frame of priming, told by the edit list; ADTS tells nothing.
  { file: "melody.m4a", mimeType: 'audio/mp4; codecs="mp4a.40.2"', durationUs: 8_000_000, musicStartUs: 23_220 },
  { file: "melody.aac", mimeType: 'audio/mp4; codecs="mp4a.40.2"', durationUs: 8_034_104, musicStartUs: 0 },
  { file: "melody.flac", mimeType: 'audio/mp4; codecs="flac"', sampleRateHz: 22_050, durationUs: 4_000_000, musicStartUs: 0 },
  // 312 samples of pre-skip. WebM rounds the end to a packet.
  { file: "melody.opus", mimeType: 'audio/mp4; codecs="opus"', sampleRateHz: 48_000, durationUs: 8_000_000, musicStartUs: 6_500 },
  { file: "melody.webm", mimeType: 'audio/mp4; codecs="opus"', sampleRateHz: 48_000, durationUs: 8_013_500, musicStartUs: 6_500 },
  { file: "melody.ogg", mimeType: 'audio/webm; codecs="vorbis"', container: "webm", durationUs: 8_000_000, musicStartUs: 0 },
];

async function readPieces(store: MemoryChunkStore, trackId: Parameters<MemoryChunkStore["getTrack"]>[0], manifest: Manifest) {
  const pieces: Uint8Array[] = [];
  for (let index = 0; index < pieceCount(manifest); index++)
    pieces.push((await store.getPiece(trackId, index)) ?? new Uint8Array(0));
  return pieces;
}

async function readPackets(input: Input) {
  const track = await input.getPrimaryAudioTrack();
  if (!track) throw new Error("no audio track");
  const packets: { readonly timestamp: number; readonly bytes: Uint8Array }[] = [];
  for await (const { timestamp, data } of new EncodedPacketSink(track).packets())
    packets.push({ timestamp, bytes: data.slice() });
  return packets;
}

/** Init segment and chunks as one file. */
async function readBack(manifest: Manifest, chunks: readonly Uint8Array[]) {
  return readPackets(new Input({ source: new BufferSource(concatBytes([manifest.init, ...chunks])), formats: ALL_FORMATS }));
}

describe.each(SONGS)("$file", ({ file, ...expected }) => {
  test("becomes a track of the right format, length and start of music", async () => {
    const { manifest } = await importFixture(file);
    expect(manifest).toMatchObject(expected);
    expect(manifest.channels).toBe(1);
  });

  test("is kept in pieces that match the manifest, whose hash is the track id", async () => {
    const { trackId, manifest, store } = await importFixture(file);
    const stored = await store.getTrack(trackId);
    expect(stored).toMatchObject({ origin: true, heldPieces: Array.from({ length: pieceCount(manifest) }, (_, index) => index) });
    expect(await trackIdOf(stored?.manifestBytes ?? new Uint8Array(0), hasher)).toBe(trackId);
    expect(decodeManifest(encodeManifest(manifest))).toEqual(manifest);
    for (const [index, bytes] of (await readPieces(store, trackId, manifest)).entries()) {
      expect(pieceInfo(manifest, index)).toMatchObject({ sizeBytes: bytes.byteLength, sha256: await hasher.sha256(bytes) });
    }
  });

  test("is cut into chunks of about two seconds", async () => {
    const { manifest } = await importFixture(file);
    const starts = manifest.chunks.map((chunk) => chunk.startUs);
    starts.forEach((startUs, index) => {
      expect(startUs).toBeGreaterThanOrEqual(index * 2_000_000);
      expect(startUs).toBeLessThan(index * 2_000_000 + 250_000); // The longest packet here is a FLAC frame of 0.21 s.
    });
  });

  test("has the file's own packets in its chunks, every one of them and in order", async () => {
    const { trackId, manifest, store } = await importFixture(file);
    const pieces = await readPieces(store, trackId, manifest);
    const original = await readPackets(new Input({ source: new BlobSource(await openFixture(file)), formats: ALL_FORMATS }));
    const kept = await readBack(manifest, pieces.slice(0, manifest.chunks.length));
    const bare = original.map(({ bytes }) => (file.endsWith(".aac") ? stripAdts(bytes) : bytes));
    expect(kept.map(({ bytes }) => bytes)).toEqual(bare);
  });

  test("has chunks that stand alone behind the init segment, at the place that the manifest says", async () => {
    const { trackId, manifest, store } = await importFixture(file);
    const pieces = await readPieces(store, trackId, manifest);
    for (const [index, { startUs }] of manifest.chunks.entries()) {
      const [first] = await readBack(manifest, pieces.slice(index, index + 1));
      // Raw MP3 frames carry no time: the player sets it.
      expect(Math.abs((first?.timestamp ?? -1) * 1e6 - (manifest.container === "mp3" ? 0 : startUs))).toBeLessThan(51);
    }
  });

  test("is the same track when it is imported again", async () => {
    const [once, again] = [await importFixture(file), await importFixture(file)];
    expect(again.trackId).toBe(once.trackId);
  });
});

test("tags and a small cover are taken from the file, and the cover is the last piece", async () => {
  for (const file of ["melody-cbr.mp3", "melody.m4a", "melody.flac"]) {
    const { trackId, manifest, store } = await importFixture(file);
    expect(manifest).toMatchObject({ title: "Melody", artist: "The Fixtures", cover: { mimeType: "image/png" } });
    const cover = await store.getPiece(trackId, manifest.chunks.length);
    expect(cover?.subarray(1, 4)).toEqual(new TextEncoder().encode("PNG"));
  }
});

test("a file without a title is called after its name", async () => {
  expect((await importFixture("melody.aac")).manifest.title).toBe("melody");
});

test("progress rises to one", async () => {
  const fractions: number[] = [];
  await importFixture("melody-30s.mp3", {}, { onProgress: (fraction) => fractions.push(fraction) });
  expect(fractions.length).toBeGreaterThan(16);
  expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
  expect(fractions.at(-1)).toBe(1);
});
