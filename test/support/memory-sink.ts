/**
 * A media element without a browser: buffer, playhead and their delays, on a virtual clock. It knows which music lies
 * where, so that a test can ask what is heard.
 */
import { SinkError } from "../../app/core/index.ts";
import type { Cancel, Clock, MediaSink, SinkAppend, SinkEvent, SinkStatus } from "../../app/core/index.ts";

/** Music in the buffer: [startMs, endMs) of the timeline holds the track `key` from `positionMs` of its music on. */
interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
  readonly key: string;
  readonly positionMs: number;
}

export interface MemorySinkOptions {
  readonly clock: Clock;
  /** How long the music in a chunk is, ms. */
  readonly chunkMs: number;
  /** MIME types that are refused by `canPlay`. */
  readonly unplayable?: readonly string[];
  /** From `play()` to movement. */
  readonly startMs?: number;
  /** From `seek()` into buffered music to its end. */
  readonly seekMs?: number;
  /** How much faster this sound card runs than its clock says, as a share of 1. */
  readonly skew?: number;
  /** What it says that an append takes. */
  readonly appendMs?: number;
  /** It keeps the moment that it is given; earlier than `startMs` or `seekMs` after the call it can't sound. */
  readonly isPunctual?: boolean;
  /** Music taken before `append` complains of quota, ms. */
  readonly quotaMs?: number;
}

const STEP_MS = 10;
/** Contiguous music needed to go on after running dry. */
const RESUME_MS = 100;

export class MemorySink implements MediaSink {
  onEvent: (event: SinkEvent) => void = () => {};
  readonly isPunctual: boolean;
  readonly leadMs: number | null;
  readonly wantsAheadMs = Infinity;
  readonly appendMs: number;
  readonly #options: Required<MemorySinkOptions>;
  #stretches: Stretch[] = [];
  #mediaMs = 0;
  #atMs: number;
  #isPlaying = false;
  /** Not moving before this, although playing: starting or seeking. */
  #busyUntilMs = -Infinity;
  #isSeeking = false;
  #isDry = false;
  #hasMoved = false;
  #rate = 1;
  #cancel: Cancel = () => {};
  /** `play` resolves false while this is set. */
  needsGesture = false;
  /** Bytes that make the whole sink fail. */
  poison: Uint8Array | null = null;
  /** Every append, for looking at afterwards. */
  readonly appended: SinkAppend[] = [];
  readonly calls: string[] = [];

  constructor(options: MemorySinkOptions) {
    this.#options = {
      unplayable: [],
      startMs: 55,
      seekMs: 35,
      skew: 0,
      quotaMs: Infinity,
      isPunctual: false,
      appendMs: 0,
      ...options,
    };
    this.isPunctual = this.#options.isPunctual;
    this.leadMs = this.isPunctual ? Math.max(this.#options.startMs, this.#options.seekMs) : null;
    this.appendMs = this.#options.appendMs;
    this.#atMs = options.clock.nowMs();
  }

  canPlay(mimeType: string): boolean {
    return !this.#options.unplayable.includes(mimeType);
  }

  /** Which music sounds right now; null in silence. */
  heard(): { readonly key: string; readonly positionMs: number } | null {
    this.#sync();
    if (!this.#isMoving()) return null;
    const stretch = this.#stretchAt(this.#mediaMs);
    return stretch && { key: stretch.key, positionMs: stretch.positionMs + this.#mediaMs - stretch.startMs };
  }

  status(): SinkStatus {
    this.#sync();
    return {
      mediaMs: this.#mediaMs,
      outputUncertaintyMs: null,
      playing: this.#isPlaying,
      canPlay: !this.#isDry && !this.#isSeeking && this.#aheadMs() > 0,
      seeking: this.#isSeeking,
      playbackRate: this.#rate,
      bufferedMs: this.#ranges(),
      blocked: this.needsGesture,
      volume: 1,
      muted: false,
    };
  }

  async append(chunk: SinkAppend): Promise<void> {
    await Promise.resolve();
    if (this.poison && chunk.bytes === this.poison) {
      this.fail(null);
      throw new SinkError("refused", "poison");
    }
    const startMs = Math.max(chunk.windowStartMs, chunk.trackOffsetMs + chunk.chunkStartMs);
    const endMs = Math.min(chunk.windowEndMs, chunk.trackOffsetMs + chunk.chunkStartMs + this.#options.chunkMs);
    const heldMs = this.#ranges().reduce((sum, [from, to]) => sum + to - from, 0);
    if (heldMs + endMs - startMs > this.#options.quotaMs) throw new SinkError("quota", "full");
    this.appended.push(chunk);
    this.#cut(startMs, endMs);
    if (endMs > startMs) this.#stretches.push({ startMs, endMs, key: chunk.initKey, positionMs: startMs - chunk.windowStartMs });
    this.#stretches.sort((a, b) => a.startMs - b.startMs);
  }

  async remove(startMs: number, endMs: number): Promise<void> {
    await Promise.resolve();
    this.#cut(startMs, endMs);
  }

  seek(mediaMs: number, dueAtMs: number): void {
    this.#sync();
    this.calls.push("seek");
    this.#mediaMs = mediaMs;
    this.#isSeeking = true;
    this.#beBusy(this.#options.seekMs, this.#isPlaying ? dueAtMs : -Infinity);
    this.#tick();
  }

  async play(dueAtMs: number): Promise<boolean> {
    this.calls.push("play");
    if (this.needsGesture) return false;
    if (!this.#isPlaying) {
      this.#isPlaying = true;
      this.#hasMoved = false;
      this.#beBusy(this.#options.startMs, dueAtMs);
      this.#tick();
    }
    return true;
  }

  /** Until the place is due, or past what is missed of it meanwhile. */
  #beBusy(forMs: number, dueAtMs: number): void {
    this.#busyUntilMs = Math.max(this.#busyUntilMs, this.#options.clock.nowMs() + forMs);
    if (!this.isPunctual || dueAtMs === -Infinity) return;
    this.#mediaMs += Math.max(0, this.#busyUntilMs - dueAtMs);
    this.#busyUntilMs = Math.max(this.#busyUntilMs, dueAtMs);
  }

  pause(): void {
    this.#sync();
    this.calls.push("pause");
    this.#isPlaying = false;
  }

  setPlaybackRate(rate: number): void {
    this.#sync();
    this.#rate = rate;
  }

  setVolume(): void {}

  close(): void {
    this.pause();
  }

  /** The device has nothing to play for a moment; the element plays on as if nothing had happened, that much later. */
  stumble(forMs: number): void {
    this.#sync();
    this.#mediaMs -= forMs;
  }

  /** The browser or another app stops the element. */
  interrupt(): void {
    this.pause();
    this.onEvent({ kind: "paused" });
  }

  /** Everything is lost, as when a MediaSource is ended by a decoding error. */
  fail(mediaMs: number | null): void {
    this.#stretches = [];
    this.#mediaMs = 0;
    this.#isPlaying = false;
    this.#isSeeking = false;
    this.onEvent({ kind: "error", message: "decoding failed", mediaMs });
  }

  #tick(): void {
    this.#cancel();
    this.#cancel = this.#options.clock.schedule(STEP_MS, () => {
      const wasDry = this.#isDry;
      this.#sync();
      if (this.#isPlaying && this.#isDry && !wasDry) this.onEvent({ kind: "waiting" });
      if (this.#isPlaying || this.#isSeeking) this.#tick();
    });
  }

  #isMoving(): boolean {
    return this.#isPlaying && !this.#isSeeking && !this.#isDry && this.#options.clock.nowMs() > this.#busyUntilMs;
  }

  #sync(): void {
    const nowMs = this.#options.clock.nowMs();
    const elapsedMs = nowMs - Math.max(this.#atMs, this.#busyUntilMs);
    this.#atMs = nowMs;
    const aheadMs = this.#aheadMs();
    if (this.#isSeeking && nowMs >= this.#busyUntilMs && aheadMs > 0) this.#isSeeking = false;
    if (this.#isDry && aheadMs >= RESUME_MS) this.#isDry = false;
    if (!this.#isPlaying || this.#isSeeking || this.#isDry || elapsedMs <= 0) return;
    const wantedMs = elapsedMs * this.#rate * (1 + this.#options.skew);
    this.#mediaMs += Math.min(wantedMs, aheadMs);
    if (wantedMs >= aheadMs) this.#isDry = true;
    if (this.#hasMoved || aheadMs === 0) return;
    this.#hasMoved = true;
    this.#options.clock.schedule(0, () => this.onEvent({ kind: "moved" }));
  }

  #stretchAt(mediaMs: number): Stretch | null {
    return this.#stretches.find((stretch) => mediaMs >= stretch.startMs && mediaMs < stretch.endMs) ?? null;
  }

  #aheadMs(): number {
    const range = this.#ranges().find(([startMs, endMs]) => this.#mediaMs >= startMs && this.#mediaMs < endMs);
    return range ? range[1] - this.#mediaMs : 0;
  }

  #ranges(): [number, number][] {
    const ranges: [number, number][] = [];
    for (const { startMs, endMs } of this.#stretches) {
      const last = ranges.at(-1);
      if (last && startMs - last[1] < 0.01) last[1] = endMs;
      else ranges.push([startMs, endMs]);
    }
    return ranges;
  }

  #cut(startMs: number, endMs: number): void {
    this.#sync();
    this.#stretches = this.#stretches.flatMap((stretch) => {
      const before = { ...stretch, endMs: Math.min(stretch.endMs, startMs) };
      const after = { ...stretch, startMs: Math.max(stretch.startMs, endMs) };
      const moved = { ...after, positionMs: stretch.positionMs + after.startMs - stretch.startMs };
      return [before, moved].filter((part) => part.endMs > part.startMs);
    });
  }
}
