import { deleteDB } from "idb";
import { afterAll } from "vitest";
import { browserClock } from "../../app/platform/clock/browser-clock.ts";
import { openDatabase } from "../../app/platform/store/database.ts";
import type { Database } from "../../app/platform/store/database.ts";
import { IndexedDbChunkStore } from "../../app/platform/store/indexeddb-chunk-store.ts";
import { describeChunkStore } from "./chunk-store-contract.ts";

const opened = new Map<string, Database>();

describeChunkStore("IndexedDbChunkStore in a browser", async (budgetBytes) => {
  const name = `contract-${opened.size}`;
  await deleteDB(name);
  const database = await openDatabase({ clock: browserClock(), log: () => {}, onOutdated: () => {}, name });
  opened.set(name, database);
  return new IndexedDbChunkStore(database, { budgetBytes: () => budgetBytes, isPersistent: () => false, wallClockMs: Date.now });
});

afterAll(async () => {
  for (const [name, database] of opened) {
    database.close();
    await deleteDB(name);
  }
});
