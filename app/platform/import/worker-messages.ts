/** What page and import worker say to each other. The worker makes the pieces; the page alone touches the store. */
import * as v from "valibot";
import { StoreError, TrackIdSchema } from "../../core/index.ts";

const bytes = v.custom<Uint8Array>((value) => value instanceof Uint8Array);
const callNumber = v.pipe(v.number(), v.safeInteger());
const storeErrorCode = v.picklist(["quota", "unavailable", "damaged"]);

const StoredTrackSchema = v.object({
  trackId: TrackIdSchema,
  manifestBytes: bytes,
  heldPieces: v.array(v.number()),
  origin: v.boolean(),
});

/** One call on the store, answered by `stored` or `store-failed` with the same number. */
const StoreCallSchema = v.variant("method", [
  v.object({ method: v.literal("getTrack"), trackId: TrackIdSchema }),
  v.object({ method: v.literal("putPiece"), trackId: TrackIdSchema, index: v.number(), bytes }),
  v.object({ method: v.literal("putManifest"), trackId: TrackIdSchema, manifestBytes: bytes }),
  v.object({ method: v.literal("deleteTrack"), trackId: TrackIdSchema }),
]);
export type StoreCall = v.InferOutput<typeof StoreCallSchema>;

export const FromWorkerSchema = v.variant("kind", [
  v.object({ kind: v.literal("ready") }),
  v.object({ kind: v.literal("progress"), fraction: v.number() }),
  v.object({ kind: v.literal("store"), callNumber, call: StoreCallSchema }),
  v.object({ kind: v.literal("done"), trackId: TrackIdSchema, manifestBytes: bytes }),
  v.object({
    kind: v.literal("failed"),
    /** Null when the failure was the store's, or the page itself gave up. */
    code: v.nullable(
      v.picklist([
        "empty",
        "not-audio",
        "no-audio-track",
        "codec-unsupported",
        "damaged",
        "too-long",
        "unreadable",
        "storage-full",
      ]),
    ),
    message: v.string(),
  }),
]);
export type FromWorker = v.InferOutput<typeof FromWorkerSchema>;

export const ToWorkerSchema = v.variant("kind", [
  v.object({ kind: v.literal("import"), file: v.instance(Blob), fileName: v.string(), playableTypes: v.array(v.string()) }),
  v.object({ kind: v.literal("abort") }),
  v.object({ kind: v.literal("stored"), callNumber, track: v.nullable(StoredTrackSchema) }),
  v.object({ kind: v.literal("store-failed"), callNumber, code: storeErrorCode, message: v.string() }),
]);
export type ToWorker = v.InferOutput<typeof ToWorkerSchema>;

/** Errors do not survive `postMessage` with their class. */
export function describeStoreFailure(error: unknown): { readonly code: StoreError["code"]; readonly message: string } {
  if (error instanceof StoreError) return { code: error.code, message: error.message };
  return { code: "unavailable", message: String(error) };
}
