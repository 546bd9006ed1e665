/** What the state layer needs of the platform beyond the engine's ports. main.ts hands it in; tests hand in theirs. */
import type {
  Cancel,
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
  /** How much later than the browser says each output sounds, ms, under the output's key. */
  readonly outputTrims: Readonly<Record<string, number>>;
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

/** Where sound goes. */
export interface Output {
  /** The same whenever this output is used; one for all where the browser does not tell them apart. */
  readonly key: string;
  /** What the browser calls it; null where it does not tell. */
  readonly name: string | null;
  /** The browser would tell of an output if there were one. */
  readonly isMissing: boolean;
}

export interface OutputDevices {
  /** Never rejects. */
  current(): Promise<Output>;
  /** Calls when outputs have come or gone. */
  watch(onChange: () => void): Cancel;
}

export type SpeakerState = "closed" | "suspended" | "running";

export interface SpeakerStatus {
  readonly state: SpeakerState;
  /** By how much the output says that it is late, ms; null while it is not known. */
  readonly latencyMs: number | null;
}

/** The clocks that the metronome keeps to. */
export interface ClickTiming {
  /** Null while the reference clock is not known. */
  referenceMs(localMs: number): number | null;
  /** When what the reference clock calls this moment is to be played, on the local clock. */
  localMs(referenceMs: number): number | null;
  /** 0…1 */
  loudness(): number;
}

/** Sounds of our own beside the music, timed by what leaves the loudspeaker. Costs nothing until it is opened. */
export interface Speaker {
  onStatus: (status: SpeakerStatus) => void;
  /** Inside a gesture: wakes the audio hardware. Open or not, from then on it reports its status. */
  open(): void;
  /** Silence at once, and nothing held. */
  close(): void;
  /** Inside a gesture. @param loudness 0…1 */
  playTone(loudness: number): void;
  /** Inside a gesture; goes on until `stopClicks` or `close`. */
  startClicks(timing: ClickTiming): void;
  stopClicks(): void;
}

/** What no page can see differs between them: a tab that is muted, keys for the volume, a switch at the side. */
export type DeviceKind = "computer" | "phone" | "iphone";

/** A channel that can be connected before it is opened, by who may soon want it. */
export interface PreparedChannel extends SignallingChannel {
  prepare(): void;
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
  createChannel(jamId: JamId): PreparedChannel;
  /** Does what is slow the first time, before anybody waits for it. */
  rehearse(): void;
  createLinks(log: (kind: string, details: Readonly<Record<string, unknown>>) => void): LinkTransport;
  /** A sink with an audio element of its own. */
  createSink(): MediaSink;
  readonly outputs: OutputDevices;
  createSpeaker(): Speaker;
  readonly deviceKind: DeviceKind;
  readonly lockScreen: LockScreen;
  chooseIceServers(fromServer: readonly IceServer[]): readonly IceServer[];
  /** An address for a picture, valid as long as the page lives. */
  createPictureUrl(bytes: Uint8Array, mimeType: string): string;
  /** Asks the browser not to clear our storage; at a moment when a person sees why. */
  requestPersistence(): Promise<boolean>;
  newId(): string;
}
