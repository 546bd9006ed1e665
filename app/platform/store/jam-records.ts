/** The jams that this device was in: enough to list them, and to be back in one after a reload without asking anyone. */
import * as v from "valibot";
import { JamIdSchema, MAX_JAMS_KEPT, MemberNameSchema, PeerIdSchema, SignedDocumentSchema } from "../../core/index.ts";
import type { JamId } from "../../core/index.ts";
import type { RowTable } from "./row-table.ts";

const JamRecordSchema = v.object({
  jamId: JamIdSchema,
  /** Wall clock, ms since the epoch. */
  lastVisitMs: v.pipe(v.number(), v.finite()),
  hostId: v.nullable(PeerIdSchema),
  hostedByMe: v.boolean(),
  /** What this member was called there; null before the first joining. */
  name: v.nullable(MemberNameSchema),
  /** The newest that were seen; signatures are checked by whoever opens them. */
  documents: v.pipe(v.array(SignedDocumentSchema), v.maxLength(2)),
});
export type JamRecord = Readonly<v.InferOutput<typeof JamRecordSchema>>;

export interface JamRecords {
  /** Visited last comes first. */
  list(): Promise<readonly JamRecord[]>;
  get(jamId: JamId): Promise<JamRecord | null>;
  /** Keeps at most {@link MAX_JAMS_KEPT}: the ones visited longest ago are forgotten. */
  put(record: JamRecord): Promise<void>;
  forget(jamId: JamId): Promise<void>;
}

export function createJamRecords(table: RowTable): JamRecords {
  /** Null for a damaged row, which is dropped. */
  const read = async (key: string, row: unknown): Promise<JamRecord | null> => {
    const result = v.safeParse(JamRecordSchema, row);
    if (result.success && result.output.jamId === key) return result.output;
    await table.delete(key);
    return null;
  };
  const list = async (): Promise<JamRecord[]> => {
    const records = await Promise.all((await table.entries()).map(([key, row]) => read(key, row)));
    return records.filter((record) => record !== null).sort((a, b) => b.lastVisitMs - a.lastVisitMs);
  };
  return {
    list,
    async get(jamId) {
      const row = await table.get(jamId);
      return row === undefined ? null : read(jamId, row);
    },
    async put(record) {
      await table.put(record.jamId, record);
      const excess = (await list()).slice(MAX_JAMS_KEPT);
      await Promise.all(excess.map(({ jamId }) => table.delete(jamId)));
    },
    forget: (jamId) => table.delete(jamId),
  };
}
