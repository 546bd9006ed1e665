/** Small rows under text keys, in the database or in memory. What a row means is for those who read it to check. */
import type { Database } from "./database.ts";
import type { RowStoreName } from "./schema.ts";

export interface RowTable {
  /** Undefined when absent. */
  get(key: string): Promise<unknown>;
  entries(): Promise<readonly (readonly [key: string, row: unknown])[]>;
  put(key: string, row: unknown): Promise<void>;
  delete(key: string): Promise<void>;
  /** The row under `key` if it is sound; else keeps `fresh` there. Atomic, across tabs too. */
  getOrPut<Row>(key: string, isSound: (row: unknown) => row is Row, fresh: Row): Promise<Row>;
}

export function createDatabaseTable(database: Database, name: RowStoreName): RowTable {
  return {
    get: (key) => database.run((db) => db.get(name, key)),
    entries: () =>
      database.run(async (db) => {
        const reading = db.transaction(name);
        const [keys, rows] = await Promise.all([reading.store.getAllKeys(), reading.store.getAll()]);
        return keys.map((key, index) => [key, rows[index]] as const);
      }),
    put: (key, row) =>
      database.run(async (db) => {
        await db.put(name, row, key);
      }),
    delete: (key) => database.run((db) => db.delete(name, key)),
    getOrPut: (key, isSound, fresh) =>
      database.run(async (db) => {
        const writing = db.transaction(name, "readwrite");
        const row = await writing.store.get(key);
        if (!isSound(row)) await writing.store.put(fresh, key);
        await writing.done;
        return isSound(row) ? row : fresh;
      }),
  };
}

export function createMemoryTable(): RowTable {
  const rows = new Map<string, unknown>();
  return {
    get: async (key) => rows.get(key),
    entries: async () => [...rows],
    async put(key, row) {
      rows.set(key, row);
    },
    async delete(key) {
      rows.delete(key);
    },
    async getOrPut(key, isSound, fresh) {
      const row = rows.get(key);
      if (isSound(row)) return row;
      rows.set(key, fresh);
      return fresh;
    },
  };
}
