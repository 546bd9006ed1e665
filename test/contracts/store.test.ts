/** What only a real database can do wrong: come back, be damaged, full, lost, blocked or outdated. */
import "fake-indexeddb/auto";
import { forceCloseDatabase } from "fake-indexeddb";
import { deleteDB, openDB, unwrap } from "idb";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  JamIdSchema,
  MAX_JAMS_KEPT,
  MEMORY_STORE_BUDGET_BYTES,
  STAGED_TRACK_GRACE_MS,
  STORE_OPEN_TIMEOUT_MS,
} from "../../app/core/index.ts";
import type { StoreError } from "../../app/core/index.ts";
import { loadIdentity } from "../../app/platform/identity/identity.ts";
import { Database } from "../../app/platform/store/database.ts";
import { IndexedDbChunkStore } from "../../app/platform/store/indexeddb-chunk-store.ts";
import type { JamRecord } from "../../app/platform/store/jam-records.ts";
import { openStore } from "../../app/platform/store/open-store.ts";
import type { Store, StoreOptions } from "../../app/platform/store/open-store.ts";
import { DATABASE_VERSION } from "../../app/platform/store/schema.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { fillDisk } from "../support/full-disk.ts";
import { bob } from "../support/people.ts";
import { bytesOf, trackIdOfNumber } from "../support/store-fixtures.ts";

const first = trackIdOfNumber(1);
const second = trackIdOfNumber(2);
const manifest = bytesOf(100, 9);
const START_MS = 1.8e12;

let databaseName = "";
let databases = 0;
let wallClockMs = START_MS;
const opened: Store[] = [];
const noted: string[] = [];

beforeEach(() => {
  databaseName = `store-${databases++}`;
  wallClockMs = START_MS;
  noted.length = 0;
});
afterEach(() => {
  for (const store of opened.splice(0)) store.close();
});

async function open(options: Partial<StoreOptions> = {}): Promise<Store> {
  const store = await openStore({
    clock: new VirtualClock(),
    log: (kind) => noted.push(kind),
    onOutdated: () => noted.push("outdated"),
    databaseName,
    wallClockMs: () => wallClockMs,
    ...options,
  });
  opened.push(store);
  return store;
}

/** The rows behind the store's back. */
const openRaw = () => openDB(databaseName, DATABASE_VERSION);
const storageOf = (quota: number) => ({
  estimate: async () => ({ quota, usage: 0 }),
  persist: async () => true,
  persisted: async () => false,
});

describe("keeping", () => {
  it("ST10: everything is there again after the page was closed", async () => {
    const before = await open();
    await before.chunks.putManifest(first, manifest, { origin: true });
    await before.chunks.putPiece(first, 3, bytesOf(1000, 3));
    before.close();
    const after = await open();
    expect(after.kind).toBe("database");
    expect(await after.chunks.listTracks()).toEqual([{ trackId: first, manifestBytes: manifest, heldPieces: [3], origin: true }]);
    expect(await after.chunks.getPiece(first, 3)).toEqual(bytesOf(1000, 3));
    expect((await after.chunks.usage()).usedBytes).toBe(1100);
  });

  it("ST11: pieces that are put together are written in one transaction", async () => {
    const { chunks } = await open();
    const begin = IDBDatabase.prototype.transaction;
    let begun = 0;
    IDBDatabase.prototype.transaction = function (this: IDBDatabase, ...details: Parameters<IDBDatabase["transaction"]>) {
      begun++;
      return begin.apply(this, details);
    };
    try {
      await Promise.all(Array.from({ length: 50 }, (_, index) => chunks.putPiece(first, index, bytesOf(100, index))));
    } finally {
      IDBDatabase.prototype.transaction = begin;
    }
    expect(begun).toBe(1);
    expect((await chunks.usage()).usedBytes).toBe(5000);
  });

  it("ST12: what an import that died has left is cleaned up at opening; one that is alive is spared", async () => {
    const before = await open();
    await before.chunks.putPiece(first, 0, bytesOf(100, 0));
    wallClockMs += STAGED_TRACK_GRACE_MS;
    await before.chunks.putPiece(second, 0, bytesOf(100, 0));
    wallClockMs += 1000;
    const { chunks } = await open();
    expect(await chunks.getPiece(first, 0)).toBeNull();
    expect(await chunks.getPiece(second, 0)).toEqual(bytesOf(100, 0));
    expect((await chunks.usage()).usedBytes).toBe(100);
  });

  it("ST12: pieces and manifests whose row is lost are cleaned up at opening", async () => {
    const before = await open();
    for (const trackId of [first, second]) {
      await before.chunks.putManifest(trackId, manifest, { origin: false });
      for (const index of [0, 1, 2]) await before.chunks.putPiece(trackId, index, bytesOf(10, index));
    }
    const raw = await openRaw();
    await raw.delete("tracks", first);
    await open();
    expect(await raw.getAllKeys("pieces")).toEqual([0, 1, 2].map((index) => [second, index]));
    expect(await raw.getAllKeys("manifests")).toEqual([second]);
    raw.close();
  });

  it("ST13: a damaged row is dropped, with what hangs on it, and nothing else", async () => {
    const { chunks } = await open();
    for (const trackId of [first, second]) {
      await chunks.putManifest(trackId, manifest, { origin: false });
      for (const index of [0, 1]) await chunks.putPiece(trackId, index, bytesOf(10, index));
    }
    const raw = await openRaw();
    await raw.put("manifests", "not bytes", first);
    await raw.put("pieces", { not: "bytes" }, [second, 0]);
    expect((await chunks.listTracks()).map(({ trackId }) => trackId)).toEqual([second]);
    expect(await chunks.getPiece(first, 0)).toBeNull();
    expect(await chunks.getPiece(second, 0)).toBeNull();
    expect((await chunks.getTrack(second))?.heldPieces).toEqual([1]);
    raw.close();
  });

  it("ST9: a full disk costs the least recently used track, not the new piece", async () => {
    const { chunks } = await open();
    for (const trackId of [first, second]) {
      await chunks.putManifest(trackId, manifest, { origin: false });
      await chunks.putPiece(trackId, 0, bytesOf(1000, 0));
    }
    const empty = fillDisk(1);
    try {
      await chunks.putPiece(second, 1, bytesOf(500, 1));
    } finally {
      empty();
    }
    expect((await chunks.listTracks()).map(({ trackId, heldPieces }) => [trackId, heldPieces])).toEqual([[second, [0, 1]]]);
    expect((await chunks.usage()).usedBytes).toBe(1600);
  });

  it("ST9: a disk that stays full is a StoreError of code quota, and leaves what was kept", async () => {
    const { chunks } = await open();
    await chunks.putManifest(first, manifest, { origin: false });
    await chunks.putManifest(second, manifest, { origin: false });
    const empty = fillDisk(Infinity);
    try {
      const refusal: Partial<StoreError> = { name: "StoreError", code: "quota", retryable: true };
      await expect(chunks.putPiece(first, 0, bytesOf(50, 0))).rejects.toMatchObject(refusal);
    } finally {
      empty();
    }
    expect(await chunks.listTracks()).toHaveLength(2);
    await chunks.putPiece(first, 0, bytesOf(50, 0));
    expect(await chunks.getPiece(first, 0)).toEqual(bytesOf(50, 0));
  });

  it("ST14: a smaller budget takes effect at once and is remembered", async () => {
    const before = await open({ storage: storageOf(1e9) });
    for (const trackId of [first, second]) {
      await before.chunks.putManifest(trackId, manifest, { origin: false });
      for (const index of [0, 1, 2, 3, 4]) await before.chunks.putPiece(trackId, index, new Uint8Array(4e6));
    }
    await before.setBudget(30e6);
    expect((await before.chunks.listTracks()).map(({ trackId }) => trackId)).toEqual([second]);
    const after = await open({ storage: storageOf(1e9) });
    expect((await after.chunks.usage()).budgetBytes).toBe(30e6);
  });

  it("ST14: without a choice the budget is half the quota; persistence is what the browser says", async () => {
    const store = await open({ storage: storageOf(1e9) });
    expect(await store.chunks.usage()).toEqual({ usedBytes: 0, budgetBytes: 5e8, persistent: false });
    expect(await store.requestPersistence()).toBe(true);
    expect((await store.chunks.usage()).persistent).toBe(true);
  });
});

describe("a database in trouble", () => {
  it("ST15: a connection that was cut off is opened anew, unnoticed by readers and writers", async () => {
    const database = new Database({
      clock: new VirtualClock(),
      log: (kind) => noted.push(kind),
      onOutdated: () => {},
      name: databaseName,
    });
    const chunks = new IndexedDbChunkStore(database, {
      budgetBytes: () => 1e6,
      isPersistent: () => false,
      wallClockMs: () => wallClockMs,
    });
    await chunks.putPiece(first, 0, bytesOf(10, 0));
    // Applied by reflection: its type asks for the class where it takes an instance.
    await database.run(async (db) => Reflect.apply(forceCloseDatabase, undefined, [unwrap(db)]));
    await chunks.putPiece(first, 1, bytesOf(10, 1));
    // And once more without the browser saying so: WebKit's connections die silently when a phone sleeps.
    await database.run(async (db) => db.close());
    expect(await chunks.getPiece(first, 1)).toEqual(bytesOf(10, 1));
    expect(noted).toContain("store-connection-lost");
    database.close();
  });

  it("ST15: after closing, everything is refused as unavailable", async () => {
    const store = await open();
    store.close();
    await expect(store.chunks.putPiece(first, 0, bytesOf(10, 0))).rejects.toMatchObject({
      code: "unavailable",
      retryable: false,
    });
    await expect(store.chunks.listTracks()).rejects.toMatchObject({ code: "unavailable" });
  });

  it("ST16: makes way for a newer version in another tab, and says so", async () => {
    const store = await open();
    const newer = await openDB(databaseName, DATABASE_VERSION + 1);
    expect(noted).toContain("outdated");
    await expect(store.chunks.listTracks()).rejects.toMatchObject({ code: "unavailable" });
    newer.close();
  });

  it("ST17: where a newer version has written, everything is kept in memory", async () => {
    (await openDB(databaseName, DATABASE_VERSION + 1)).close();
    const store = await open();
    expect(store.kind).toBe("memory");
    await store.chunks.putManifest(first, manifest, { origin: false });
    expect(await store.chunks.listTracks()).toHaveLength(1);
    expect(await store.chunks.usage()).toEqual({ usedBytes: 100, budgetBytes: MEMORY_STORE_BUDGET_BYTES, persistent: false });
    await store.settings.update({ name: "Alice" });
    expect((await store.settings.read()).name).toBe("Alice");
  });

  it("ST17: a database that does not open is done without after a while, and closed when it comes late", async () => {
    const stubborn = await openDB(databaseName, DATABASE_VERSION);
    const deleted = deleteDB(databaseName); // waits for the stubborn tab, and everyone behind it waits too
    const clock = new VirtualClock();
    const opening = open({ clock });
    clock.advance(STORE_OPEN_TIMEOUT_MS);
    expect((await opening).kind).toBe("memory");
    stubborn.close();
    await deleted;
    const newer = await openDB(databaseName, DATABASE_VERSION + 1);
    expect(noted).not.toContain("outdated");
    newer.close();
  });

  it("ST17: a browser without a database, or without room, keeps everything in memory", async () => {
    const real = globalThis.indexedDB;
    Object.defineProperty(globalThis, "indexedDB", { value: undefined, configurable: true, writable: true });
    try {
      expect((await open()).kind).toBe("memory");
    } finally {
      Object.defineProperty(globalThis, "indexedDB", { value: real, configurable: true, writable: true });
    }
    expect((await open({ storage: storageOf(0) })).kind).toBe("memory");
  });
});

describe("small rows", () => {
  const record = (code: string, lastVisitMs: number): JamRecord => ({
    jamId: v.parse(JamIdSchema, code),
    lastVisitMs,
    hostId: bob.peerId,
    hostedByMe: false,
    name: "Alice",
    documents: [],
  });

  it("ST18: jams are listed by last visit, found, replaced and forgotten", async () => {
    const { jams } = await open();
    await jams.put(record("old", 1));
    await jams.put(record("new", 3));
    await jams.put(record("old", 2));
    expect((await jams.list()).map(({ jamId, lastVisitMs }) => [jamId, lastVisitMs])).toEqual([
      ["new", 3],
      ["old", 2],
    ]);
    expect(await jams.get(record("old", 0).jamId)).toEqual(record("old", 2));
    await jams.forget(record("old", 0).jamId);
    expect(await jams.get(record("old", 0).jamId)).toBeNull();
  });

  it("ST18: of many jams the ones visited longest ago are forgotten", async () => {
    const { jams } = await open();
    for (let number = 0; number <= MAX_JAMS_KEPT; number++) await jams.put(record(`jam${number}`, number));
    const kept = await jams.list();
    expect(kept).toHaveLength(MAX_JAMS_KEPT);
    expect(kept.at(-1)?.jamId).toBe("jam1");
  });

  it("ST13: a damaged jam is dropped, a damaged setting is at its default", async () => {
    const { jams, settings } = await open();
    await jams.put(record("good", 1));
    await settings.update({ name: "Alice", volume: 0.5, uploadsEnabled: false });
    const raw = await openRaw();
    await raw.put("jams", { jamId: "bad", documents: 7 }, "bad");
    await raw.put("settings", 11, "volume");
    await raw.put("settings", { stream: "48000 Hz", lagMs: -1 }, "outputLag");
    await raw.put("settings", { headphones: -90, loudspeaker: 501, tv: "12", hall: 0.5, ["x".repeat(201)]: 1 }, "outputTrims");
    expect((await jams.list()).map(({ jamId }) => jamId)).toEqual(["good"]);
    expect(await raw.getAllKeys("jams")).toEqual(["good"]);
    expect(await settings.read()).toEqual({
      name: "Alice",
      volume: 1,
      muted: false,
      outputTrims: { headphones: -90 },
      outputLag: null,
      uploadsEnabled: false,
      uploadCapBytesPerSecond: null,
      storeBudgetBytes: null,
    });
    await raw.put("settings", "none", "outputTrims");
    expect((await settings.read()).outputTrims).toEqual({});
    raw.close();
  });

  it("ID1: the same browser is the same member, also from two tabs at once", async () => {
    const [one, other] = [await open(), await open()];
    const fail = (error: unknown): never => {
      throw error;
    };
    const identities = await Promise.all([loadIdentity(one.identity, fail), loadIdentity(other.identity, fail)]);
    expect(identities[0].peerId).toBe(identities[1].peerId);
    one.close();
    expect((await loadIdentity((await open()).identity, fail)).peerId).toBe(identities[0].peerId);
  });

  it("ID2: a damaged or unreachable secret costs the coming back, not the jam", async () => {
    const store = await open();
    const before = await loadIdentity(store.identity, () => {});
    const raw = await openRaw();
    await raw.put("identity", bytesOf(31, 0), "secret");
    const after = await loadIdentity(store.identity, () => {});
    expect(after.peerId).not.toBe(before.peerId);
    store.close();
    const failures: unknown[] = [];
    await loadIdentity(store.identity, (error) => failures.push(error));
    expect(failures).toMatchObject([{ code: "unavailable" }]);
    raw.close();
  });
});
