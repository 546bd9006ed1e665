/**
 * Playback as the rest of the engine sees it: told what should sound (a function of documents and reference time),
 * it keeps the media sink filled, in step, and says how well it does.
 */
import type { ProgrammeEntry } from "../jam/documents.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { NowPlaying } from "../jam/now-playing.ts";
import type { TrackId } from "../ids.ts";

/** Where music comes from: the swarm in a jam, the store alone in the library. */
export interface MusicSource {
  manifest(trackId: TrackId): Manifest | null;
  /** As in SwarmApi. */
  isHeld(trackId: TrackId, index: number): boolean;
  readPiece(trackId: TrackId, index: number): Promise<Uint8Array | null>;
}

/** What should sound, resolved anew whenever it is asked. */
export interface Programming {
  now(): NowPlaying;
  /** The entries that follow the given index, in order. */
  entriesAfter(index: number): readonly ProgrammeEntry[];
}

export type PlaybackState = "idle" | "buffering" | "scheduled" | "playing" | "paused" | "blocked" | "ended";

export interface PlaybackStats {
  readonly state: PlaybackState;
  readonly trackId: TrackId | null;
  /** What the ear hears, the output delay taken off, and what it should hear; null where nothing plays. */
  readonly positionMs: number | null;
  readonly referencePositionMs: number | null;
  readonly driftMs: number | null;
  /** How far that may be wrong by what the output says of itself, ms; null: it doesn't say. */
  readonly outputUncertaintyMs: number | null;
  /** As set; the element is this far ahead of the ear. */
  readonly outputDelayMs: number;
  readonly bufferedAheadMs: number;
  /** From `start` (the gesture) to the first movement of the playhead. */
  readonly firstSoundMs: number | null;
  readonly stalls: number;
  readonly stalledMs: number;
}

export type PlaybackEvent =
  | { readonly kind: "state"; readonly state: PlaybackState }
  | { readonly kind: "first-sound"; readonly afterMs: number }
  | { readonly kind: "stall"; readonly trackId: TrackId; readonly positionMs: number }
  | { readonly kind: "recovered"; readonly stalledMs: number }
  | { readonly kind: "seek"; readonly toMs: number; readonly reason: string }
  | { readonly kind: "unplayable"; readonly trackId: TrackId; readonly message: string };

export interface PlaybackApi {
  /** The join gesture happened: sound may start. */
  start(): void;
  /** Something changed (documents, clock, a piece arrived): look again at once instead of at the next tick. */
  wake(): void;
  stats(): PlaybackStats;
  setVolume(level: number, muted: boolean): void;
  /**
   * How much later than the browser says sound comes out here (negative: earlier), ms within ±OUTPUT_DELAY_MAX_MS: it is
   * played that much sooner. At any time: while music plays, the change is followed without stopping it.
   * @throws RangeError beyond that
   */
  setOutputDelay(delayMs: number): void;
  unblock(): void;
  stop(): void;
}
