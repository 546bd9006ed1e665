/** What this device keeps and remembers, for the start page; it needs no server and no jam. */
import * as v from "valibot";
import { Covers } from "./covers.ts";
import type { Platform, Settings } from "./platform.ts";
import type { LibraryService } from "./services.ts";
import { computed, signal } from "./signals.ts";
import { SoloPlayer } from "./solo-player.ts";
import { StoredMusic } from "./stored-music.ts";
import type { LibraryTrackView, RecentJamView } from "./views.ts";
import { JamIdSchema, JamState, makeJamCode, totalBytes, TrackIdSchema } from "../core/index.ts";
import type { JamId, Manifest, SignedDocument, StoredTrack, StoreUsage, TrackId } from "../core/index.ts";

export class KeptLibrary implements LibraryService {
  readonly tracks = signal<readonly LibraryTrackView[]>([]);
  readonly recentJams = signal<readonly RecentJamView[]>([]);
  readonly usage = signal<StoreUsage | null>(null);
  readonly name = signal("");
  readonly playingAlone = computed(() => this.#solo.place.get());

  readonly #platform: Platform;
  readonly #music: StoredMusic;
  readonly #covers: Covers;
  readonly #solo: SoloPlayer;
  #ownCode: JamId | null = null;
  #kept: readonly { readonly track: StoredTrack; readonly manifest: Manifest }[] = [];

  constructor(platform: Platform, settings: Settings) {
    const { chunks, hasher, clock, identity } = platform;
    this.#platform = platform;
    this.#music = new StoredMusic(chunks, hasher);
    this.#covers = new Covers(this.#music, platform.createPictureUrl, () => this.#show());
    this.#solo = new SoloPlayer({ clock, source: this.#music, selfId: identity.peerId, createSink: () => platform.createSink() });
    this.name.set(settings.name);
  }

  /** Reads again what is kept: at the start, and whenever a person comes back to the start page. */
  async reload(): Promise<void> {
    const { chunks, jams } = this.#platform;
    const [tracks, records, usage] = await Promise.all([chunks.listTracks(), jams.list(), chunks.usage()]);
    this.#kept = tracks.map((track) => ({ track, manifest: this.#music.add(track) }));
    this.usage.set(usage);
    this.recentJams.set(
      [...records]
        .sort((a, b) => b.lastVisitMs - a.lastVisitMs)
        .map(({ jamId, hostedByMe, lastVisitMs, documents }) => ({
          jamId,
          hostedByMe,
          lastVisitMs,
          trackCount: countTracks(jamId, documents),
        })),
    );
    this.#show();
  }

  setName(name: string): void {
    this.name.set(name);
    void this.#platform.settings.update({ name });
  }

  newJamCode(): string {
    this.#ownCode = makeJamCode(this.#platform.random);
    return this.#ownCode;
  }

  /** The code was made here for a new jam, and not typed in the hope to find friends. */
  isOwnCode(jamId: JamId): boolean {
    return jamId === this.#ownCode;
  }

  playAlone(trackId: string): void {
    this.#solo.play(v.parse(TrackIdSchema, trackId));
  }

  pauseAlone(): void {
    this.#solo.pause();
  }

  seekAlone(positionMs: number): void {
    this.#solo.seek(positionMs);
  }

  /** When a jam begins, only the jam sounds. */
  silence(): void {
    this.#solo.stop();
  }

  removeTrack(trackId: string): void {
    const id = v.parse(TrackIdSchema, trackId);
    if (this.#solo.place.get()?.trackId === id) this.#solo.stop();
    this.#change(this.#platform.chunks.deleteTrack(id));
  }

  forgetJam(jamId: string): void {
    this.#change(this.#platform.jams.forget(v.parse(JamIdSchema, jamId)));
  }

  /** What could not be changed is still shown as it is. */
  #change(done: Promise<void>): void {
    done.then(() => this.reload()).catch((error: unknown) => console.warn("library could not be changed", error));
  }

  #show(): void {
    this.tracks.set(this.#kept.map(({ track, manifest }) => this.#view(track, manifest)));
  }

  #view({ trackId, heldPieces }: StoredTrack, manifest: Manifest): LibraryTrackView {
    const heldChunks = heldPieces.filter((index) => index < manifest.chunks.length);
    return {
      trackId,
      title: manifest.title,
      artist: manifest.artist,
      durationMs: manifest.durationUs / 1000,
      bytes: totalBytes(manifest),
      heldShare: heldChunks.length / manifest.chunks.length,
      coverUrl: this.#covers.url(trackId satisfies TrackId),
    };
  }
}

function countTracks(jamId: JamId, documents: readonly SignedDocument[]): number {
  const state = new JamState(jamId);
  for (const signed of documents) state.offer(signed);
  return state.programme?.entries.length ?? 0;
}
