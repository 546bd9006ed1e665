import "fake-indexeddb/auto";
import { openDatabase } from "../../app/platform/store/database.ts";
import { IndexedDbChunkStore } from "../../app/platform/store/indexeddb-chunk-store.ts";
import { MemoryChunkStore } from "../../app/platform/store/memory-chunk-store.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { describeChunkStore } from "./chunk-store-contract.ts";

describeChunkStore("MemoryChunkStore", async (budgetBytes) => new MemoryChunkStore(budgetBytes));

let opened = 0;
describeChunkStore("IndexedDbChunkStore over fake-indexeddb", async (budgetBytes) => {
  const name = `contract-${opened++}`;
  const database = await openDatabase({ clock: new VirtualClock(), log: () => {}, onOutdated: () => {}, name });
  return new IndexedDbChunkStore(database, {
    budgetBytes: () => budgetBytes,
    isPersistent: () => false,
    wallClockMs: () => 1e12,
  });
});
