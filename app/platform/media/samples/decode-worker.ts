/**
 * A thread for decoding alone. A decoder takes and gives one packet at a time, a hundred for each chunk, and on the page
 * every one of them waits behind whatever else the page does: on a busy computer a chunk then takes longer than it plays.
 */
import { SinkError } from "../../../core/index.ts";
import { ChunkDecoder } from "./chunk-decoder.ts";
import type { DecodeAnswer, DecodeOrder } from "./decoder-thread.ts";

const decoders = new Map<number, ChunkDecoder>();
const post = (answer: DecodeAnswer, transfer: Transferable[] = []) => globalThis.postMessage(answer, { transfer });

globalThis.addEventListener("message", ({ data }: MessageEvent<DecodeOrder>) => {
  if (data.kind === "decode") return void decode(data);
  decoders.get(data.decoder)?.close();
  decoders.delete(data.decoder);
});

/** Never rejects: every end is a message. */
async function decode({ decoder, order, chunk }: Extract<DecodeOrder, { kind: "decode" }>): Promise<void> {
  let chunks = decoders.get(decoder);
  if (!chunks) decoders.set(decoder, (chunks = new ChunkDecoder()));
  try {
    await chunks.decode(chunk, (pcm) => {
      const buffers = pcm.channels.map(({ buffer }) => buffer);
      post({ kind: "part", order, pcm }, buffers);
    });
    post({ kind: "done", order });
  } catch (error) {
    post({ kind: "refused", order, message: error instanceof SinkError ? error.message : String(error) });
  }
}
