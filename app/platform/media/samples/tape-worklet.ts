/** The audio thread's side of the sample sink: obeys commands that come through the node's port, and tells its lines. */
import { TapeDeck } from "./tape-deck.ts";
import type { DeckCommand } from "./tape-deck.ts";

// The scope of worklets (W3C Web Audio API), which TypeScript's library doesn't know.
declare const currentFrame: number;
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

registerProcessor(
  "tape",
  class extends AudioWorkletProcessor {
    readonly #deck = new TapeDeck(sampleRate, (report) => this.port.postMessage(report));

    constructor() {
      super();
      this.port.onmessage = ({ data }: MessageEvent<DeckCommand>) => this.#deck.obey(data);
    }

    process(_inputs: unknown, outputs: readonly (readonly Float32Array[])[]): boolean {
      this.#deck.render(currentFrame, outputs[0] ?? []);
      return !this.#deck.isClosed;
    }
  },
);
