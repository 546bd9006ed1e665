/** Where the music is, and how that is shown. The clock is `performance.now()`, as in the views' `atMs`. */
import type { ReactiveController, ReactiveControllerHost } from "lit";

/** A position, the local clock's reading then, and whether it moves on from there. */
export interface Playhead {
  readonly positionMs: number;
  readonly atMs: number;
  readonly playing: boolean;
}

/** Between 0 and `durationMs`. A reading that lies ahead is a start that is scheduled: until then nothing moves. */
export function positionAt(playhead: Playhead, durationMs: number, nowMs: number): number {
  const elapsedMs = playhead.playing ? Math.max(0, nowMs - playhead.atMs) : 0;
  return Math.min(Math.max(0, playhead.positionMs + elapsedMs), durationMs);
}

/** "3:28", "1:02:09". */
export function formatTime(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const twoDigits = (value: number): string => String(value).padStart(2, "0");
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${twoDigits(seconds)}` : `${minutes}:${twoDigits(seconds)}`;
}

/** A pixel or two of movement on the bars we draw; each time the page is laid out and painted, for which a phone has better uses. */
const TICK_MS = 500;

/** Redraws its host while the music moves and somebody can see it. */
export class PlayheadTicker implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #isMoving: () => boolean;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(host: ReactiveControllerHost, isMoving: () => boolean) {
    this.#host = host;
    this.#isMoving = isMoving;
  }

  hostConnected(): void {
    this.#timer = setInterval(() => {
      if (this.#isMoving() && !document.hidden) this.#host.requestUpdate();
    }, TICK_MS);
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
  }
}
