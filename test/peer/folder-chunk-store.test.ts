import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { chooseEvictions } from "../../app/platform/store/eviction.ts";
import { FolderChunkStore } from "../../server/peer/folder-chunk-store.ts";
import { describeChunkStore } from "../contracts/chunk-store-contract.ts";
import { bytesOf, trackIdOfNumber } from "../support/store-fixtures.ts";

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await fs.rm(folder, { recursive: true });
});

async function makeFolder(): Promise<string> {
  const folder = await fs.mkdtemp(join(tmpdir(), "folder-store-"));
  folders.push(folder);
  return folder;
}
const open = (folder: string, budgetBytes = 1e6) =>
  FolderChunkStore.open(folder, { budgetBytes, chooseEvictions, wallClockMs: () => 1e12 });

describeChunkStore("FolderChunkStore", async (budgetBytes) => open(await makeFolder(), budgetBytes));

const first = trackIdOfNumber(1);
const second = trackIdOfNumber(2);
const manifest = bytesOf(100, 9);

describe("a folder", () => {
  it("ST10: everything is there again after the process was killed, in order of use", async () => {
    const folder = await makeFolder();
    const before = await open(folder);
    await before.putManifest(first, manifest, { origin: true });
    await before.putPiece(first, 3, bytesOf(1000, 3));
    await before.putManifest(second, manifest, { origin: false });
    await before.pin([second, first]);
    const after = await open(folder);
    expect(await after.listTracks()).toEqual([
      { trackId: second, manifestBytes: manifest, heldPieces: [], origin: false },
      { trackId: first, manifestBytes: manifest, heldPieces: [3], origin: true },
    ]);
    expect(await after.getPiece(first, 3)).toEqual(bytesOf(1000, 3));
    expect((await after.usage()).usedBytes).toBe(1200);
  });

  it("ST12: half-written files and tracks without a manifest are cleared away at opening, strange files are not", async () => {
    const folder = await makeFolder();
    const before = await open(folder);
    await before.putManifest(first, manifest, { origin: false });
    await before.putPiece(second, 0, bytesOf(10, 0));
    await fs.writeFile(join(folder, "tracks", first, "7.piece.part"), "half");
    await fs.writeFile(join(folder, "tracks", "notes.txt"), "mine");
    const after = await open(folder);
    expect((await after.getTrack(first))?.heldPieces).toEqual([]);
    expect(await after.getPiece(second, 0)).toBeNull();
    expect((await fs.readdir(join(folder, "tracks"))).toSorted()).toEqual([first, "notes.txt"].toSorted());
    expect(await fs.readdir(join(folder, "tracks", first))).toEqual(["manifest.cbor"]);
  });

  it("ST1: a piece whose file was deleted behind our back is not there", async () => {
    const folder = await makeFolder();
    const store = await open(folder);
    await store.putPiece(first, 0, bytesOf(10, 0));
    await fs.rm(join(folder, "tracks", first, "0.piece"));
    expect(await store.getPiece(first, 0)).toBeNull();
  });

  it("ST9: a full disk costs the least recently used track, and then it is a quota error", async () => {
    const store = await open(await makeFolder());
    await store.putManifest(first, manifest, { origin: false });
    await store.putPiece(first, 0, bytesOf(1000, 0));
    await store.putManifest(second, manifest, { origin: false });
    const refill = fillDisk(1);
    try {
      await store.putPiece(second, 0, bytesOf(500, 0));
      expect((await store.listTracks()).map(({ trackId, heldPieces }) => [trackId, heldPieces])).toEqual([[second, [0]]]);
      refill(Number.POSITIVE_INFINITY);
      await expect(store.putPiece(second, 1, bytesOf(500, 1))).rejects.toMatchObject({ name: "StoreError", code: "quota" });
    } finally {
      refill(0);
    }
    expect(await store.getPiece(second, 0)).toEqual(bytesOf(500, 0));
  });
});

/** The next `count` writes find the disk full. Returns the way to change that number. */
function fillDisk(count: number): (count: number) => void {
  const { writeFile } = fs;
  let refusalsLeft = count;
  fs.writeFile = async (...details: Parameters<typeof writeFile>) => {
    if (refusalsLeft-- > 0) throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
    return writeFile(...details);
  };
  return (next) => {
    refusalsLeft = next;
    if (next === 0) fs.writeFile = writeFile;
  };
}
