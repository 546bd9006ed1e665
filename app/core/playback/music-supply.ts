/** The music on the timeline as the player sees it: where an entry lies, and whether there is enough to play on. */
import type { NowPlaying } from "../jam/now-playing.ts";
import type { MediaSink, SinkStatus } from "../ports.ts";
import { START_AHEAD_MS } from "../tunables.ts";
import { anticipate, musicEndMs, musicStartMs, takeAim } from "./aim.ts";
import type { Aim } from "./aim.ts";
import type { Programming } from "./api.ts";
import { bufferedAheadMs } from "./buffer-plan.ts";
import { Filler } from "./filler.ts";
import type { FillerOptions } from "./filler.ts";
import { EMPTY_TIMELINE, layTimeline, placeOf } from "./timeline.ts";
import type { Place, Timeline } from "./timeline.ts";

/** With less music than this before it the playhead may stand: Chromium stops some 100 ms before its buffer ends. */
const STARVED_MS = 250;

export class MusicSupply {
  readonly #filler: Filler;
  readonly #sink: MediaSink;
  #timeline: Timeline = EMPTY_TIMELINE;

  constructor(options: FillerOptions) {
    this.#filler = new Filler(options);
    this.#sink = options.sink;
  }

  /**
   * Lays out what should sound, starts fetching it into the buffer, and says what to do now.
   * @param outputDelayMs how far the element has to be ahead of what is to be heard
   */
  follow(now: NowPlaying, programming: Programming, outputDelayMs: number): Aim {
    let cutFromMs: number | null = null;
    if (now.kind === "entry") {
      const laid = layTimeline(this.#timeline, now.entry, programming.entriesAfter(now.index));
      this.#timeline = laid.timeline;
      cutFromMs = laid.cutFromMs;
    }
    const heard = takeAim(now, this.#timeline, this.placeOf(now), this.#isPlayable);
    const aim = heard.kind === "play" ? anticipate(heard, outputDelayMs, this.#musicStartMs(heard.targetMs)) : heard;
    // The cut is told in any case: what lies there is wrong whether or not something is to sound.
    this.#filler.want(this.#timeline, aim.kind === "nothing" ? null : aim.targetMs, cutFromMs);
    return aim;
  }

  placeOf(now: NowPlaying): Place | null {
    return now.kind === "entry" ? placeOf(this.#timeline, now.entry.entryId) : null;
  }

  /**
   * Enough is buffered to start at this place: the next chunk may come at the last moment, and takes its time then. A
   * device that was slow with one is slow with the next.
   */
  isReady(status: SinkStatus, atMs: number): boolean {
    const neededMs = Math.min(START_AHEAD_MS + this.#sink.appendMs, this.#musicEndMs(atMs) - atMs - STARVED_MS);
    const aheadMs = bufferedAheadMs(status.bufferedMs, atMs);
    return aheadMs > 0 && aheadMs >= neededMs;
  }

  /** The playhead stands because its music isn't here. Silence ahead (the programme's end) is no want. */
  isStarved(status: SinkStatus): boolean {
    if (status.canPlay || status.seeking || bufferedAheadMs(status.bufferedMs, status.mediaMs) > STARVED_MS) return false;
    return status.mediaMs < this.#musicEndMs(status.mediaMs) - STARVED_MS;
  }

  /** How much music follows from this place on without a break, ms. */
  musicLeftMs(fromMs: number): number {
    return this.#musicEndMs(fromMs) - fromMs;
  }

  /** Playing failed here. */
  blame(mediaMs: number, message: string): void {
    this.#filler.blame(mediaMs, message);
  }

  stop(): void {
    this.#filler.stop();
  }

  #musicStartMs(toMs: number): number {
    return musicStartMs(this.#timeline, toMs, this.#isPlayable);
  }

  #musicEndMs(fromMs: number): number {
    return musicEndMs(this.#timeline, fromMs, this.#isPlayable);
  }

  readonly #isPlayable = (place: Place): boolean => this.#filler.isPlayable(place.trackId);
}
