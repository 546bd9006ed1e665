/** Runs one import in a worker of its own, so that the interface never waits for it. */
import * as v from "valibot";
import { decodeManifest, ImportError, StoreError, type StoredTrack } from "../../core/index.ts";
import type { ImportOptions, ImportedTrack } from "./import-track.ts";
import type { ImportStore } from "./keep-track.ts";
import { abortReason } from "./import-errors.ts";
import { findTypeProbe, playableTypes } from "./playable-types.ts";
import { describeStoreFailure, FromWorkerSchema, type FromWorker, type StoreCall, type ToWorker } from "./worker-messages.ts";

/** The worker could not be started; importing on the page may still work. */
export class WorkerUnavailable extends Error {
  override readonly name = "WorkerUnavailable";
}

export function importInWorker(
  worker: Worker,
  file: Blob,
  fileName: string,
  store: ImportStore,
  options: ImportOptions,
): Promise<ImportedTrack> {
  const { signal, onProgress } = options;
  return new Promise<ImportedTrack>((resolve, reject) => {
    const post = (message: ToWorker) => worker.postMessage(message);
    const abort = () => post({ kind: "abort" });
    let isReady = false;
    let storeFailure: StoreError | null = null;

    const finish = (settle: () => void) => {
      signal?.removeEventListener("abort", abort);
      worker.terminate();
      settle();
    };

    const answer = async (callNumber: number, call: StoreCall) => {
      try {
        post({ kind: "stored", callNumber, track: copyTrack(await callStore(store, call)) });
      } catch (error) {
        const failure = describeStoreFailure(error);
        storeFailure = error instanceof StoreError ? error : new StoreError(failure.code, failure.message, { cause: error });
        post({ kind: "store-failed", callNumber, ...failure });
      }
    };

    worker.addEventListener("message", (event: MessageEvent<unknown>) => {
      const message = v.parse(FromWorkerSchema, event.data);
      switch (message.kind) {
        case "ready":
          isReady = true;
          post({ kind: "import", file, fileName, playableTypes: [...playableTypes(findTypeProbe())] });
          if (signal?.aborted) abort();
          else signal?.addEventListener("abort", abort);
          break;
        case "progress":
          onProgress?.(message.fraction);
          break;
        case "store":
          void answer(message.callNumber, message.call);
          break;
        case "done":
          finish(() => resolve({ trackId: message.trackId, manifest: decodeManifest(message.manifestBytes) }));
          break;
        case "failed":
          finish(() => reject(failureOf(message, storeFailure, fileName, signal)));
      }
    });
    worker.addEventListener("error", (event) => {
      const cause = new Error(event.message);
      finish(() =>
        reject(isReady ? new ImportError("damaged", fileName, { cause }) : new WorkerUnavailable("import worker", { cause })),
      );
    });
  });
}

function failureOf(
  { code, message }: Extract<FromWorker, { kind: "failed" }>,
  storeFailure: StoreError | null,
  fileName: string,
  signal: AbortSignal | undefined,
): Error {
  if (signal?.aborted) return abortReason(signal);
  const cause = storeFailure ?? new Error(message);
  return code ? new ImportError(code, fileName, { cause }) : cause;
}

function callStore(store: ImportStore, call: StoreCall): Promise<StoredTrack | null | void> {
  switch (call.method) {
    case "getTrack":
      return store.getTrack(call.trackId);
    case "putPiece":
      return store.putPiece(call.trackId, call.index, call.bytes);
    case "putManifest":
      return store.putManifest(call.trackId, call.manifestBytes, { origin: true });
    case "deleteTrack":
      return store.deleteTrack(call.trackId);
  }
}

function copyTrack(track: StoredTrack | null | void): Extract<ToWorker, { kind: "stored" }>["track"] {
  return track ? { ...track, heldPieces: [...track.heldPieces] } : null;
}
