/** What the bench and its processes of peers say to each other. */
import * as v from "valibot";

const OrderSchema = v.variant("kind", [
  /** Make these peers, ready to start; with a file, the one peer is the origin and starts at once. */
  v.object({
    kind: v.literal("make"),
    serverUrl: v.string(),
    jamId: v.string(),
    names: v.array(v.string()),
    file: v.nullable(v.string()),
    capBytesPerSecond: v.nullable(v.number()),
  }),
  /** CPU time counts from here on, and is profiled where there is a file for it. */
  v.object({ kind: v.literal("measure"), profilePath: v.nullable(v.string()) }),
  v.object({ kind: v.literal("start"), name: v.string() }),
  /** Say how things stand. */
  v.object({ kind: v.literal("look") }),
  v.object({ kind: v.literal("stop") }),
]);
export type Order = v.InferOutput<typeof OrderSchema>;

const PeerFiguresSchema = v.object({
  name: v.string(),
  /** 0 while the manifest is not known. */
  chunks: v.number(),
  chunksHeld: v.number(),
  links: v.number(),
  sizeBytes: v.number(),
  bytesUploaded: v.number(),
  bytesFromOrigin: v.number(),
  bytesFromListeners: v.number(),
  bytesDuplicate: v.number(),
  hashFailures: v.number(),
});
export type PeerFigures = v.InferOutput<typeof PeerFiguresSchema>;

const ProcessFiguresSchema = v.object({
  kind: v.literal("figures"),
  /** User and system time since "measure". */
  cpuSeconds: v.number(),
  /** The most that was resident since the process began. */
  rssBytesMax: v.number(),
  peers: v.array(PeerFiguresSchema),
});
export type ProcessFigures = v.InferOutput<typeof ProcessFiguresSchema>;

const NewsSchema = v.variant("kind", [
  v.object({ kind: v.literal("made") }),
  /** Has everything; for the origin: and offers it. */
  v.object({ kind: v.literal("complete"), name: v.string() }),
  ProcessFiguresSchema,
  v.object({ kind: v.literal("failed"), sentence: v.string() }),
]);
export type News = v.InferOutput<typeof NewsSchema>;

export function readOrder(message: unknown): Order {
  return v.parse(OrderSchema, message);
}

export function readNews(message: unknown): News {
  return v.parse(NewsSchema, message);
}
