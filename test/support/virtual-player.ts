/**
 * What a listener hears: starts when enough music is here from the jam's position on, keeps with the jam, and counts
 * where music that sounded had to stop. Waiting after a start or a jump is no stall.
 */
import { chunkIndexAt, chunkStartMs, START_AHEAD_MS } from "../../app/core/index.ts";
import type { Cancel, Clock, SwarmApi } from "../../app/core/index.ts";
import type { Song } from "./songs.ts";

export interface Place {
  readonly song: Song;
  readonly positionMs: number;
}

export interface VirtualPlayerOptions {
  readonly clock: Clock;
  readonly swarm: SwarmApi;
  /** Music that must be here before it starts, ms. */
  readonly startAheadMs: number;
  /** Where the jam is; null after its last song. */
  readonly place: () => Place | null;
  /** Nothing can be missing any more. */
  readonly isDone: () => boolean;
  /** The jam came to another song. */
  readonly onSong: () => void;
}

/** Just beyond a chunk's start, ms, so that rounding does not look into the one before. */
const BEYOND_MS = 0.01;

export class VirtualPlayer {
  /** Until as much music as it waits for is here from where the jam was when the listener came, ms; null before. */
  playableMs: number | null = null;
  /** Until the app's own player would start: less music, but from where the jam is by then, ms; null before. */
  startableMs: number | null = null;
  stalls = 0;
  stalledMs = 0;
  /** From each jump to the sound there, ms. */
  readonly jumpsMs: number[] = [];
  readonly #options: VirtualPlayerOptions;
  readonly #startedMs: number;
  #waitingSinceMs: number;
  #isPlaying = false;
  #stalledSinceMs: number | null = null;
  #song: Song | null = null;
  /** Where the jam was at the beginning. */
  #cameAt: Place | null = null;
  #hasStarted = false;
  #cancelLook: Cancel | null = null;
  /** When it will look by itself. */
  #nextLookMs = -Infinity;

  constructor(options: VirtualPlayerOptions) {
    this.#options = options;
    this.#startedMs = options.clock.nowMs();
    this.#waitingSinceMs = this.#startedMs;
    this.#cancelLook = options.clock.schedule(0, () => this.look());
  }

  /** The jam is somewhere else. */
  jump(): void {
    this.#endStall();
    this.#isPlaying = false;
    this.#waitingSinceMs = this.#options.clock.nowMs();
    this.look();
  }

  stop(): void {
    this.#cancel();
    this.#endStall();
  }

  /** To be called when a piece has come; it looks by itself where a chunk begins. */
  look(): void {
    const { clock, swarm, startAheadMs, place, isDone, onSong } = this.#options;
    const at = place();
    if (!at) return this.stop();
    if (at.song !== this.#song) {
      this.#song = at.song;
      onSong();
    }
    const { manifest, trackId } = at.song;
    this.#cameAt ??= at;
    if (this.playableMs === null && this.#isHere(this.#cameAt, startAheadMs)) this.playableMs = clock.nowMs() - this.#startedMs;
    const first = chunkIndexAt(manifest, at.positionMs);
    const isHere = swarm.isHeld(trackId, first);
    if (this.#isPlaying) {
      if (isHere) this.#endStall();
      else if (this.#stalledSinceMs === null) {
        this.stalls++;
        this.#stalledSinceMs = clock.nowMs();
      }
    } else if (isHere) {
      if (this.#isHere(at, START_AHEAD_MS)) this.startableMs ??= clock.nowMs() - this.#startedMs;
      if (this.#isHere(at, startAheadMs)) this.#start();
    }
    if (this.#isPlaying && isHere && isDone()) return this.#cancel();
    this.#lookIn(Math.max(0, chunkStartMs(manifest, first + 1) - at.positionMs) + BEYOND_MS);
  }

  /** From a place on, for so long; what lies beyond the song's end counts as here. */
  #isHere({ song: { manifest, trackId }, positionMs }: Place, aheadMs: number): boolean {
    const last = chunkIndexAt(manifest, positionMs + aheadMs - BEYOND_MS);
    for (let index = chunkIndexAt(manifest, positionMs); index <= last; index++)
      if (!this.#options.swarm.isHeld(trackId, index)) return false;
    return true;
  }

  /** Leaves the timer alone where it stands at that moment already: a hundred pieces come while one plays. */
  #lookIn(delayMs: number): void {
    const atMs = this.#options.clock.nowMs() + delayMs;
    if (this.#cancelLook && Math.abs(atMs - this.#nextLookMs) < BEYOND_MS / 2) return;
    this.#cancel();
    this.#nextLookMs = atMs;
    this.#cancelLook = this.#options.clock.schedule(delayMs, () => {
      this.#cancelLook = null;
      this.look();
    });
  }

  #cancel(): void {
    this.#cancelLook?.();
    this.#cancelLook = null;
  }

  #start(): void {
    const nowMs = this.#options.clock.nowMs();
    this.#isPlaying = true;
    this.playableMs ??= nowMs - this.#startedMs;
    if (this.#hasStarted) this.jumpsMs.push(nowMs - this.#waitingSinceMs);
    this.#hasStarted = true;
  }

  #endStall(): void {
    if (this.#stalledSinceMs !== null) this.stalledMs += this.#options.clock.nowMs() - this.#stalledSinceMs;
    this.#stalledSinceMs = null;
  }
}
