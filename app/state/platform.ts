/** What the state layer needs of the platform beyond the engine's ports. main.ts hands it in; tests hand in theirs. */
import type {
  ChunkStore,
  Clock,
  Hasher,
  IceServer,
  Identity,
  JamId,
  LinkTransport,
  Manifest,
  MediaSink,
  PeerId,
  Random,
  SignallingChannel,
  SignedDocument,
  TrackId,
} from "../core/index.ts";

/** A jam this device has been in. */
export interface JamRecord {
  readonly jamId: JamId;
  readonly hostId: PeerId | null;
  readonly documents: readonly SignedDocument[];
  readonly hostedByMe: boolean;
  /** Wall clock, for people. */
  readonly lastVisitMs: number;
  /** What this member is called there; null once the person has left: then a reload asks before it joins again. */
  readonly name: string | null;
}

export interface JamRecords {
  list(): Promise<readonly JamRecord[]>;
  get(jamId: JamId): Promise<JamRecord | null>;
  put(record: JamRecord): Promise<void>;
  forget(jamId: JamId): Promise<void>;
}

export interface Settings {
  readonly name: string;
  readonly volume: number;
  readonly muted: boolean;
}

export interface SettingsStore {
  read(): Promise<Settings>;
  update(changes: Partial<Settings>): Promise<void>;
}

export interface Importer {
  /** @throws ImportError */
  import(
    file: File,
    options: { readonly onProgress: (fraction: number) => void },
  ): Promise<{ readonly trackId: TrackId; readonly manifest: Manifest }>;
}

/** The lock screen, and a headset's buttons. */
export interface LockScreen {
  show(
    track: { readonly title: string; readonly artist: string; readonly coverUrl: string | null } | null,
    isPlaying: boolean,
  ): void;
  /** A button without a function is taken away. */
  handleButtons(buttons: Readonly<Partial<Record<"play" | "pause" | "nexttrack", () => void>>>): void;
}

export interface Platform {
  readonly version: string;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly random: Random;
  readonly hasher: Hasher;
  readonly chunks: ChunkStore;
  /** False where the browser keeps nothing beyond the page (private mode). */
  readonly keepsMusic: boolean;
  readonly jams: JamRecords;
  readonly settings: SettingsStore;
  readonly importer: Importer;
  wallClockMs(): number;
  createChannel(jamId: JamId): SignallingChannel;
  createLinks(log: (kind: string, details: Readonly<Record<string, unknown>>) => void): LinkTransport;
  /** A sink with an audio element of its own. */
  createSink(): MediaSink;
  readonly lockScreen: LockScreen;
  chooseIceServers(fromServer: readonly IceServer[]): readonly IceServer[];
  /** An address for a picture, valid as long as the page lives. */
  createPictureUrl(bytes: Uint8Array, mimeType: string): string;
  /** Asks the browser not to clear our storage; at a moment when a person sees why. */
  requestPersistence(): Promise<boolean>;
  newId(): string;
}
