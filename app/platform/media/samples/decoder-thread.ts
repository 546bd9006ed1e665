/** The page's side of decode-worker.ts: decoders that work on a thread of their own, or here where there can be none. */
import { SinkError } from "../../../core/index.ts";
import type { SinkAppend } from "../../../core/index.ts";
import type { ChunkDecoder, Pcm } from "./chunk-decoder.ts";

export type Decoder = Pick<ChunkDecoder, "decode" | "close">;

export type DecodeOrder =
  | { readonly kind: "decode"; readonly decoder: number; readonly order: number; readonly chunk: SinkAppend }
  | { readonly kind: "close"; readonly decoder: number };

export type DecodeAnswer =
  | { readonly kind: "part"; readonly order: number; readonly pcm: Pcm }
  | { readonly kind: "done"; readonly order: number }
  | { readonly kind: "refused"; readonly order: number; readonly message: string };

interface Waiting {
  readonly decoder: number;
  readonly chunk: SinkAppend;
  onPart(pcm: Pcm): void;
  resolve(): void;
  reject(error: unknown): void;
}

export class DecoderThread {
  readonly #worker: Worker | null;
  readonly #waiting = new Map<number, Waiting>();
  /** Null while the thread works. */
  #local: Map<number, Promise<Decoder>> | null = null;
  #orders = 0;
  #decoders = 0;

  /** Starts the thread, which loads what it needs: the first chunk shall not wait for it. */
  constructor(start: () => Worker = startWorker) {
    try {
      this.#worker = start();
      this.#worker.onmessage = ({ data }: MessageEvent<DecodeAnswer>) => this.#receive(data);
      this.#worker.onerror = () => this.#goOnHere();
    } catch {
      this.#worker = null;
      this.#local = new Map();
    }
  }

  createDecoder(): Decoder {
    const decoder = this.#decoders++;
    return { decode: (chunk, onPart) => this.#decode(decoder, chunk, onPart), close: () => this.#close(decoder) };
  }

  #decode(decoder: number, chunk: SinkAppend, onPart: (pcm: Pcm) => void): Promise<void> {
    if (this.#local) return this.#decodeHere(decoder, chunk, onPart);
    const order = this.#orders++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(order, { decoder, chunk, onPart, resolve, reject });
      this.#post({ kind: "decode", decoder, order, chunk });
    });
  }

  #receive(answer: DecodeAnswer): void {
    const waiting = this.#waiting.get(answer.order);
    if (answer.kind === "part") return waiting?.onPart(answer.pcm);
    this.#waiting.delete(answer.order);
    if (answer.kind === "done") waiting?.resolve();
    else waiting?.reject(new SinkError("refused", answer.message));
  }

  #close(decoder: number): void {
    this.#post({ kind: "close", decoder });
    void this.#local?.get(decoder)?.then((local) => local.close());
    this.#local?.delete(decoder);
  }

  #post(order: DecodeOrder): void {
    this.#worker?.postMessage(order);
  }

  /** The worker could not be loaded, or broke. */
  #goOnHere(): void {
    this.#worker?.terminate();
    this.#local ??= new Map();
    for (const { decoder, chunk, onPart, resolve, reject } of this.#waiting.values())
      this.#decodeHere(decoder, chunk, onPart).then(resolve, reject);
    this.#waiting.clear();
  }

  async #decodeHere(decoder: number, chunk: SinkAppend, onPart: (pcm: Pcm) => void): Promise<void> {
    let local = this.#local?.get(decoder);
    if (!local) {
      local = import("./chunk-decoder.ts").then((module) => new module.ChunkDecoder());
      this.#local?.set(decoder, local);
    }
    return (await local).decode(chunk, onPart);
  }
}

function startWorker(): Worker {
  return new Worker(new URL("./decode-worker.ts", import.meta.url), { type: "module", name: "decoder" });
}
