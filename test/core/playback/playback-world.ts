/** A player in a jam of its own: songs whose chunks arrive when the test says so, documents, and a sink in memory. */
import { Player, resolveNowPlaying } from "../../../app/core/index.ts";
import type { Manifest, PlaybackEvent, PlaybackState, TrackId } from "../../../app/core/index.ts";
import { MemorySink } from "../../support/memory-sink.ts";
import type { MemorySinkOptions } from "../../support/memory-sink.ts";
import { makeSong } from "../../support/songs.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { entryIdOf, makeEntry, playingJam } from "../jam/jam-fixtures.ts";

export const CHUNK_MS = 2_000;
const CHUNKS = 20;
export const SONG_MS = CHUNKS * CHUNK_MS;

const manifest: Manifest = makeSong({ chunks: CHUNKS, chunkBytes: 2_000 }).manifest;

export class PlaybackWorld {
  readonly clock = new VirtualClock();
  readonly sink: MemorySink;
  readonly player: Player;
  readonly events: PlaybackEvent[] = [];
  readonly #pieces = new Map<TrackId, { manifest: Manifest; states: Uint8Array; bytes: Uint8Array[] }>();
  #documents = playingJam("", { entryId: null });

  /** Songs of 40 s in chunks of 2 s, named by letters; all their chunks are here. */
  constructor(names: string, options: Partial<MemorySinkOptions> = {}) {
    this.sink = new MemorySink({ clock: this.clock, chunkMs: CHUNK_MS, ...options });
    this.player = new Player({
      clock: this.clock,
      sink: this.sink,
      source: {
        manifest: (trackId) => this.#pieces.get(trackId)?.manifest ?? null,
        isHeld: (trackId, index) => this.#pieces.get(trackId)?.states[index] === 2,
        readPiece: async (trackId, index) => (this.#pieces.get(trackId)?.states[index] === 2 ? this.piece(trackId, index) : null),
      },
      programming: {
        now: () => resolveNowPlaying(this.#documents.transport, this.#documents.programme, this.referenceMs),
        entriesAfter: (index) => this.#documents.programme.entries.slice(index + 1),
      },
      onEvent: (event) => this.events.push(event),
    });
    this.setProgramme(names);
  }

  get referenceMs(): number {
    return this.clock.nowMs() + 5_000_000;
  }

  get state(): PlaybackState {
    return this.player.stats().state;
  }

  now() {
    return resolveNowPlaying(this.#documents.transport, this.#documents.programme, this.referenceMs);
  }

  setProgramme(names: string): void {
    const entries = [...names].map((name) => makeEntry(name, { durationMs: SONG_MS }));
    for (const { trackId } of entries) {
      if (this.#pieces.has(trackId)) continue;
      const bytes = Array.from({ length: CHUNKS }, () => new Uint8Array(2_000));
      this.#pieces.set(trackId, { manifest, states: new Uint8Array(CHUNKS).fill(2), bytes });
    }
    this.#documents = { ...this.#documents, programme: { ...this.#documents.programme, entries } };
    this.player.wake();
  }

  setMimeType(name: string, mimeType: string): void {
    const pieces = this.#pieces.get(makeEntry(name).trackId);
    if (pieces) pieces.manifest = { ...pieces.manifest, mimeType };
  }

  /** "Play" of an entry, `inMs` from now. */
  play(name: string, positionMs = 0, inMs = 250): void {
    this.#transport({ entryId: entryIdOf(name), playing: true, positionMs, atReferenceMs: this.referenceMs + inMs });
  }

  /** Pauses where the reference is. */
  pause(): void {
    const now = this.now();
    if (now.kind === "entry") this.#transport({ entryId: now.entry.entryId, playing: false, positionMs: now.positionMs });
  }

  #transport(change: Parameters<typeof playingJam>[1]): void {
    this.#documents = { ...this.#documents, transport: { ...this.#documents.transport, ...change } };
    this.player.wake();
  }

  piece(trackId: TrackId, index: number): Uint8Array | null {
    return this.#pieces.get(trackId)?.bytes[index] ?? null;
  }

  /** Takes chunks away (they aren't here yet), or brings them. */
  setHeld(name: string, isHeld: (index: number) => boolean): void {
    const states = this.#pieces.get(makeEntry(name).trackId)?.states;
    states?.forEach((_, index) => (states[index] = isHeld(index) ? 2 : 0));
    this.player.wake();
  }

  /** Lets time pass, and promises settle in between. */
  async run(durationMs: number): Promise<void> {
    const endMs = this.clock.nowMs() + durationMs;
    await settle();
    while (this.clock.step(endMs)) await settle();
  }

  /** Heard minus wanted, ms; null in silence, NaN when it isn't the music that should sound. */
  errorMs(): number | null {
    const heard = this.sink.heard();
    const now = this.now();
    if (!heard) return null;
    if (now.kind !== "entry" || heard.key !== now.entry.trackId) return NaN;
    return heard.positionMs - now.positionMs;
  }

  eventsOf<Kind extends PlaybackEvent["kind"]>(kind: Kind): Extract<PlaybackEvent, { kind: Kind }>[] {
    return this.events.filter((event): event is Extract<PlaybackEvent, { kind: Kind }> => event.kind === kind);
  }
}

/** Promises of the sink and the source are a few turns deep. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await Promise.resolve();
}
