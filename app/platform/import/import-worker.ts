/** A worker for one import: takes a file, hands back pieces and a manifest, and is thrown away. */
import * as v from "valibot";
import { encodeManifest, ImportError } from "../../core/index.ts";
import { createHasher } from "../hash/hasher.ts";
import { importTrack } from "./import-track.ts";
import { RemoteStore } from "./remote-store.ts";
import { resizeCover } from "./resize-cover.ts";
import { ToWorkerSchema, type FromWorker, type ToWorker } from "./worker-messages.ts";

const post = (message: FromWorker, transfer: Transferable[] = []) => globalThis.postMessage(message, { transfer });
const remote = new RemoteStore(post);
const abort = new AbortController();

globalThis.addEventListener("message", (event: MessageEvent<unknown>) => {
  const message = v.parse(ToWorkerSchema, event.data);
  if (message.kind === "import") void run(message);
  else if (message.kind === "abort") abort.abort();
  else remote.receive(message);
});
post({ kind: "ready" });

/** Never rejects: every end is a message. */
async function run({ file, fileName, playableTypes }: Extract<ToWorker, { kind: "import" }>): Promise<void> {
  const playable = new Set(playableTypes);
  try {
    const { trackId, manifest } = await importTrack(
      file,
      fileName,
      { store: remote.store, hasher: createHasher(), resizeCover, canPlay: (mimeType) => playable.has(mimeType) },
      { signal: abort.signal, onProgress: (fraction) => post({ kind: "progress", fraction }) },
    );
    post({ kind: "done", trackId, manifestBytes: encodeManifest(manifest) });
  } catch (error) {
    post({ kind: "failed", code: error instanceof ImportError ? error.code : null, message: String(error) });
  }
}
