/** The engine's MediaSink over one `<audio>` element and one MediaSource for the whole jam. */
import type { Cancel, Clock, MediaSink, SinkAppend, SinkEvent, SinkStatus } from "../../core/index.ts";
import { SinkError } from "../../core/index.ts";
import { ChunkBuffer, mediaSourceClass } from "./chunk-buffer.ts";
import { chooseFormat } from "./media-format.ts";
import { PlayheadReader } from "./playhead-reader.ts";

/** What a media element plays here. */
export function canElementPlay(mimeType: string): boolean {
  const known = answers.get(mimeType);
  if (known !== undefined) return known;
  const answer = chooseFormat(mimeType, (type) => mediaSourceClass()?.isTypeSupported(type) ?? false) !== null;
  answers.set(mimeType, answer);
  return answer;
}

/** Asked about with every look at the screen, and answered by browsers at leisure. */
const answers = new Map<string, boolean>();

/** The element becomes this sink's alone: its source, rate, volume and playing state. */
export function createMediaSink(element: HTMLAudioElement, clock: Clock): MediaSink {
  return new ElementSink(element, clock);
}

/** How often we look whether the playhead moves, from `play()` until it does, ms. No event tells it in time. */
const WATCH_MS = 10;

class ElementSink implements MediaSink {
  readonly isPunctual = false;
  readonly leadMs = null;
  readonly wantsAheadMs = Infinity;
  readonly appendMs = 0;
  onEvent: (event: SinkEvent) => void = () => {};
  readonly #element: HTMLAudioElement;
  readonly #clock: Clock;
  readonly #playhead = new PlayheadReader();
  #chunks: ChunkBuffer | null;
  #isBlocked = false;
  #wantsToPlay = false;
  #cancelWatch: Cancel = () => {};

  constructor(element: HTMLAudioElement, clock: Clock) {
    this.#element = element;
    this.#clock = clock;
    element.preservesPitch = false;
    element.addEventListener("playing", () => this.onEvent({ kind: "playing" }));
    element.addEventListener("waiting", () => {
      this.#playhead.reset();
      this.onEvent({ kind: "waiting" });
    });
    element.addEventListener("pause", () => this.#onPause());
    element.addEventListener("error", () => this.#begin("playing", element.error?.message || "media error"));
    this.#chunks = this.#attach();
  }

  canPlay(mimeType: string): boolean {
    return canElementPlay(mimeType);
  }

  status(): SinkStatus {
    const element = this.#element;
    return {
      mediaMs: this.#mediaMs(),
      outputUncertaintyMs: null,
      playing: !element.paused,
      canPlay: element.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA,
      seeking: element.seeking,
      playbackRate: element.playbackRate,
      bufferedMs: toRanges(this.#chunks?.buffered ?? null),
      blocked: this.#isBlocked,
      volume: element.volume,
      muted: element.muted,
    };
  }

  async append(chunk: SinkAppend): Promise<void> {
    const chunks = this.#chunks;
    if (!chunks) throw new SinkError("refused", "this browser has no MediaSource");
    try {
      await chunks.append(chunk);
    } catch (error) {
      // Refused bytes end the whole MediaSource (append error algorithm of the specification).
      if (error instanceof SinkError && error.code === "refused" && chunks === this.#chunks) this.#begin("append", error.message);
      throw error;
    }
  }

  async remove(startMs: number, endMs: number): Promise<void> {
    await this.#chunks?.remove(startMs, endMs);
  }

  seek(mediaMs: number): void {
    this.#playhead.reset();
    this.#element.currentTime = mediaMs / 1000;
  }

  async play(): Promise<boolean> {
    this.#wantsToPlay = true;
    this.#playhead.reset();
    this.#watchForMovement(this.#element.currentTime);
    try {
      await this.#element.play();
      this.#isBlocked = false;
      return true;
    } catch (error) {
      const isRefused = error instanceof DOMException && error.name === "NotAllowedError";
      // Otherwise a pause or a new source came in between (AbortError): not a refusal.
      if (isRefused) {
        this.#isBlocked = true;
        this.pause();
      }
      return !isRefused;
    }
  }

  pause(): void {
    this.#wantsToPlay = false;
    this.#cancelWatch();
    this.#playhead.reset();
    this.#element.pause();
  }

  setPlaybackRate(rate: number): void {
    this.#playhead.setRate(rate, this.#clock.nowMs());
    this.#element.playbackRate = rate;
  }

  setVolume(volume: number, muted: boolean): void {
    this.#element.volume = Math.min(1, Math.max(0, volume));
    this.#element.muted = muted;
  }

  /** The element itself goes when nobody refers to it any more. */
  close(): void {
    this.pause();
  }

  #attach(): ChunkBuffer | null {
    const Source = mediaSourceClass();
    return Source && new ChunkBuffer(this.#element, Source);
  }

  /** Starts anew on the same element, which keeps its permission to sound. */
  #begin(failed: "playing" | "append", message: string): void {
    const mediaMs = failed === "playing" ? this.#element.currentTime * 1000 : null;
    this.#wantsToPlay = false;
    this.#cancelWatch();
    this.#playhead.reset();
    const { playbackRate } = this.#element;
    this.#chunks = this.#attach();
    this.#element.playbackRate = playbackRate; // a new source resets it
    this.onEvent({ kind: "error", message, mediaMs });
  }

  #mediaMs(): number {
    const { currentTime, paused, seeking, readyState } = this.#element;
    const rawMs = currentTime * 1000;
    const isMoving = !paused && !seeking && readyState >= HTMLMediaElement.HAVE_FUTURE_DATA;
    return isMoving ? this.#playhead.read(rawMs, this.#clock.nowMs()) : rawMs;
  }

  #watchForMovement(from: number): void {
    this.#cancelWatch();
    this.#cancelWatch = this.#clock.schedule(WATCH_MS, () => {
      if (this.#element.currentTime <= from) return this.#watchForMovement(this.#element.currentTime);
      this.#playhead.reset(); // until now it stood still
      this.onEvent({ kind: "moved" });
    });
  }

  #onPause(): void {
    if (!this.#wantsToPlay) return; // our own doing
    this.#wantsToPlay = false;
    this.#cancelWatch();
    this.onEvent({ kind: "paused" });
  }
}

function toRanges(buffered: TimeRanges | null): [number, number][] {
  if (!buffered) return [];
  return Array.from({ length: buffered.length }, (_, index) => [buffered.start(index) * 1000, buffered.end(index) * 1000]);
}
