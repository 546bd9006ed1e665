/**
 * What a page does to its media element, or to the worklet that plays its samples, as seen from beside the app: rates,
 * seeks, starts, and when somebody clicked.
 */
import type { DeckCommand, DeckReport } from "../../../app/platform/media/samples/tape-deck.ts";

/**
 * `value`: the rate, or the media time in ms (`said`: as `currentTime` or the audio context's timestamps tell it); 0 where
 * there is none; `idle`: the context was read, but no line was followed. `atMs` counts from the epoch.
 */
export interface Observation {
  readonly kind: "rate" | "seek" | "play" | "pause" | "click" | "said" | "idle";
  readonly value: number;
  readonly atMs: number;
  /** Of samples: the line that was followed and what the context said of its time, all ms; for looking into traces. */
  readonly output?: Readonly<Record<string, number>>;
}

declare global {
  var syncObservations: Observation[] | undefined;
}

/** Runs in the page before the app does, so it can't use anything of this module. */
function observeMedia(): void {
  const seen: Observation[] = (globalThis.syncObservations = []);
  const note = (kind: Observation["kind"], value: number, inMs = 0) =>
    void seen.push({ kind, value, atMs: performance.timeOrigin + performance.now() + inMs });
  const media = HTMLMediaElement.prototype;
  const watch = (name: "playbackRate" | "currentTime", kind: Observation["kind"], scale: number) => {
    const property = Object.getOwnPropertyDescriptor(media, name);
    if (!property?.set) return;
    const { set } = property;
    Object.defineProperty(media, name, {
      ...property,
      set(this: HTMLMediaElement, value: number) {
        note(kind, value * scale);
        set.call(this, value);
      },
    });
  };
  watch("playbackRate", "rate", 1);
  watch("currentTime", "seek", 1000);
  const watched = new Set<HTMLMediaElement>();
  setInterval(() => {
    for (const element of watched) if (!element.paused) note("said", element.currentTime * 1000);
  }, 50);
  const { play, pause } = media;
  media.play = function (this: HTMLMediaElement) {
    note("play", 0);
    watched.add(this);
    return play.call(this);
  };
  media.pause = function (this: HTMLMediaElement) {
    note("pause", 0);
    pause.call(this);
  };
  addEventListener("click", () => note("click", 0), true);
  const watchSamples = (node: AudioWorkletNode, context: BaseAudioContext) => {
    let line: DeckReport["line"] | null = null;
    let isPlaying = false;
    /** Until this line is heard. */
    const waitMs = ({ frame }: DeckReport["line"]) => {
      const { contextTime = 0, performanceTime = 0 } = context instanceof AudioContext ? context.getOutputTimestamp() : {};
      return Math.max(0, performanceTime - performance.now() + (1000 * frame) / context.sampleRate - contextTime * 1000);
    };
    const { port } = node;
    const post = port.postMessage.bind(port);
    port.addEventListener("message", ({ data }: MessageEvent<DeckReport>) => {
      if (isPlaying) line = data.line;
    });
    port.postMessage = (command: DeckCommand, transfer?: Transferable[] | StructuredSerializeOptions) => {
      if (command.kind === "go") {
        note(isPlaying ? "seek" : "play", command.line.mediaMs, waitMs(command.line));
        line = command.line;
        isPlaying = true;
      } else if (command.kind === "rate") note("rate", command.rate);
      else if (command.kind === "stop") {
        note("pause", 0);
        isPlaying = false;
        line = null;
      }
      post(command, Array.isArray(transfer) ? transfer : []);
    };
    // Firefox keeps the first answer to what the context is asked here: that one is the app's (output-reading.ts).
    const patienceMs = "mozInnerScreenX" in globalThis ? 6_000 : 0;
    let runsSinceMs: number | null = null;
    setInterval(() => {
      if (!(context instanceof AudioContext) || context.state !== "running") return;
      const nowMs = performance.now();
      runsSinceMs ??= nowMs;
      if (nowMs - runsSinceMs < patienceMs) return;
      const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp();
      const contextMs = contextTime * 1000;
      const { frame, mediaMs, rate } = line ?? { frame: 0, mediaMs: 0, rate: 0 };
      const lineMs = (1000 * frame) / context.sampleRate;
      seen.push({
        kind: line ? "said" : "idle",
        value: mediaMs + (contextMs + nowMs - performanceTime - lineMs) * rate,
        atMs: performance.timeOrigin + nowMs,
        output: {
          lineMs,
          mediaMs,
          rate,
          renderedMs: context.currentTime * 1000,
          contextMs,
          sinceMs: nowMs - performanceTime,
          latencyMs: context.outputLatency * 1000,
        },
      });
    }, 50);
  };
  const { AudioWorkletNode: Node } = globalThis;
  globalThis.AudioWorkletNode = class extends Node {
    constructor(context: BaseAudioContext, name: string, options?: AudioWorkletNodeOptions) {
      super(context, name, options);
      watchSamples(this, context);
    }
  };
}

/** As text, since not every driver takes functions; tsx marks inner functions with a helper that pages don't have. */
export const OBSERVER_SCRIPT = `(() => { const __name = (run) => run; (${observeMedia.toString()})(); })();`;

/**
 * The largest change of rate, as a share of 1, more than `afterMs` after the element was last started or sought.
 * @param alsoStartsMs when else sound began
 */
export function largestRateChange(
  observations: readonly Observation[],
  alsoStartsMs: readonly number[],
  afterMs: number,
  untilMs: number,
): number {
  let startedAtMs = -Infinity;
  let rate = 1;
  let largest = 0;
  const consider = (momentMs: number) => {
    const begun = Math.max(startedAtMs, ...alsoStartsMs.filter((startMs) => startMs <= momentMs));
    if (momentMs - begun > afterMs) largest = Math.max(largest, Math.abs(rate - 1));
  };
  for (const { kind, value, atMs } of observations) {
    consider(atMs); // until here the old rate was in force
    if (kind === "play" || kind === "seek") startedAtMs = atMs;
    if (kind === "rate") rate = value;
  }
  consider(untilMs);
  return largest;
}

/** Seeks of an element that was playing. */
export function audibleSeeks(observations: readonly Observation[]): readonly Observation[] {
  let isPlaying = false;
  return observations.filter(({ kind }) => {
    if (kind === "play") isPlaying = true;
    if (kind === "pause") isPlaying = false;
    return kind === "seek" && isPlaying;
  });
}
