/** How well it went: time to first sound, interruptions. */
export class PlaybackMeter {
  #startedAtMs: number | null = null;
  #stalledSinceMs: number | null = null;
  #firstSoundMs: number | null = null;
  #stalls = 0;
  #stalledMs = 0;

  get firstSoundMs(): number | null {
    return this.#firstSoundMs;
  }

  get stalls(): number {
    return this.#stalls;
  }

  /** Including the stall that is going on. */
  stalledMs(nowMs: number): number {
    return this.#stalledMs + (this.#stalledSinceMs === null ? 0 : nowMs - this.#stalledSinceMs);
  }

  started(nowMs: number): void {
    this.#startedAtMs = nowMs;
  }

  /** The playhead moves. Returns the time since the gesture when it is for the first time, else null. */
  moved(nowMs: number): number | null {
    if (this.#firstSoundMs !== null || this.#startedAtMs === null) return null;
    this.#firstSoundMs = nowMs - this.#startedAtMs;
    return this.#firstSoundMs;
  }

  /** @param sinceMs when the playhead stopped, which can be before anyone noticed */
  stallBegan(sinceMs: number): void {
    this.#stalls += 1;
    this.#stalledSinceMs = sinceMs;
  }

  /** Returns how long it took, or null when nothing was stalled. */
  stallEnded(nowMs: number): number | null {
    if (this.#stalledSinceMs === null) return null;
    const stalledMs = nowMs - this.#stalledSinceMs;
    this.#stalledSinceMs = null;
    this.#stalledMs += stalledMs;
    return stalledMs;
  }
}
