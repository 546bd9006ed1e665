/**
 * Opens what this device keeps. Never fails: without a database (private mode, quota 0, a stuck or newer one) everything
 * is kept in memory, and `kind` says so.
 */
import * as v from "valibot";
import { MEMORY_STORE_BUDGET_BYTES, STORE_MIN_BUDGET_BYTES } from "../../core/index.ts";
import type { ChunkStore, Clock } from "../../core/index.ts";
import type { FlightLog } from "../flight-log.ts";
import { SECRET_BYTES } from "../identity/identity.ts";
import type { SecretVault } from "../identity/identity.ts";
import { openDatabase } from "./database.ts";
import type { Database } from "./database.ts";
import { IndexedDbChunkStore } from "./indexeddb-chunk-store.ts";
import { createJamRecords } from "./jam-records.ts";
import type { JamRecords } from "./jam-records.ts";
import { MemoryChunkStore } from "./memory-chunk-store.ts";
import { createDatabaseTable, createMemoryTable } from "./row-table.ts";
import type { RowTable } from "./row-table.ts";
import type { RowStoreName } from "./schema.ts";
import { createSettings } from "./settings.ts";
import type { SettingsRecords } from "./settings.ts";
import { askPersistence, computeBudget, readPersisted, readQuotaBytes } from "./storage-budget.ts";
import type { StorageEstimator } from "./storage-budget.ts";

export interface Store {
  /** Where the music is kept; "memory" deserves a notice: it is gone with the page. */
  readonly kind: "database" | "memory";
  readonly chunks: ChunkStore;
  readonly jams: JamRecords;
  readonly settings: SettingsRecords;
  readonly identity: SecretVault;
  /** Asks the browser not to clear the store under pressure; may ask the person. Resolves to whether it agreed. */
  requestPersistence(): Promise<boolean>;
  /** Sets and remembers the budget, null for the default, and drops what no longer fits. */
  setBudget(budgetBytes: number | null): Promise<void>;
  close(): void;
}

export interface StoreOptions {
  readonly clock: Clock;
  readonly log: FlightLog;
  /** A newer version of the app, in another tab, took the database over. From now on nothing can be kept: reload. */
  readonly onOutdated: () => void;
  readonly databaseName?: string;
  readonly storage?: StorageEstimator | undefined;
  readonly wallClockMs?: () => number;
}

export async function openStore(options: StoreOptions): Promise<Store> {
  const { clock, log, onOutdated, databaseName } = options;
  try {
    const naming = databaseName === undefined ? {} : { name: databaseName };
    return await openInDatabase(await openDatabase({ clock, log, onOutdated, ...naming }), options);
  } catch (error) {
    log("store-unavailable", { message: String(error) });
    return {
      kind: "memory",
      chunks: new MemoryChunkStore(MEMORY_STORE_BUDGET_BYTES),
      ...createRecords(createMemoryTable),
      requestPersistence: async () => false,
      setBudget: async () => {},
      close: () => {},
    };
  }
}

async function openInDatabase(database: Database, options: StoreOptions): Promise<Store> {
  const { log, storage = globalThis.navigator?.storage, wallClockMs = Date.now } = options;
  const records = createRecords((name) => createDatabaseTable(database, name));
  const quotaBytes = await readQuotaBytes(storage);
  let budgetBytes = computeBudget((await records.settings.read()).storeBudgetBytes, quotaBytes);
  let isPersistent = await readPersisted(storage);
  const kept = new IndexedDbChunkStore(database, {
    budgetBytes: () => budgetBytes,
    isPersistent: () => isPersistent,
    wallClockMs,
  });
  await kept.cleanUp();
  const hasRoom = budgetBytes >= STORE_MIN_BUDGET_BYTES;
  if (!hasRoom) log("store-too-small", { budgetBytes });
  return {
    kind: hasRoom ? "database" : "memory",
    chunks: hasRoom ? kept : new MemoryChunkStore(MEMORY_STORE_BUDGET_BYTES),
    ...records,
    async requestPersistence() {
      isPersistent ||= await askPersistence(storage);
      return isPersistent;
    },
    async setBudget(chosenBytes) {
      await records.settings.update({ storeBudgetBytes: chosenBytes });
      budgetBytes = computeBudget(chosenBytes, quotaBytes);
      await kept.shrinkToBudget();
    },
    close: () => database.close(),
  };
}

const SecretSchema = v.pipe(v.instance(Uint8Array), v.length(SECRET_BYTES));
const isSecret = (row: unknown): row is Uint8Array => v.is(SecretSchema, row);

function createRecords(createTable: (name: RowStoreName) => RowTable) {
  const identity = createTable("identity");
  return {
    jams: createJamRecords(createTable("jams")),
    settings: createSettings(createTable("settings")),
    identity: { keepSecret: (fresh: Uint8Array) => identity.getOrPut("secret", isSecret, fresh) },
  };
}
