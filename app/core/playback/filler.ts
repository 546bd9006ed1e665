/**
 * Carries out the buffer plan, one step at a time: reads a chunk, hands it to the sink, looks again. It remembers what
 * the browser made nothing of, so that no chunk is tried for ever, and which tracks cannot be played here at all.
 */
import { chunkStartMs } from "../manifest/manifest.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { TrackId } from "../ids.ts";
import type { MediaSink } from "../ports.ts";
import { BUFFER_AHEAD_BYTES, BUFFER_AHEAD_MS, BUFFER_BEHIND_MS } from "../tunables.ts";
import type { MusicSource } from "./api.ts";
import { isCovered, planBuffer, rangeOf } from "./buffer-plan.ts";
import type { BufferStep, ChunkPlace } from "./buffer-plan.ts";
import { SinkError } from "./sink-error.ts";
import { endOf } from "./timeline.ts";
import type { Place, Timeline } from "./timeline.ts";

export interface FillerOptions {
  readonly source: MusicSource;
  readonly sink: MediaSink;
  /** Something was appended or removed. */
  onChange(): void;
  onUnplayable(trackId: TrackId, message: string): void;
}

/** A track of which the browser refused this many chunks is left alone: each refusal costs a new MediaSource. */
const MAX_REFUSALS = 2;
/** With less than this ahead a browser's buffer is no use; a quota that demands it stays unmet, ms. */
const MIN_AHEAD_MS = 4_000;

type Outcome = "done" | "wait";

export class Filler {
  readonly #options: FillerOptions;
  #timeline: Timeline | null = null;
  #targetMs: number | null = null;
  #cutFromMs: number | null = null;
  #isBusy = false;
  #isStopped = false;
  readonly #hollow = new Set<string>();
  readonly #refusals = new Map<TrackId, number>();
  readonly #unplayable = new Set<TrackId>();
  #aheadMs: number;
  #behindMs = BUFFER_BEHIND_MS;

  constructor(options: FillerOptions) {
    this.#options = options;
    this.#aheadMs = Math.min(BUFFER_AHEAD_MS, options.sink.wantsAheadMs);
  }

  /** What should be buffered from now on; a null target leaves the buffer as it is. `cutFromMs`: as in `Laid`. */
  want(timeline: Timeline, targetMs: number | null, cutFromMs: number | null): void {
    this.#timeline = timeline;
    this.#targetMs = targetMs;
    if (cutFromMs !== null) this.#cutFromMs = Math.min(this.#cutFromMs ?? Infinity, cutFromMs);
    this.#pump();
  }

  /** False once it is known that this browser makes no sound of the track. */
  isPlayable(trackId: TrackId): boolean {
    if (this.#unplayable.has(trackId)) return false;
    const manifest = this.#options.source.manifest(trackId);
    if (!manifest || this.#options.sink.canPlay(manifest.mimeType)) return true;
    this.#giveUp(trackId, `no decoder for ${manifest.mimeType}`);
    return false;
  }

  /** The browser failed while it played this place of the timeline: the chunk there isn't tried again. */
  blame(mediaMs: number, message: string): void {
    const place = this.#timeline?.places.find((candidate) => mediaMs >= candidate.startMs && mediaMs < endOf(candidate));
    const manifest = place && this.#options.source.manifest(place.trackId);
    if (!place || !manifest) return;
    const index = manifest.chunks.findLastIndex((_, at) => rangeOf({ place, index: at }, manifest)[0] <= mediaMs);
    this.#refuse({ place, index: Math.max(0, index) }, message);
  }

  stop(): void {
    this.#isStopped = true;
  }

  #pump(): void {
    if (this.#isBusy || this.#isStopped) return;
    const step = this.#nextStep();
    if (step.kind === "none") return;
    this.#isBusy = true;
    void this.#carryOut(step).then((outcome) => {
      this.#isBusy = false;
      if (this.#isStopped || outcome === "wait") return; // tried again when the player next says what it wants
      this.#options.onChange();
      this.#pump();
    });
  }

  #nextStep(): BufferStep {
    if (this.#cutFromMs !== null) return { kind: "remove", startMs: this.#cutFromMs, endMs: Infinity };
    if (!this.#timeline || this.#targetMs === null) return { kind: "none" };
    const { source, sink } = this.#options;
    return planBuffer({
      places: this.#timeline.places,
      targetMs: this.#targetMs,
      buffered: sink.status().bufferedMs,
      manifest: (trackId) => source.manifest(trackId),
      isHeld: (trackId, index) => source.isHeld(trackId, index),
      isSpent: (chunk) => !this.isPlayable(chunk.place.trackId) || this.#hollow.has(keyOf(chunk)),
      aheadMs: this.#aheadMs,
      aheadBytes: BUFFER_AHEAD_BYTES,
      behindMs: this.#behindMs,
    });
  }

  async #carryOut(step: Exclude<BufferStep, { kind: "none" }>): Promise<Outcome> {
    try {
      if (step.kind === "append") return await this.#append(step);
      if (this.#cutFromMs === step.startMs) this.#cutFromMs = null;
      await this.#options.sink.remove(step.startMs, step.endMs);
      return "done";
    } catch (error) {
      return this.#onRefusal(step, error);
    }
  }

  async #append(chunk: ChunkPlace): Promise<Outcome> {
    const { source, sink } = this.#options;
    const { trackId } = chunk.place;
    const manifest = source.manifest(trackId);
    const bytes = await source.readPiece(trackId, chunk.index);
    // Null: damaged on disk; the swarm fetches it again. And while we read, the place may have gone to other music.
    if (!manifest || !bytes || !this.#isStillWanted(chunk.place)) return "wait";
    await sink.append({ ...describe(chunk, manifest, bytes), neededFromMs: this.#targetMs ?? -Infinity });
    if (!isCovered(sink.status().bufferedMs, rangeOf(chunk, manifest))) this.#hollow.add(keyOf(chunk));
    return "done";
  }

  #isStillWanted(place: Place): boolean {
    return (
      this.#cutFromMs === null &&
      this.#timeline?.places.some(({ entryId, startMs }) => entryId === place.entryId && startMs === place.startMs) === true
    );
  }

  #onRefusal(step: Exclude<BufferStep, { kind: "none" }>, error: unknown): Outcome {
    if (error instanceof SinkError && error.code === "quota") {
      if (this.#aheadMs <= MIN_AHEAD_MS) return "wait";
      this.#aheadMs = Math.max(MIN_AHEAD_MS, this.#aheadMs / 2);
      this.#behindMs = Math.max(MIN_AHEAD_MS / 2, this.#behindMs / 2);
      return "done";
    }
    if (error instanceof SinkError && error.code === "refused" && step.kind === "append") {
      this.#refuse(step, error.message);
      return "done";
    }
    return "wait"; // closed, or the store failed to read: passing, or told by its owner
  }

  #refuse(chunk: ChunkPlace, message: string): void {
    const { trackId } = chunk.place;
    this.#hollow.add(keyOf(chunk));
    const refusals = (this.#refusals.get(trackId) ?? 0) + 1;
    this.#refusals.set(trackId, refusals);
    if (refusals >= MAX_REFUSALS) this.#giveUp(trackId, message);
  }

  #giveUp(trackId: TrackId, message: string): void {
    if (this.#unplayable.has(trackId)) return;
    this.#unplayable.add(trackId);
    this.#options.onUnplayable(trackId, message);
  }
}

function describe({ place, index }: ChunkPlace, manifest: Manifest, bytes: Uint8Array) {
  const musicStartMs = manifest.musicStartUs / 1000;
  return {
    mimeType: manifest.mimeType,
    container: manifest.container,
    init: manifest.init,
    initKey: place.trackId,
    bytes,
    trackOffsetMs: place.startMs - musicStartMs,
    chunkStartMs: chunkStartMs(manifest, index) + musicStartMs,
    windowStartMs: place.startMs,
    windowEndMs: Math.min(endOf(place), place.startMs + manifest.durationUs / 1000),
  };
}

function keyOf({ place, index }: ChunkPlace): string {
  return `${place.entryId}@${place.startMs}:${index}`;
}
