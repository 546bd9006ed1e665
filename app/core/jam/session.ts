/**
 * One member in one jam: the conversation with the server, the links, the swarm and the player, wired together. It
 * decides nothing that a smaller module could decide. The same class runs in a browser and, without a player, in a
 * headless peer and in the simulator.
 */
import { Control } from "./control.ts";
import type { ActionOutcome } from "./control.ts";
import type { ProgrammeEntry, SignedDocument, Transport } from "./documents.ts";
import { FlightRecorder } from "./flight-recorder.ts";
import { chooseTransport } from "./heard-transport.ts";
import type { HostCommand } from "./host-desk.ts";
import { JamState } from "./jam-state.ts";
import { LinkKeeper } from "./link-keeper.ts";
import { Members } from "./members.ts";
import { isFullMesh } from "./neighbours.ts";
import { resolveNowPlaying } from "./now-playing.ts";
import type { NowPlaying } from "./now-playing.ts";
import { PeerExchange } from "./peer-exchange.ts";
import { ServerConversation } from "./server-conversation.ts";
import { ClockExchange } from "../clock/clock-exchange.ts";
import { JamClock } from "../clock/jam-clock.ts";
import type { ReferenceClock } from "../clock/reference-clock.ts";
import type { EntryId, JamId, PeerId, TrackId } from "../ids.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { PlaybackApi, PlaybackEvent, Programming, MusicSource } from "../playback/api.ts";
import type {
  Cancel,
  ChunkStore,
  Clock,
  Hasher,
  IceServer,
  Identity,
  LinkEvent,
  LinkStats,
  LinkTransport,
  Random,
  SignallingChannel,
} from "../ports.ts";
import type { Member, RefusalReason, ServerMessage } from "../signalling/messages.ts";
import type { SwarmEvent } from "../swarm/api.ts";
import { Swarm } from "../swarm/swarm.ts";
import { PREFETCH_TRACKS, SESSION_TICK_MS } from "../tunables.ts";

export type SessionEvent =
  /** Members, documents, host, connection or links changed: look again. */
  | { readonly kind: "changed" }
  | { readonly kind: "joined" }
  /** Nobody was here: we host a new jam. */
  | { readonly kind: "begun" }
  | { readonly kind: "offline"; readonly code: number; readonly isFinal: boolean }
  /** To be kept for the next visit. */
  | { readonly kind: "documents"; readonly hostId: PeerId; readonly documents: readonly SignedDocument[] }
  | { readonly kind: "refused"; readonly reason: RefusalReason; readonly what: string }
  | SwarmEvent
  | PlaybackEvent;

export interface SessionOptions {
  readonly jamId: JamId;
  readonly name: string;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly random: Random;
  readonly hasher: Hasher;
  readonly store: ChunkStore;
  readonly channel: SignallingChannel;
  readonly links: LinkTransport;
  /** Lets the page's own TURN settings override the server's. */
  chooseIceServers(fromServer: readonly IceServer[]): readonly IceServer[];
  /** Absent where nobody listens. */
  createPlayer?(source: MusicSource, programming: Programming, onEvent: (event: PlaybackEvent) => void): PlaybackApi;
  /** Keep the whole programme, none of it urgently: for a peer that serves others and listens to nothing. */
  readonly keepsProgramme?: boolean;
  onEvent(event: SessionEvent): void;
}

export class Session {
  readonly swarm: Swarm;
  readonly player: PlaybackApi | null;
  readonly recorder: FlightRecorder;
  readonly #options: SessionOptions;
  readonly #state: JamState;
  readonly #server: ServerConversation;
  readonly #control: Control;
  readonly #links: LinkKeeper;
  readonly #exchange: PeerExchange;
  readonly #jamClock = new JamClock();
  readonly #clockExchange: ClockExchange;
  readonly #members = new Members();
  #name: string;
  #cancelTick: Cancel = () => {};
  #heard: Transport | null = null;
  #pinned = "";
  #remembering: Promise<void> = Promise.resolve();

  constructor(options: SessionOptions) {
    const { jamId, identity, clock, random, hasher, store, links, channel } = options;
    this.#options = options;
    this.#name = options.name;
    this.recorder = new FlightRecorder(() => clock.nowMs());
    this.#state = new JamState(jamId);
    this.swarm = new Swarm({
      selfId: identity.peerId,
      clock,
      random,
      hasher,
      store,
      links,
      onEvent: (event) => this.#onSwarmEvent(event),
    });
    this.#links = new LinkKeeper({
      selfId: identity.peerId,
      clock,
      random,
      links,
      sendSignal: (to, signal) => void this.#server.send({ type: "signal", to, signal }),
      isBanned: (peerId) => this.swarm.isBanned(peerId),
      nearby: () => this.#exchange.nearby(),
    });
    this.#exchange = new PeerExchange({ clock, random, links, isFullMesh: () => isFullMesh(this.#members.present.length - 1) });
    this.#clockExchange = new ClockExchange({
      selfId: identity.peerId,
      clock,
      links,
      hostId: () => this.#state.hostId,
      jamTime: () => this.#jamClock.wanted,
    });
    links.onEvent = (event) => this.#onLinkEvent(event);
    this.#server = new ServerConversation({
      jamId,
      identity,
      clock,
      channel,
      jamClock: this.#jamClock,
      name: () => this.#name,
      documents: async () => {
        await this.#remembering;
        return this.#state.signed;
      },
      onMessage: (message) => this.#onServerMessage(message),
      onOffline: (code, isFinal) => this.#onOffline(code, isFinal),
      onWoke: () => {
        this.#jamClock.doubt();
        this.#clockExchange.askAll();
      },
      onInvalid: (summary) => this.recorder.record("server-message-invalid", { summary }),
    });
    this.#control = new Control({
      jamId,
      identity,
      state: this.#state,
      referenceMs: () => this.referenceClock.referenceMs(clock.nowMs()),
      clockId: () => this.#jamClock.currentId,
      send: (message) => this.#server.send(message),
      onChanged: () => this.#documentsChanged(),
    });
    const programming: Programming = {
      now: () => this.nowPlaying(),
      entriesAfter: (index) => this.#state.programme?.entries.slice(index + 1) ?? [],
    };
    this.player = options.createPlayer?.(this.swarm, programming, (event) => this.#onPlaybackEvent(event)) ?? null;
  }

  // What is the case.

  /** The jam's time on this device. Another object when the jam's times have moved to another clock: not to be kept. */
  get referenceClock(): ReferenceClock {
    return this.#jamClock.referenceClock;
  }

  get isHost(): boolean {
    return this.#control.isHost;
  }

  get hostId(): PeerId | null {
    return this.#state.hostId;
  }

  get isHostPresent(): boolean {
    return this.#members.has(this.#state.hostId);
  }

  get isOnline(): boolean {
    return this.#server.isOnline;
  }

  get members(): readonly Member[] {
    return this.#members.present;
  }

  get entries(): readonly ProgrammeEntry[] {
    return this.#state.programme?.entries ?? [];
  }

  get listenersMayAdd(): boolean {
    return this.#state.programme?.listenersMayAdd ?? false;
  }

  /** Null for somebody who was never seen here. Who left is remembered: their tracks stay. */
  nameOf(peerId: PeerId): string | null {
    return this.#members.nameOf(peerId);
  }

  nowPlaying(): NowPlaying {
    const referenceMs = this.referenceClock.referenceMs(this.#options.clock.nowMs());
    if (referenceMs === null) return { kind: "nothing" };
    this.#heard = chooseTransport(this.#state.transport, this.#heard, this.#jamClock.currentId);
    return resolveNowPlaying(this.#heard, this.#state.programme, referenceMs);
  }

  linkStats(peerId: PeerId): Promise<LinkStats | null> {
    return this.#options.links.stats(peerId);
  }

  // What a person does.

  /**
   * To be called inside the gesture, which unlocks sound.
   * @param knownDocuments what was kept from an earlier visit: read while the connection is made. Never rejects.
   */
  join(knownDocuments: Promise<readonly SignedDocument[]>): void {
    this.recorder.record("join", { jam: this.#options.jamId });
    this.player?.start();
    this.#remembering = knownDocuments.then((documents) => this.#offerDocuments(documents));
    this.#server.open();
    this.#tick();
  }

  leave(): void {
    this.#cancelTick();
    this.player?.stop();
    this.#exchange.stop();
    this.#clockExchange.stop();
    this.#links.stop();
    this.swarm.stop();
    this.#server.close();
  }

  rename(name: string): void {
    this.#name = name;
    this.#server.send({ type: "rename", name });
  }

  command(command: HostCommand): ActionOutcome {
    return this.#control.command(command);
  }

  /** Puts an imported track at the end of the programme, or asks the host to. The store holds it already. */
  async addTrack(trackId: TrackId, manifest: Manifest, entryId: EntryId): Promise<ActionOutcome> {
    const entry: ProgrammeEntry = {
      entryId,
      trackId,
      addedBy: this.#options.identity.peerId,
      title: manifest.title,
      artist: manifest.artist,
      durationMs: manifest.durationUs / 1000,
    };
    await this.swarm.reloadTrack(trackId);
    return this.#control.add(entry);
  }

  removeEntry(entryId: EntryId): ActionOutcome {
    return this.#control.remove(entryId);
  }

  // What happens.

  #onServerMessage(message: Exclude<ServerMessage, { type: "challenge" } | { type: "pong" }>): void {
    switch (message.type) {
      case "welcome":
        return this.#onWelcome(message);
      case "member-joined":
        this.#members.joined(message.member);
        this.#links.joined(message.member.peerId);
        break;
      case "member-left":
        this.#members.left(message.peerId);
        this.#links.left(message.peerId);
        break;
      case "member-renamed":
        this.#members.renamed(message.member);
        break;
      case "signal":
        this.#links.receiveSignal(message.from, message.signal);
        return;
      case "documents":
        return this.#offerDocuments(message.documents);
      case "intent": {
        const outcome = this.#control.receiveIntent(message.intent, message.from);
        if (!outcome.ok) this.recorder.record("intent-refused", { from: message.from, reason: outcome.reason });
        return;
      }
      case "refused":
        this.recorder.record("refused", { reason: message.reason, what: message.what });
        this.#options.onEvent({ kind: "refused", reason: message.reason, what: message.what });
        return;
    }
    this.#options.onEvent({ kind: "changed" });
  }

  #onWelcome(welcome: Extract<ServerMessage, { type: "welcome" }>): void {
    const { identity, links, chooseIceServers } = this.#options;
    this.recorder.record("server-online", { members: welcome.members.length });
    links.setIceServers(chooseIceServers(welcome.iceServers));
    this.#members.welcome(welcome.members);
    this.#state.setHost(welcome.hostId);
    // Links first: offers are under way while signatures are checked, which takes a cold phone longer than a round trip.
    const others = this.#members.present.map(({ peerId }) => peerId).filter((peerId) => peerId !== identity.peerId);
    this.#links.welcome(others, welcome.hostId);
    this.#offerDocuments(welcome.documents);
    if (this.#control.begin()) this.#options.onEvent({ kind: "begun" });
    this.#options.onEvent({ kind: "joined" });
    this.#documentsChanged();
  }

  #offerDocuments(documents: readonly SignedDocument[]): void {
    let changed = false;
    for (const signed of documents) {
      const verdict = this.#state.offer(signed);
      if (verdict.ok) changed = true;
      else if (verdict.reason !== "stale") this.recorder.record("document-refused", { reason: verdict.reason });
    }
    if (changed) this.#documentsChanged();
  }

  #onOffline(code: number, isFinal: boolean): void {
    this.recorder.record("server-offline", { code });
    this.#clockExchange.askAll();
    this.#options.onEvent({ kind: "offline", code, isFinal });
  }

  #onLinkEvent(event: LinkEvent): void {
    switch (event.kind) {
      case "message":
        if (this.#clockExchange.receive(event.peerId, event.lane, event.bytes)) this.#jamClock.settle();
        // Whatever the mesh doesn't take is the swarm's: to read, or to count against its sender.
        else if (!this.#exchange.receive(event.peerId, event.lane, event.bytes))
          this.swarm.receive(event.peerId, event.lane, event.bytes);
        return;
      case "drained":
        this.swarm.linkDrained(event.peerId);
        return;
      case "signal":
        this.#server.send({ type: "signal", to: event.peerId, signal: this.#links.complete(event.peerId, event.signal) });
        return;
      case "opened":
        this.recorder.record("link-opened", { peerId: event.peerId });
        this.#links.opened(event.peerId);
        this.#exchange.opened(event.peerId);
        this.#clockExchange.opened(event.peerId);
        this.swarm.linkOpened(event.peerId);
        break;
      case "closed":
        this.recorder.record("link-closed", { peerId: event.peerId, reason: event.reason });
        this.swarm.linkClosed(event.peerId);
        this.#exchange.closed(event.peerId);
        this.#clockExchange.closed(event.peerId);
        this.#links.closed(event.peerId);
        break;
      case "state": // the transport has written it down
        break;
    }
    this.#options.onEvent({ kind: "changed" });
  }

  #onSwarmEvent(event: SwarmEvent): void {
    if (event.kind === "peer-banned") this.#links.ban(event.peerId, event.reason);
    if (event.kind === "piece-held" || event.kind === "manifest-known") this.player?.wake();
    else this.recorder.record(event.kind, { ...event });
    this.#options.onEvent(event);
  }

  #onPlaybackEvent(event: PlaybackEvent): void {
    this.recorder.record(event.kind === "state" ? `playback-${event.state}` : event.kind, { ...event });
    this.#options.onEvent(event);
  }

  #documentsChanged(): void {
    const { hostId, signed, transport } = this.#state;
    this.#jamClock.name((transport?.playing && transport.clockId) || null);
    this.#clockExchange.look();
    this.swarm.setTracks(new Map(this.entries.map((entry) => [entry.trackId, entry.addedBy])));
    this.#follow();
    this.player?.wake();
    if (hostId) this.#options.onEvent({ kind: "documents", hostId, documents: signed });
    this.#options.onEvent({ kind: "changed" });
  }

  /** Tells swarm, store and links where the music is. */
  #follow(): void {
    const now = this.nowPlaying();
    const index = now.kind === "entry" ? now.index : now.kind === "ended" ? now.lastIndex : -1;
    const ahead = this.entries.slice(Math.max(0, index), index + 1 + PREFETCH_TRACKS);
    this.#links.setHub(ahead.some(({ addedBy }) => addedBy === this.#options.identity.peerId));
    if (this.#options.keepsProgramme) return this.#followAll();
    const upcoming = this.entries.slice(index + 1, index + 1 + PREFETCH_TRACKS).map((entry) => entry.trackId);
    const current = now.kind === "entry" ? now : null;
    this.swarm.setDemand({
      current: current && { trackId: current.entry.trackId, positionMs: current.positionMs, playing: current.playing },
      upcoming,
    });
    // What we brought ourselves may exist nowhere else yet.
    const own = this.entries.filter((entry) => entry.addedBy === this.#options.identity.peerId).map((entry) => entry.trackId);
    this.#pin([...(current ? [current.entry.trackId] : []), ...upcoming, ...own]);
  }

  /** From the current entry on and round to the beginning: what sounds next is useful to others first. */
  #followAll(): void {
    const now = this.nowPlaying();
    const index = now.kind === "entry" ? now.index : 0;
    const trackIds = [...this.entries.slice(index), ...this.entries.slice(0, index)].map((entry) => entry.trackId);
    this.swarm.setDemand({ current: null, upcoming: trackIds });
    this.#pin(trackIds);
  }

  #pin(trackIds: readonly TrackId[]): void {
    const key = trackIds.join();
    if (key === this.#pinned) return;
    this.#pinned = key;
    this.#options.store.pin(trackIds).catch((error: unknown) => {
      this.recorder.record("store-failed", { message: String(error) });
    });
  }

  /** The host's part when the server came back with another clock. */
  #moveToNextClock(): void {
    const next = this.#control.isHost ? this.#jamClock.next : null;
    const nextMs = next?.referenceClock.referenceMs(this.#options.clock.nowMs()) ?? null;
    if (next && nextMs !== null && this.#control.moveToClock(next.clockId, nextMs))
      this.recorder.record("clock-changed", { clockId: next.clockId });
  }

  #tick(): void {
    this.#moveToNextClock();
    this.#follow();
    this.#cancelTick = this.#options.clock.schedule(SESSION_TICK_MS, () => this.#tick());
  }
}
