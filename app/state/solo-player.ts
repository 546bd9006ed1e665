/** One kept track, played alone: a programme of one entry on this device's own clock. */
import * as v from "valibot";
import { signal } from "./signals.ts";
import { EntryIdSchema, Player } from "../core/index.ts";
import type { Clock, Manifest, MediaSink, MusicSource, NowPlaying, PeerId, TrackId } from "../core/index.ts";

export interface Place {
  readonly trackId: TrackId;
  readonly manifest: Manifest;
  readonly playing: boolean;
  readonly positionMs: number;
  readonly atMs: number;
}

export interface SoloPlayerOptions {
  readonly clock: Clock;
  readonly source: MusicSource;
  readonly selfId: PeerId;
  createSink(): MediaSink;
}

export class SoloPlayer {
  readonly place = signal<Place | null>(null);
  readonly #options: SoloPlayerOptions;
  #player: Player | null = null;
  #plays = 0;

  constructor(options: SoloPlayerOptions) {
    this.#options = options;
  }

  /** Inside a gesture. Goes on where it was paused, when it is the same track. */
  play(trackId: TrackId): void {
    const manifest = this.#options.source.manifest(trackId);
    if (!manifest) return;
    const before = this.place.get();
    const now = this.#now();
    const isSame = before?.trackId === trackId && now.kind === "entry";
    if (!isSame) this.#plays += 1;
    this.#go({ trackId, manifest, playing: true, positionMs: isSame ? now.positionMs : 0, atMs: this.#options.clock.nowMs() });
  }

  pause(): void {
    const place = this.place.get();
    const now = this.#now();
    if (place && now.kind === "entry")
      this.#go({ ...place, playing: false, positionMs: now.positionMs, atMs: this.#options.clock.nowMs() });
  }

  seek(positionMs: number): void {
    const place = this.place.get();
    if (place) this.#go({ ...place, positionMs, atMs: this.#options.clock.nowMs() });
  }

  stop(): void {
    this.#player?.stop();
    this.#player = null;
    this.place.set(null);
  }

  #go(place: Place): void {
    this.place.set(place);
    const { clock, source, createSink } = this.#options;
    if (!this.#player) {
      const programming = { now: () => this.#now(), entriesAfter: () => [] };
      this.#player = new Player({ clock, source, programming, sink: createSink(), onEvent: () => this.#stopAtEnd() });
      this.#player.start();
    }
    this.#player.wake();
  }

  #stopAtEnd(): void {
    if (this.#now().kind === "ended") this.place.set(null);
  }

  #now(): NowPlaying {
    const place = this.place.get();
    if (!place) return { kind: "nothing" };
    const { trackId, manifest, playing } = place;
    const nowMs = this.#options.clock.nowMs();
    const positionMs = place.positionMs + (playing ? nowMs - place.atMs : 0);
    const durationMs = manifest.durationUs / 1000;
    if (playing && positionMs >= durationMs) return { kind: "ended", lastIndex: 0 };
    const entryId = v.parse(EntryIdSchema, `alone---${this.#plays}`);
    const { title, artist } = manifest;
    return {
      kind: "entry",
      entry: { entryId, trackId, addedBy: this.#options.selfId, title, artist, durationMs },
      index: 0,
      playing,
      positionMs: Math.min(positionMs, durationMs),
      startedAtReferenceMs: playing ? nowMs - positionMs : null,
      startsInMs: 0,
    };
  }
}
