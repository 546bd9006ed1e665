/**
 * One jam as the screen knows it: turns the session's events into signals and a person's gestures into the session's
 * commands. All that is decided elsewhere is only carried here.
 */
import * as v from "valibot";
import { buildDiagnostics, buildDiagnosticsWithoutJam } from "./build-diagnostics.ts";
import { Covers } from "./covers.ts";
import type { Diagnostics } from "./diagnostics.ts";
import { ImportQueue } from "./import-queue.ts";
import { JamMemory } from "./jam-memory.ts";
import { JamScreen } from "./jam-screen.ts";
import { isOver } from "./jam-views.ts";
import type { EntryContext } from "./jam-views.ts";
import { Notices } from "./notices.ts";
import { OutputDesk } from "./output-desk.ts";
import type { ClickTiming, Platform, PreparedChannel } from "./platform.ts";
import { refusalSentence, SENTENCES } from "./sentences.ts";
import type { JamService } from "./services.ts";
import { computed } from "./signals.ts";
import { findSilence, hintsFor } from "./silence.ts";
import type { Hint } from "./silence.ts";
import { CLOSE_CODES, EntryIdSchema, Player, Session, TrackIdSchema, decodeManifest } from "../core/index.ts";
import type {
  ActionOutcome,
  Cancel,
  HostCommand,
  JamId,
  LinkStats,
  Manifest,
  PeerId,
  SessionEvent,
  SignedDocument,
  TrackId,
} from "../core/index.ts";

/** For clicks and tones where the music itself is turned off: whoever asks for them wants to hear them. */
const SOME_LOUDNESS = 0.5;
/** Often enough for a chunk map, seldom enough for a phone's battery, and for eight pages on one machine. */
const REFRESH_MS = 1000;
/** What happens at once is shown at once. */
const COALESCE_MS = 40;

export class LiveJam extends JamScreen implements JamService {
  readonly jamId: JamId;
  readonly imports: ImportQueue["list"];
  readonly notices: Notices["list"];
  readonly output: OutputDesk;
  readonly silence = computed(() => this.#findSilence());
  readonly silenceHints: readonly Hint[];

  readonly #platform: Platform;
  readonly #notices: Notices;
  readonly #imports: ImportQueue;
  readonly #memory: JamMemory;
  readonly #isOwnCode: boolean;
  readonly #onKept: () => void;
  #channel: PreparedChannel | null = null;
  #remembered: Promise<readonly SignedDocument[]> | null = null;
  #live: { readonly session: Session; readonly context: EntryContext } | null = null;
  #name = "";
  #links: ReadonlyMap<PeerId, LinkStats> = new Map();
  #cancelRefresh: Cancel = () => {};
  #refreshAsked = false;
  #onLockScreen = "";

  /**
   * @param isOwnCode the code was made here, for a new jam
   * @param onKept what this device keeps has changed
   */
  constructor(jamId: JamId, platform: Platform, { isOwnCode, onKept }: { isOwnCode: boolean; onKept: () => void }) {
    super();
    this.jamId = jamId;
    this.#platform = platform;
    this.#isOwnCode = isOwnCode;
    this.#onKept = onKept;
    this.#notices = new Notices(platform.clock);
    this.#memory = new JamMemory(jamId, platform, () => this.#notices.show("warning", SENTENCES.storeFailed));
    this.notices = this.#notices.list;
    this.#imports = new ImportQueue(platform.importer, (trackId, manifest) => this.#addTrack(trackId, manifest));
    this.imports = this.#imports.list;
    this.silenceHints = hintsFor(platform.deviceKind);
    this.output = new OutputDesk({
      platform,
      timing: this.#clickTiming(),
      onTrim: (trimMs) => this.#live?.session.player?.setOutputDelay(trimMs),
      onClicking: () => this.#applyVolume(),
    });
  }

  prepare(): void {
    if (this.#live) return;
    if (!this.#channel) this.#platform.rehearse();
    this.#channel ??= this.#platform.createChannel(this.jamId);
    this.#channel.prepare();
    this.#remembered ??= this.#memory.documents();
  }

  join(name: string): void {
    if (this.#live) return;
    this.#name = name;
    this.connection.set({ kind: "joining" });
    const { session } = this.#open(name);
    // Nothing is awaited before this: a phone unlocks sound only within the gesture itself.
    session.join(this.#remembered ?? this.#memory.documents());
    this.#remembered = null;
    this.output.start();
    void this.#platform.settings.update({ name });
    void this.#platform.settings.read().then(({ volume, muted }) => this.setVolume(volume, muted));
    if (!this.#platform.keepsMusic) this.#notices.show("info", SENTENCES.memoryStore);
    this.#refresh();
  }

  leave(): void {
    this.suspend();
    this.connection.set({ kind: "ended", reason: "left" });
    void this.#memory.note({ name: null }).then(this.#onKept);
  }

  /** Stops without leaving: the page goes away, the membership stays. */
  suspend(): void {
    this.#cancelRefresh();
    this.output.stop();
    this.#live?.session.leave();
    this.#live = null;
    this.#channel?.close();
    this.#channel = null;
    this.#onLockScreen = "";
    this.#platform.lockScreen.show(null, false);
    this.#platform.lockScreen.handleButtons({});
  }

  rename(name: string): void {
    this.#name = name;
    this.#live?.session.rename(name);
    void this.#platform.settings.update({ name });
  }

  addFiles(files: readonly File[]): void {
    const { session } = this.#live ?? {};
    if (!session) return;
    if (!session.isHost && !session.listenersMayAdd) return this.#notices.show("warning", refusalSentence("adding-not-allowed"));
    if (!session.isHostPresent) return this.#notices.show("warning", SENTENCES.hostAbsent);
    this.#imports.add(files);
  }

  addFromLibrary(trackId: string): void {
    this.#addKeptTrack(trackId).catch(() => this.#notices.show("warning", SENTENCES.storeFailed));
  }

  removeEntry(entryId: string): void {
    const { session } = this.#live ?? {};
    if (session) this.#report(session.removeEntry(v.parse(EntryIdSchema, entryId)));
  }

  dismissImport(id: string): void {
    this.#imports.dismiss(id);
  }

  dismissNotice(id: string): void {
    this.#notices.dismiss(id);
  }

  setVolume(level: number, muted: boolean): void {
    this.volume.set({ level, muted });
    this.#applyVolume();
    void this.#platform.settings.update({ volume: level, muted });
  }

  unblockSound(): void {
    this.#live?.session.player?.unblock();
  }

  play(): void {
    this.#command({ kind: "play" });
  }

  pause(): void {
    this.#command({ kind: "pause" });
  }

  next(): void {
    this.#command({ kind: "next" });
  }

  seek(positionMs: number): void {
    this.#command({ kind: "seek", positionMs });
  }

  playEntry(entryId: string): void {
    this.#command({ kind: "play-entry", entryId: v.parse(EntryIdSchema, entryId) });
  }

  moveEntry(entryId: string, toIndex: number): void {
    this.#command({ kind: "move", entryId: v.parse(EntryIdSchema, entryId), toIndex });
  }

  setListenersMayAdd(allowed: boolean): void {
    this.#command({ kind: "allow-adding", allowed });
  }

  async diagnostics(): Promise<Diagnostics> {
    const { version, identity, chunks, clock } = this.#platform;
    const usage = await chunks.usage();
    await this.#readLinks();
    if (!this.#live) return buildDiagnosticsWithoutJam(version, identity.peerId, usage);
    return buildDiagnostics({
      version,
      jamId: this.jamId,
      selfId: identity.peerId,
      session: this.#live.session,
      links: this.#links,
      usage,
      nowMs: clock.nowMs(),
    });
  }

  #open(name: string): { readonly session: Session } {
    const { identity, clock, random, hasher, chunks } = this.#platform;
    const sink = this.#platform.createSink();
    const session: Session = new Session({
      jamId: this.jamId,
      name,
      identity,
      clock,
      random,
      hasher,
      store: chunks,
      channel: (this.#channel ??= this.#platform.createChannel(this.jamId)),
      links: this.#platform.createLinks((kind, details) => session.recorder.record(kind, details)),
      chooseIceServers: (fromServer) => this.#platform.chooseIceServers(fromServer),
      createPlayer: (source, programming, onEvent) => new Player({ clock, source, programming, sink, onEvent }),
      onEvent: (event) => this.#onSessionEvent(event),
    });
    const createUrl = (bytes: Uint8Array, mimeType: string) => this.#platform.createPictureUrl(bytes, mimeType);
    const covers = new Covers(session.swarm, createUrl, () => this.#askRefresh());
    const canPlay = (mimeType: string) => sink.canPlay(mimeType);
    session.player?.setOutputDelay(this.output.trimMs.get());
    this.#live = { session, context: { session, selfId: identity.peerId, covers, canPlay } };
    return this.#live;
  }

  #applyVolume(): void {
    const { level, muted } = this.volume.get();
    this.#live?.session.player?.setVolume(level, muted || this.output.isClicking.get());
  }

  /** The player makes up for the trim itself; clicks have to be given it. */
  #clickTiming(): ClickTiming {
    return {
      referenceMs: (localMs) => this.#live?.session.referenceClock.referenceMs(localMs) ?? null,
      localMs: (referenceMs) => {
        const localMs = this.#live?.session.referenceClock.localMs(referenceMs) ?? null;
        return localMs === null ? null : localMs - this.output.trimMs.get();
      },
      loudness: () => this.volume.get().level || SOME_LOUDNESS,
    };
  }

  #findSilence() {
    const now = this.nowPlaying.get();
    return findSilence({
      isComingIn: this.connection.get().kind === "joining",
      isHost: this.isHost.get(),
      now: now && {
        playing: now.playing,
        isOver: isOver(now, this.upNext.get()),
        isPlayable: now.entry.unplayableReason === null,
      },
      sound: this.sound.get().kind,
      volume: this.volume.get(),
      isOutputMissing: this.output.output.get()?.isMissing === true,
      speaker: this.output.speaker.get().state,
    });
  }

  #onSessionEvent(event: SessionEvent): void {
    switch (event.kind) {
      case "joined":
        this.connection.set({ kind: "online" });
        break;
      case "offline":
        this.#onOffline(event.code, event.isFinal);
        break;
      case "begun":
        if (!this.#isOwnCode) this.#notices.show("info", SENTENCES.begun);
        break;
      case "piece-held":
        return; // the next refresh shows it: twenty a second are not twenty renderings
      case "track-complete":
        this.#onKept();
        break;
      case "documents":
        void this.#memory.note({ hostId: event.hostId, documents: event.documents, name: this.#name });
        break;
      case "refused":
        if (event.reason === "host-absent") this.#notices.show("warning", SENTENCES.hostAbsent);
        break;
      case "store-failed":
        this.#notices.show("warning", SENTENCES.storeFailed);
        break;
      default: // what the rendering below shows
    }
    this.#askRefresh();
  }

  #onOffline(code: number, isFinal: boolean): void {
    if (isFinal) {
      const reason = code === CLOSE_CODES.replaced ? "replaced" : code === CLOSE_CODES.badJam ? "bad-jam" : "refused";
      this.suspend();
      this.connection.set({ kind: "ended", reason });
      return;
    }
    if (code === CLOSE_CODES.jamFull) this.#notices.show("warning", SENTENCES.jamFull);
    if (this.connection.get().kind !== "offline") this.connection.set({ kind: "offline", sinceMs: this.#platform.clock.nowMs() });
  }

  #command(command: HostCommand): void {
    const { session } = this.#live ?? {};
    if (session) this.#report(session.command(command));
  }

  #report(outcome: ActionOutcome): void {
    if (!outcome.ok) this.#notices.show("warning", refusalSentence(outcome.reason));
    this.#askRefresh();
  }

  async #addTrack(trackId: TrackId, manifest: Manifest): Promise<void> {
    const { session } = this.#live ?? {};
    if (!session) return;
    this.#report(await session.addTrack(trackId, manifest, v.parse(EntryIdSchema, this.#platform.newId())));
    // Now there is something that a person would miss.
    await this.#platform.requestPersistence();
  }

  async #addKeptTrack(trackId: string): Promise<void> {
    const id = v.parse(TrackIdSchema, trackId);
    const track = await this.#platform.chunks.getTrack(id);
    if (track) await this.#addTrack(id, decodeManifest(track.manifestBytes));
  }

  // Signals.

  /** Many events make one rendering. */
  #askRefresh(): void {
    if (this.#refreshAsked) return;
    this.#refreshAsked = true;
    this.#platform.clock.schedule(COALESCE_MS, () => {
      this.#refreshAsked = false;
      this.#render();
    });
  }

  #refresh(): void {
    this.#render();
    void this.#readLinks();
    this.#cancelRefresh = this.#platform.clock.schedule(REFRESH_MS, () => this.#refresh());
  }

  #render(): void {
    if (!this.#live) return;
    this.show(this.#live.context, this.#links, this.#platform.clock.nowMs());
    this.#showOnLockScreen();
  }

  #showOnLockScreen(): void {
    const now = this.nowPlaying.get();
    const isHost = this.isHost.get();
    const shown = JSON.stringify([now?.entry.entryId, now?.entry.coverUrl, now?.playing, isHost]);
    if (shown === this.#onLockScreen) return;
    this.#onLockScreen = shown;
    this.#platform.lockScreen.show(now?.entry ?? null, now?.playing ?? false);
    // Whose sound the phone has stopped may want it back; what the others hear is the host's to say.
    this.#platform.lockScreen.handleButtons(
      isHost
        ? { play: () => this.#resume(), pause: () => this.pause(), nexttrack: () => this.next() }
        : { play: () => this.unblockSound() },
    );
  }

  #resume(): void {
    this.unblockSound();
    this.play();
  }

  async #readLinks(): Promise<void> {
    const { session } = this.#live ?? {};
    if (!session) return;
    const linked = await Promise.all(
      session.members.map(async ({ peerId }) => [peerId, await session.linkStats(peerId)] as const),
    );
    this.#links = new Map(linked.flatMap(([peerId, stats]) => (stats ? [[peerId, stats] as const] : [])));
  }
}
