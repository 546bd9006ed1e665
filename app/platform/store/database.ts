/**
 * The connection to the database, opened and kept open. Connections die: WebKit loses them when a phone sleeps, people
 * clear their data, another tab wants to upgrade. Whoever reads or writes goes through `run` and need not know.
 */
import { openDB } from "idb";
import { STORE_OPEN_TIMEOUT_MS, StoreError } from "../../core/index.ts";
import type { Clock } from "../../core/index.ts";
import type { FlightLog } from "../flight-log.ts";
import { DATABASE_NAME, DATABASE_VERSION, upgrade } from "./schema.ts";
import type { StoreDb, StoreSchema } from "./schema.ts";

export interface DatabaseOptions {
  readonly clock: Clock;
  readonly log: FlightLog;
  /** A newer version of the app took the database over: this page keeps nothing from now on. */
  readonly onOutdated: () => void;
  readonly name?: string;
}

export class Database {
  readonly #options: DatabaseOptions;
  #opening: Promise<StoreDb> | null = null;
  #isOver = false;

  /** Opens on first use; see {@link openDatabase}. */
  constructor(options: DatabaseOptions) {
    this.#options = options;
  }

  /**
   * Runs `work`, which must leave no transaction open; once more on a fresh connection if the first one was dead.
   * @throws StoreError `unavailable`, or whatever `work` throws while the connection is well.
   */
  async run<T>(work: (db: StoreDb) => Promise<T>): Promise<T> {
    const db = await this.#connect();
    try {
      return await work(db);
    } catch (error) {
      if (!isConnectionLost(error)) throw error;
      this.#options.log("store-connection-lost", { message: String(error) });
      db.close();
      this.#opening = null;
    }
    try {
      return await work(await this.#connect());
    } catch (cause) {
      throw isConnectionLost(cause) ? new StoreError("unavailable", "the database is gone", { cause }) : cause;
    }
  }

  close(): void {
    this.#isOver = true;
    // A database that never opened has nothing to close.
    this.#opening?.then((db) => db.close()).catch(() => {}); // never opened: nothing to close
  }

  #connect(): Promise<StoreDb> {
    if (this.#isOver) return Promise.reject(new StoreError("unavailable", "the database was closed"));
    const opening = (this.#opening ??= this.#open());
    opening.catch(() => {
      if (this.#opening === opening) this.#opening = null; // the next use may have more luck
    });
    return opening;
  }

  async #open(): Promise<StoreDb> {
    const { clock, log, onOutdated, name = DATABASE_NAME } = this.#options;
    let isLate = false;
    const opened = openDB<StoreSchema>(name, DATABASE_VERSION, {
      upgrade: (db, oldVersion) => upgrade(db, oldVersion),
      blocked: (currentVersion) => log("store-blocked", { currentVersion }),
      blocking: () => {
        // Another tab runs a newer version: standing in its way would leave both without a store.
        this.close();
        onOutdated();
      },
      terminated: () => {
        log("store-terminated", {});
        this.#opening = null;
      },
    });
    const deadline = new Promise<never>((_, reject) => {
      const cancel = clock.schedule(STORE_OPEN_TIMEOUT_MS, () => {
        isLate = true;
        reject(new StoreError("unavailable", "the database does not open"));
      });
      opened.then(cancel, cancel);
    });
    // An answer after the deadline has no owner: closed at once, so that it stands in nobody's way.
    opened.then(
      (db) => isLate && db.close(),
      () => {},
    ); // a refusal is told by the race below
    try {
      return await Promise.race([opened, deadline]);
    } catch (cause) {
      throw cause instanceof StoreError ? cause : new StoreError("unavailable", "the browser gives no database", { cause });
    }
  }
}

/** @throws StoreError `unavailable` where there is none to be had (private mode, a policy, a newer version's data). */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const database = new Database(options);
  await database.run(async () => {});
  return database;
}

/**
 * How a dead connection shows: a transaction that cannot start ("closing"), one that was cut off, or WebKit's
 * "Connection to Indexed Database server lost". We never abort a transaction ourselves.
 */
const CONNECTION_LOST: ReadonlySet<string> = new Set(["InvalidStateError", "AbortError", "UnknownError"]);

function isConnectionLost(error: unknown): boolean {
  return error instanceof DOMException && CONNECTION_LOST.has(error.name);
}

export function isQuotaExceeded(error: unknown): boolean {
  return error instanceof Error && error.name === "QuotaExceededError";
}
