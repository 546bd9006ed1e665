/** The page's store as the worker sees it: each call is a message, and answered only when the store has done it. */
import { StoreError, type StoredTrack } from "../../core/index.ts";
import type { ImportStore } from "./keep-track.ts";
import type { FromWorker, StoreCall, ToWorker } from "./worker-messages.ts";

export class RemoteStore {
  readonly #post: (message: FromWorker, transfer: Transferable[]) => void;
  readonly #waiting = new Map<number, { resolve(track: StoredTrack | null): void; reject(error: StoreError): void }>();
  #callCount = 0;

  constructor(post: (message: FromWorker, transfer: Transferable[]) => void) {
    this.#post = post;
  }

  readonly store: ImportStore = {
    getTrack: (trackId) => this.#call({ method: "getTrack", trackId }),
    putPiece: async (trackId, index, bytes) => {
      const { buffer } = bytes;
      const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength;
      await this.#call({ method: "putPiece", trackId, index, bytes }, isWhole ? [buffer] : []);
    },
    putManifest: async (trackId, manifestBytes) => {
      await this.#call({ method: "putManifest", trackId, manifestBytes });
    },
    deleteTrack: async (trackId) => {
      await this.#call({ method: "deleteTrack", trackId });
    },
  };

  receive(answer: Extract<ToWorker, { kind: "stored" | "store-failed" }>): void {
    const waiting = this.#waiting.get(answer.callNumber);
    this.#waiting.delete(answer.callNumber);
    if (answer.kind === "stored") waiting?.resolve(answer.track);
    else waiting?.reject(new StoreError(answer.code, answer.message));
  }

  #call(call: StoreCall, transfer: Transferable[] = []): Promise<StoredTrack | null> {
    const callNumber = this.#callCount++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(callNumber, { resolve, reject });
      this.#post({ kind: "store", callNumber, call }, transfer);
    });
  }
}
