/**
 * The engine's MediaSink on a clock that counts samples: chunks are decoded by WebCodecs and played by an audio worklet,
 * so that what is heard when is a matter of frames. A media element says where it is only as well as the sound system
 * tells it, anew at each start; here all starts, seeks and tracks of a jam are places on one running stream.
 */
import { SinkError } from "../../../core/index.ts";
import type { Cancel, Clock, MediaSink, SinkAppend, SinkEvent, SinkStatus } from "../../../core/index.ts";
import type { Pcm } from "./chunk-decoder.ts";
import type { Decoder } from "./decoder-thread.ts";
import { addRange, lengthFrom, removeRange } from "./ranges.ts";
import type { Range } from "./ranges.ts";
import type { SampleOutput } from "./sample-output.ts";
import type { DeckCommand, DeckReport, TapeLine } from "./tape-deck.ts";

/** With less music than this beyond what is rendered already it may have to be silent soon, ms. */
const SPARE_MS = 10;
/** From deciding on a place to its first sample's turn on a page that has other things to do as well, ms. */
const LEAD_MS = 15;
/** Decoding more at a start would keep a slow device from fetching; a page in the background has enough of it to sleep. */
const DECODED_AHEAD_MS = 8_000;
/** How often we look whether the place that is due is heard, ms. */
const WATCH_MS = 10;
/** The volume follows the slider within this, s: faster clicks. */
const VOLUME_SLOPE_S = 0.01;

export interface SampleSinkOptions {
  readonly output: SampleOutput;
  readonly clock: Clock;
  /** Nobody else's. */
  readonly decoder: Decoder;
  canDecode(mimeType: string): boolean;
}

/** A place of the timeline and when it is to be heard. */
interface Due {
  readonly mediaMs: number;
  readonly atMs: number;
}

export class SampleSink implements MediaSink {
  readonly isPunctual = true;
  readonly wantsAheadMs = DECODED_AHEAD_MS;
  onEvent: (event: SinkEvent) => void = () => {};
  readonly #options: SampleSinkOptions;
  readonly #node: AudioWorkletNode;
  readonly #gain: GainNode;
  #ranges: readonly Range[] = [];
  #appendMs = 0;
  /** Where it stands while it doesn't play. */
  #restMs = 0;
  #isPlaying = false;
  #isBlocked = false;
  /** Not told to the worklet yet, because the output's clock isn't known. */
  #due: Due | null = null;
  /** What the worklet follows, by what it was told and what it said since. */
  #line: TapeLine | null = null;
  #take = 0;
  #rate = 1;
  #volume = { level: 1, muted: false };
  #cancelWatch: Cancel = () => {};
  readonly #unwatch: Cancel;

  constructor(options: SampleSinkOptions) {
    this.#options = options;
    const { output } = options;
    this.#node = output.createNode();
    this.#gain = output.context.createGain();
    this.#node.connect(this.#gain).connect(output.outlet);
    this.#node.port.onmessage = ({ data }: MessageEvent<DeckReport>) => {
      if (data.take === this.#take && this.#line) this.#line = data.line;
    };
    this.#unwatch = output.watch(() => this.#onOutput());
  }

  get leadMs(): number {
    return this.#options.output.latencyMs + LEAD_MS;
  }

  get appendMs(): number {
    return this.#appendMs;
  }

  canPlay(mimeType: string): boolean {
    return this.#options.canDecode(mimeType);
  }

  status(): SinkStatus {
    const mediaMs = this.#mediaMs();
    // What is rendered now is heard later; and before the first sound it is the start that must be there.
    const neededFromMs = this.#isPlaying ? Math.max(mediaMs, this.#due?.mediaMs ?? this.#line?.mediaMs ?? 0) : mediaMs;
    const leadMs = this.#isPlaying ? this.#options.output.latencyMs + SPARE_MS : 0;
    return {
      mediaMs,
      outputUncertaintyMs: this.#options.output.uncertaintyMs,
      playing: this.#isPlaying,
      canPlay: lengthFrom(this.#ranges, neededFromMs) > leadMs,
      seeking: false,
      playbackRate: this.#rate,
      bufferedMs: this.#ranges,
      blocked: this.#isBlocked,
      volume: this.#volume.level,
      muted: this.#volume.muted,
    };
  }

  async append(chunk: SinkAppend): Promise<void> {
    const sinceMs = this.#options.clock.nowMs();
    let isFirst = true;
    await this.#options.decoder.decode(chunk, (pcm) => {
      if (isFirst) this.#appendMs = this.#options.clock.nowMs() - sinceMs;
      isFirst = false;
      this.#lay(chunk, pcm);
      this.onEvent({ kind: "appended" });
    });
    if (this.#options.output.context.state === "closed") throw new SinkError("closed", "the audio context is closed");
  }

  #lay(chunk: SinkAppend, { sampleRateHz, startSample, channels }: Pcm): void {
    const { trackOffsetMs, windowStartMs, windowEndMs, initKey } = chunk;
    const length = channels[0]?.length ?? 0;
    const startMs = trackOffsetMs + (1000 * startSample) / sampleRateHz;
    const laneKey = `${initKey} ${trackOffsetMs} ${sampleRateHz}`;
    const lane = { laneKey, laneStartMs: trackOffsetMs, sampleRateHz, windowStartMs, windowEndMs };
    this.#send(
      { kind: "add", block: { ...lane, startSample, channels } },
      channels.map(({ buffer }) => buffer),
    );
    this.#ranges = addRange(this.#ranges, [
      Math.max(windowStartMs, startMs),
      Math.min(windowEndMs, startMs + (1000 * length) / sampleRateHz),
    ]);
  }

  async remove(startMs: number, endMs: number): Promise<void> {
    this.#send({ kind: "remove", startMs, endMs });
    this.#ranges = removeRange(this.#ranges, [startMs, endMs]);
  }

  seek(mediaMs: number, dueAtMs: number): void {
    this.#restMs = mediaMs;
    if (this.#isPlaying) this.#go({ mediaMs, atMs: dueAtMs });
  }

  async play(dueAtMs: number): Promise<boolean> {
    this.#isPlaying = true;
    this.#go({ mediaMs: this.#restMs, atMs: dueAtMs });
    this.#watch();
    const isAllowed = await this.#options.output.wake(this);
    this.#isBlocked = !isAllowed;
    if (!isAllowed) this.pause();
    return isAllowed;
  }

  pause(): void {
    if (!this.#isPlaying) return;
    this.#restMs = this.#mediaMs();
    this.#isPlaying = false;
    this.#due = null;
    this.#line = null;
    this.#cancelWatch();
    this.#send({ kind: "stop" });
    this.#options.output.release(this);
  }

  setPlaybackRate(rate: number): void {
    this.#rate = rate;
    this.#send({ kind: "rate", rate });
  }

  setVolume(level: number, muted: boolean): void {
    this.#volume = { level: Math.min(1, Math.max(0, level)), muted };
    const { context } = this.#options.output;
    this.#gain.gain.setTargetAtTime(muted ? 0 : this.#volume.level, context.currentTime, VOLUME_SLOPE_S);
  }

  close(): void {
    this.pause();
    this.#unwatch();
    this.#options.decoder.close();
    this.#send({ kind: "close" });
    this.#gain.disconnect();
  }

  #go(due: Due): void {
    const { output } = this.#options;
    const frame = output.isReady ? output.heardFrame(due.atMs) : null;
    this.#due = frame === null ? due : null;
    this.#take += 1;
    this.#line = null;
    if (frame === null) return;
    this.#line = { frame: Math.round(frame), mediaMs: due.mediaMs, rate: this.#rate };
    this.#send({ kind: "go", take: this.#take, line: this.#line });
  }

  /** Something is known of the output now, or its context stopped. */
  #onOutput(): void {
    if (this.#due) this.#go(this.#due);
    if (!this.#isPlaying || this.#isBlocked || !this.#line || this.#options.output.context.state === "running") return;
    // The system took the device away: a call, another app.
    this.pause();
    this.onEvent({ kind: "paused" });
  }

  /**
   * Where the music is whose samples are rendered now, less the time that they take to the ear: what is heard, but for
   * what a change of rate in between will still do to it.
   */
  #mediaMs(): number {
    const { output, clock } = this.#options;
    const heard = output.heardFrame(clock.nowMs());
    if (!this.#isPlaying || !this.#line || heard === null) return this.#restMs;
    const { latencyMs } = output;
    const { frame, mediaMs, rate } = this.#line;
    const sinceMs = ((heard - frame) * 1000) / output.context.sampleRate + latencyMs;
    return mediaMs + sinceMs * rate - latencyMs;
  }

  #watch(): void {
    this.#cancelWatch();
    this.#cancelWatch = this.#options.clock.schedule(WATCH_MS, () => {
      const heard = this.#options.output.heardFrame(this.#options.clock.nowMs());
      if (!this.#line || heard === null || heard < this.#line.frame) return this.#watch();
      this.onEvent({ kind: "moved" });
    });
  }

  #send(command: DeckCommand, transfer: Transferable[] = []): void {
    this.#node.port.postMessage(command, transfer);
  }
}
