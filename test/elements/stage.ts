/**
 * A stage for elements: the services as plain objects over real signals, which tests set and read. Actions note that
 * they were called, with what; nothing else happens.
 */
import { signal } from "../../app/state/signals.ts";
import type { Signal } from "../../app/state/signals.ts";
import type { Diagnostics } from "../../app/state/diagnostics.ts";
import type { AppService, JamService, LibraryService, OutputService } from "../../app/state/services.ts";
import type { EntryView, LibraryTrackView, MemberView } from "../../app/state/views.ts";

/** The same service, with its signals writable. */
type Staged<Service> = {
  readonly [Key in keyof Service]: Service[Key] extends Signal.State<infer Value> | Signal.Computed<infer Value>
    ? Signal.State<Value>
    : Service[Key];
};

export interface Call {
  readonly action: string;
  readonly with: readonly unknown[];
}

export interface Stage {
  readonly app: Staged<Omit<AppService, "library">> & { readonly library: Staged<LibraryService> };
  readonly jam: Staged<Omit<JamService, "output">> & { readonly output: Staged<OutputService> };
  readonly calls: readonly Call[];
}

/** As mixed as a hash: what is drawn from it should differ from track to track. */
export function trackId(seed: string): string {
  let state = Number.parseInt(seed, 16) + 1;
  return Array.from({ length: 64 }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return ((state >> 8) % 16).toString(16);
  }).join("");
}

export function entry(title: string, about: Partial<EntryView> = {}): EntryView {
  return {
    entryId: `entry-${title.toLowerCase().replaceAll(" ", "-")}`,
    trackId: trackId("1"),
    title,
    artist: "Paper Lanterns",
    album: "Night Swimming",
    durationMs: 208_000,
    addedByName: "alice",
    canRemove: true,
    heldShare: 1,
    coverUrl: null,
    unplayableReason: null,
    ...about,
  };
}

export function member(name: string, about: Partial<MemberView> = {}): MemberView {
  return {
    peerId: name.padEnd(43, "A"),
    name,
    isHost: false,
    isSelf: false,
    link: { state: "connected", candidateType: "host", rttMs: 23.4 },
    bytesReceived: 3_412_000,
    bytesSent: 812_000,
    ...about,
  };
}

export function libraryTrack(title: string, about: Partial<LibraryTrackView> = {}): LibraryTrackView {
  return {
    trackId: trackId("2"),
    title,
    artist: "Paper Lanterns",
    durationMs: 208_000,
    bytes: 3_300_000,
    heldShare: 1,
    coverUrl: null,
    ...about,
  };
}

export const diagnostics: Diagnostics = {
  version: "0.1.0",
  jam: "mellow-otter-42",
  peerId: "alice".padEnd(43, "A"),
  host: true,
  server: "online",
  links: [
    {
      peerId: "bob".padEnd(43, "A"),
      name: "bob",
      state: "connected",
      candidateType: "host",
      rttMs: 23.4,
      bytesSent: 812_000,
      bytesReceived: 3_412_000,
    },
  ],
  tracks: [
    {
      trackId: trackId("1"),
      title: "Harbour Lights",
      bytes: 3_300_000,
      chunks: 104,
      chunksHeld: 78,
      origin: false,
      bytesUploaded: 812_000,
      bytesFromOrigin: 1_100_000,
      bytesFromListeners: 2_312_000,
      bytesFromStore: 0,
      bytesDuplicate: 16_384,
      hashFailures: 0,
    },
  ],
  playback: {
    state: "playing",
    trackId: trackId("1"),
    positionMs: 62_000,
    referencePositionMs: 62_003,
    driftMs: -3,
    outputUncertaintyMs: 0.4,
    outputDelayMs: 12,
    bufferedAheadMs: 24_000,
    firstSoundMs: 812,
    stalls: 0,
    stalledMs: 0,
  },
  clock: { offsetMs: 5123.2, rttMs: 12.1, uncertaintyMs: 1.2, from: "server" },
  store: { usedBytes: 48_000_000, budgetBytes: 2_000_000_000, persistent: true },
  events: [
    { atMs: 120.5, kind: "ice", text: "pc() state=connected", peer: "bob" },
    { atMs: 932.1, kind: "first-sound", afterMs: 812 },
  ],
};

/** alice hosts, bob and carol listen, the first minute of a song has been heard. */
export function createStage(self: "host" | "listener" = "host"): Stage {
  const calls: Call[] = [];
  const note =
    (action: string) =>
    (...parameters: unknown[]): void => {
      calls.push({ action, with: parameters });
    };
  const isHost = self === "host";
  const jam: Stage["jam"] = {
    jamId: "mellow-otter-42",
    connection: signal<ReturnType<JamService["connection"]["get"]>>({ kind: "online" }),
    isHost: signal(isHost),
    members: signal<readonly MemberView[]>([
      member("alice", { isHost: true, isSelf: isHost }),
      member("bob", { isSelf: !isHost }),
      member("carol", { link: { state: "connecting", candidateType: "unknown", rttMs: null }, bytesReceived: 0, bytesSent: 0 }),
    ]),
    nowPlaying: signal<ReturnType<JamService["nowPlaying"]["get"]>>({
      entry: entry("Harbour Lights", { trackId: trackId("7") }),
      playing: true,
      positionMs: 62_000,
      atMs: performance.now(),
    }),
    upNext: signal<readonly EntryView[]>([
      entry("Slow Tide", { trackId: trackId("b"), heldShare: 0.6 }),
      entry("Paper Boats", { trackId: trackId("4"), heldShare: 0, addedByName: "bob", durationMs: 187_000 }),
      entry("The Lighthouse Keeper’s Daughter", {
        trackId: trackId("e"),
        heldShare: 0,
        artist: "Mira & The Foghorns",
        durationMs: 312_000,
      }),
    ]),
    chunkMap: signal(
      Uint8Array.from({ length: 104 }, (_, index) => (index < 60 || (index > 70 && index % 3 === 0) ? 2 : index < 66 ? 1 : 0)),
    ),
    sound: signal<ReturnType<JamService["sound"]["get"]>>({ kind: "playing" }),
    imports: signal<ReturnType<JamService["imports"]["get"]>>([]),
    notices: signal<ReturnType<JamService["notices"]["get"]>>([]),
    listenersMayAdd: signal(false),
    sync: signal<ReturnType<JamService["sync"]["get"]>>({
      driftMs: -3.2,
      uncertaintyMs: 1.4,
      outputUncertaintyMs: 0,
      isSettled: true,
    }),
    output: {
      trimMs: signal(0),
      trimLimitMs: 500,
      output: signal<ReturnType<OutputService["output"]["get"]>>({ key: "this-device", name: null, isMissing: false }),
      speaker: signal<ReturnType<OutputService["speaker"]["get"]>>({ state: "closed", latencyMs: null }),
      isClicking: signal(false),
      setTrim: note("setTrim"),
      open: note("openOutput"),
      close: note("closeOutput"),
      setClicking: note("setClicking"),
      playTone: note("playTone"),
    },
    silence: signal<ReturnType<JamService["silence"]["get"]>>([]),
    silenceHints: ["media-volume", "elsewhere"],
    volume: signal({ level: 0.8, muted: false }),
    prepare: note("prepare"),
    join: note("join"),
    leave: note("leave"),
    rename: note("rename"),
    addFiles: note("addFiles"),
    addFromLibrary: note("addFromLibrary"),
    removeEntry: note("removeEntry"),
    dismissImport: note("dismissImport"),
    dismissNotice: note("dismissNotice"),
    setVolume: note("setVolume"),
    unblockSound: note("unblockSound"),
    play: note("play"),
    pause: note("pause"),
    next: note("next"),
    seek: note("seek"),
    playEntry: note("playEntry"),
    moveEntry: note("moveEntry"),
    setListenersMayAdd: note("setListenersMayAdd"),
    diagnostics: async () => diagnostics,
  };
  const library: Stage["app"]["library"] = {
    tracks: signal<readonly LibraryTrackView[]>([
      libraryTrack("Harbour Lights", { trackId: trackId("7") }),
      libraryTrack("Slow Tide", { trackId: trackId("b"), heldShare: 0.6 }),
      libraryTrack("Paper Boats", { trackId: trackId("4"), artist: "Mira & The Foghorns" }),
    ]),
    recentJams: signal<ReturnType<LibraryService["recentJams"]["get"]>>([
      { jamId: "amber-heron-7", hostedByMe: true, lastVisitMs: 1_760_000_000_000, trackCount: 12 },
      { jamId: "jam1", hostedByMe: false, lastVisitMs: 1_758_000_000_000, trackCount: 1 },
    ]),
    usage: signal<ReturnType<LibraryService["usage"]["get"]>>({
      usedBytes: 48_000_000,
      budgetBytes: 2_000_000_000,
      persistent: true,
    }),
    name: signal("alice"),
    playingAlone: signal<ReturnType<LibraryService["playingAlone"]["get"]>>(null),
    setName: note("setName"),
    newJamCode: () => jam.jamId,
    playAlone: note("playAlone"),
    pauseAlone: note("pauseAlone"),
    seekAlone: note("seekAlone"),
    removeTrack: note("removeTrack"),
    forgetJam: note("forgetJam"),
  };
  const path = signal("/");
  const app: Stage["app"] = {
    library,
    openJam: () => jam,
    parseJamCode: (text) => (/^[a-z0-9-]+$/.test(text) ? text : null),
    navigate: (to) => {
      calls.push({ action: "navigate", with: [to] });
      path.set(to);
    },
    path,
    update: signal<ReturnType<AppService["update"]["get"]>>(null),
    install: signal<ReturnType<AppService["install"]["get"]>>(null),
  };
  return { app, jam, calls };
}
