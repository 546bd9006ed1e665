/**
 * What elements can do and watch. Implemented once, over the engine (jam-service.ts, library-service.ts), and
 * provided to elements by Lit context. Every action is safe to call at any time; one that is not allowed shows a
 * notice and changes nothing.
 */
import { createContext } from "@lit/context";
import type { Signal } from "./signals.ts";
import type { Diagnostics } from "./diagnostics.ts";
import type { Output, SpeakerStatus } from "./platform.ts";
import type { Finding, Hint } from "./silence.ts";
import type { SyncView } from "./sync-view.ts";
import type {
  ChunkMap,
  Connection,
  EntryView,
  ImportView,
  LibraryTrackView,
  MemberView,
  Notice,
  NowPlayingView,
  RecentJamView,
  SoundState,
} from "./views.ts";

type Readable<T> = Signal.State<T> | Signal.Computed<T>;

/** This device's loudspeaker or headphones, and what its owner does to have it in step. */
export interface OutputService {
  /** How much earlier the music is played here because this output sounds late (negative: later), whole ms. */
  readonly trimMs: Readable<number>;
  /** How far it goes, either way. */
  readonly trimLimitMs: number;
  /** Null until it was looked up. */
  readonly output: Readable<Output | null>;
  readonly speaker: Readable<SpeakerStatus>;
  /** The metronome clicks, and the music is muted here: two beats at once would tell the ear nothing. */
  readonly isClicking: Readable<boolean>;

  /** At once, and kept for this output. Beyond `trimLimitMs` it stays at that. */
  setTrim(trimMs: number): void;
  /** Inside a gesture: wakes the audio hardware, so that its latency is known. */
  open(): void;
  /** Ends what was opened, the metronome too. */
  close(): void;
  /** Inside a gesture. */
  setClicking(isClicking: boolean): void;
  /** Inside a gesture. */
  playTone(): void;
}

/** One jam, from its page's opening to its leaving. */
export interface JamService {
  readonly jamId: string;
  readonly connection: Readable<Connection>;
  readonly isHost: Readable<boolean>;
  readonly members: Readable<readonly MemberView[]>;
  readonly nowPlaying: Readable<NowPlayingView | null>;
  /** Entries after the current one. */
  readonly upNext: Readable<readonly EntryView[]>;
  readonly chunkMap: Readable<ChunkMap>;
  readonly sound: Readable<SoundState>;
  readonly imports: Readable<readonly ImportView[]>;
  readonly notices: Readable<readonly Notice[]>;
  readonly listenersMayAdd: Readable<boolean>;
  readonly sync: Readable<SyncView>;
  readonly output: OutputService;
  /** Why nothing is heard here, as far as can be known; none when it should sound. */
  readonly silence: Readable<readonly Finding[]>;
  /** Where else to look on a device of this kind. */
  readonly silenceHints: readonly Hint[];
  readonly volume: Readable<{ readonly level: number; readonly muted: boolean }>;

  /** To be called inside the gesture: it unlocks sound. */
  /** Somebody is at the door: what can be done before they come in is. As often as they show that they are there. */
  prepare(): void;
  join(name: string): void;
  leave(): void;
  rename(name: string): void;
  addFiles(files: readonly File[]): void;
  /** Adds a track that this device already keeps. */
  addFromLibrary(trackId: string): void;
  removeEntry(entryId: string): void;
  dismissImport(id: string): void;
  dismissNotice(id: string): void;
  setVolume(level: number, muted: boolean): void;
  /** Inside a gesture, when `sound` is "blocked". */
  unblockSound(): void;

  // The host's alone.
  play(): void;
  pause(): void;
  next(): void;
  seek(positionMs: number): void;
  playEntry(entryId: string): void;
  /** `toIndex` counts within `upNext`. */
  moveEntry(entryId: string, toIndex: number): void;
  setListenersMayAdd(allowed: boolean): void;

  diagnostics(): Promise<Diagnostics>;
}

/** What this device remembers, jam or no jam; works offline. */
export interface LibraryService {
  readonly tracks: Readable<readonly LibraryTrackView[]>;
  readonly recentJams: Readable<readonly RecentJamView[]>;
  readonly usage: Readable<{ readonly usedBytes: number; readonly budgetBytes: number; readonly persistent: boolean } | null>;
  /** The name given last, or "". */
  readonly name: Readable<string>;
  /** Track playing alone (no jam), if any. */
  readonly playingAlone: Readable<{
    readonly trackId: string;
    readonly playing: boolean;
    readonly positionMs: number;
    readonly atMs: number;
  } | null>;
  setName(name: string): void;
  /** A fresh speakable jam code. */
  newJamCode(): string;
  playAlone(trackId: string): void;
  pauseAlone(): void;
  seekAlone(positionMs: number): void;
  removeTrack(trackId: string): void;
  forgetJam(jamId: string): void;
}

/** The shell: what main.ts offers to pages. */
export interface AppService {
  readonly library: LibraryService;
  /** Opens (or returns the already open) jam of this page. Throws on an invalid code: check with `parseJamCode`. */
  openJam(jamId: string): JamService;
  /** Normalises what a person typed, or a pasted link; null when it cannot be a code. */
  parseJamCode(text: string): string | null;
  navigate(path: string): void;
  readonly path: Readable<string>;
  /** A new version is ready (service worker waiting): `apply` reloads into it. */
  readonly update: Readable<{ readonly apply: () => void } | null>;
  /** Set where the browser offers installation. */
  readonly install: Readable<{ readonly prompt: () => void } | null>;
}

export const appContext = createContext<AppService>("bt-app");
export const jamContext = createContext<JamService>("bt-jam");
