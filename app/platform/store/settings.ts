/** What a person has set on this device. One row each: a damaged one falls back to its default alone. */
import * as v from "valibot";
import { OUTPUT_DELAY_MAX_MS } from "../../core/index.ts";
import type { RowTable } from "./row-table.ts";

const bytes = v.pipe(v.number(), v.finite(), v.minValue(0));

/** Outputs whose trim is remembered. */
const MAX_OUTPUTS = 50;
const outputKey = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
const trimMs = v.pipe(v.number(), v.integer(), v.minValue(-OUTPUT_DELAY_MAX_MS), v.maxValue(OUTPUT_DELAY_MAX_MS));
/** A damaged trim goes alone; of too many the newest stay. */
const outputTrims = v.pipe(
  v.record(v.string(), v.unknown()),
  v.transform((rows) => {
    const sound = Object.entries(rows).filter((row): row is [string, number] => v.is(outputKey, row[0]) && v.is(trimMs, row[1]));
    return Object.fromEntries(sound.slice(-MAX_OUTPUTS));
  }),
);

/** By how much what is heard lags behind the frames that a stream of this kind has handed over. */
const outputLag = v.object({
  stream: outputKey,
  lagMs: v.pipe(v.number(), v.minValue(0), v.maxValue(3_000)),
});

const SettingsSchema = v.object({
  /** The name given last; "" before. */
  name: v.fallback(v.pipe(v.string(), v.maxLength(40)), ""),
  /** 0…1 */
  volume: v.fallback(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 1),
  muted: v.fallback(v.boolean(), false),
  /** How much later than the browser says each output sounds, ms; outputs that aren't here: 0. */
  outputTrims: v.fallback(outputTrims, {}),
  /** As last learned; null before. */
  outputLag: v.fallback(v.nullable(outputLag), null),
  uploadsEnabled: v.fallback(v.boolean(), true),
  /** Null: no limit. */
  uploadCapBytesPerSecond: v.fallback(v.nullable(bytes), null),
  /** Null: a share of what the browser grants. */
  storeBudgetBytes: v.fallback(v.nullable(bytes), null),
});
export type Settings = Readonly<v.InferOutput<typeof SettingsSchema>>;

export interface SettingsRecords {
  read(): Promise<Settings>;
  update(changes: Partial<Settings>): Promise<void>;
}

export function createSettings(table: RowTable): SettingsRecords {
  return {
    async read() {
      const rows = Object.fromEntries(await table.entries());
      const named = Object.keys(SettingsSchema.entries).map((key) => [key, rows[key]]);
      return v.parse(SettingsSchema, Object.fromEntries(named));
    },
    async update(changes) {
      await Promise.all(Object.entries(changes).map(([key, value]) => table.put(key, value)));
    },
  };
}
