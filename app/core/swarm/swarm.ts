/**
 * One peer's part in the swarm. Puts the parts together and keeps their order: what a message, a new link, a changed
 * demand or the passing of time means for each of them. Everything is synchronous except hashing and the store; what
 * comes back from those is dropped when the world has moved on meanwhile.
 */
import { ProtocolError } from "../errors.ts";
import type { PeerId, TrackId } from "../ids.ts";
import { pieceInfo } from "../manifest/manifest.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Cancel, ChunkStore, Clock, Hasher, Lane, LinkTransport, Random } from "../ports.ts";
import {
  MAX_ACTIVE_TRACKS,
  MAX_PROTOCOL_ERRORS,
  MAX_TRACK_MS,
  PICK_INTERVAL_MS,
  PLAYHEAD_LEAD_MS,
  SWARM_TICK_MS,
} from "../tunables.ts";
import { laneOf } from "../wire/codec.ts";
import { WIRE_PROTOCOL_VERSION } from "../wire/messages.ts";
import type { PeerMessage } from "../wire/messages.ts";
import type { Demand, NeighbourStats, SwarmApi, SwarmEvent, TrackStats } from "./api.ts";
import { Choking } from "./choking.ts";
import type { SwarmContext } from "./context.ts";
import { Downloader } from "./downloader.ts";
import { Interest } from "./interest.ts";
import { ManifestExchange } from "./manifest-exchange.ts";
import { Neighbour } from "./neighbour.ts";
import { PieceKeeper } from "./piece-keeper.ts";
import type { PieceReading } from "./piece-keeper.ts";
import type { TimedDemand } from "./playback-window.ts";
import { PieceVerifier } from "./piece-verifier.ts";
import { Sources } from "./sources.ts";
import { TrackLoader } from "./track-loader.ts";
import { TrackState } from "./track-state.ts";
import { Uploader } from "./uploader.ts";

export interface SwarmOptions {
  readonly selfId: PeerId;
  readonly clock: Clock;
  readonly random: Random;
  readonly store: ChunkStore;
  readonly hasher: Hasher;
  readonly links: Pick<LinkTransport, "send" | "scratch" | "bufferedBytes" | "close">;
  /** Called synchronously; may call back into the swarm. */
  readonly onEvent: (event: SwarmEvent) => void;
}

export class Swarm implements SwarmApi {
  readonly #selfId: PeerId;
  readonly #clock: Clock;
  readonly #links: SwarmOptions["links"];
  readonly #onEvent: (event: SwarmEvent) => void;
  readonly #tracks = new Map<TrackId, TrackState>();
  readonly #neighbours = new Map<PeerId, Neighbour>();
  readonly #banned = new Set<PeerId>();
  readonly #protocolErrors = new Map<PeerId, number>();
  readonly #keeper: PieceKeeper;
  readonly #sources: Sources;
  readonly #interest: Interest;
  readonly #loader: TrackLoader;
  readonly #verifier: PieceVerifier;
  readonly #manifests: ManifestExchange;
  readonly #downloader: Downloader;
  readonly #uploader: Uploader;
  readonly #choking: Choking;
  #demand: TimedDemand = { current: null, upcoming: [], atMs: 0 };
  /** In the order in which they will be heard. */
  #wantedTrackIds: readonly TrackId[] = [];
  #cancelTick: Cancel | null = null;
  #cancelPick: Cancel | null = null;
  #pickedMs = -Infinity;
  #isRunning = true;
  #hasStoreFailed = false;

  constructor({ selfId, clock, random, store, hasher, links, onEvent }: SwarmOptions) {
    this.#selfId = selfId;
    this.#clock = clock;
    this.#links = links;
    this.#onEvent = onEvent;
    this.#keeper = new PieceKeeper({
      store,
      hasher,
      onStoreFailed: (error) => this.#storeFailed(error),
      onLost: (trackId, index) => this.#tracks.get(trackId)?.lose(index),
    });
    const isRunning = (): boolean => this.#isRunning;
    const context: SwarmContext = {
      selfId,
      clock,
      random,
      hasher,
      links,
      keeper: this.#keeper,
      tracks: this.#tracks,
      neighbours: this.#neighbours,
      get isRunning() {
        return isRunning();
      },
      send: (neighbour, message) => this.#send(neighbour, message),
      emit: (event) => this.#emit(event),
      ban: (peerId, reason) => this.#ban(peerId, reason),
    };
    this.#sources = new Sources(context);
    this.#manifests = new ManifestExchange(context, {
      onManifest: (track) => this.#manifestArrived(track),
      headMs: (trackId) => this.#headMs(trackId),
      onHeadWanted: (neighbour, track, headMs) => this.#uploader.receiveHeadRequest(neighbour, track, headMs),
      onHeadRefused: (neighbour, trackId) => this.#downloader.headRefused(neighbour, trackId),
    });
    this.#downloader = new Downloader(context, (track, assembly) => void this.#verifier.verify(track, assembly));
    this.#verifier = new PieceVerifier(context, {
      onBad: (track, assembly) => this.#downloader.retry(track, assembly),
      onDone: (track) => (track.isComplete ? this.#wantedChanged() : this.#pickSoon()),
    });
    this.#loader = new TrackLoader(context, {
      store,
      onStoreFailed: (error) => this.#storeFailed(error),
      onLoaded: (track, hasManifest) => this.#loaded(track, hasManifest),
    });
    this.#interest = new Interest(context);
    this.#uploader = new Uploader(context, (track, index, reading) => this.#pieceLost(track, index, reading));
    this.#choking = new Choking(context, this.#uploader);
  }

  // What the engine wants -----------------------------------------------------------------------------------------

  setTracks(tracks: ReadonlyMap<TrackId, PeerId>): void {
    for (const trackId of this.#tracks.keys()) if (!tracks.has(trackId)) this.#removeTrack(trackId);
    for (const [trackId, originId] of tracks) {
      const known = this.#tracks.get(trackId);
      if (known) {
        if (known.originId === originId) continue;
        known.originId = originId;
        for (const neighbour of this.#neighbours.values()) this.#sources.update(neighbour);
      } else {
        const track = new TrackState(trackId, originId);
        this.#tracks.set(trackId, track);
        void this.#loader.load(track, true);
      }
    }
  }

  setDemand(demand: Demand): void {
    this.#demand = { ...demand, atMs: this.#clock.nowMs() };
    const { current, upcoming } = demand;
    this.#wantedTrackIds = [...new Set(current ? [current.trackId, ...upcoming] : upcoming)];
    this.#downloader.cancelPassed(this.#demand);
    this.#wantedChanged();
  }

  async reloadTrack(trackId: TrackId): Promise<void> {
    const track = this.#tracks.get(trackId);
    if (track) await this.#loader.load(track, false);
  }

  setUploads(options: { readonly enabled: boolean; readonly capBytesPerSecond: number | null }): void {
    const isNews = options.enabled !== this.#uploader.isEnabled;
    this.#uploader.configure(options);
    if (isNews) for (const neighbour of this.#neighbours.values()) this.#sayHello(neighbour);
  }

  // What links deliver --------------------------------------------------------------------------------------------

  linkOpened(peerId: PeerId): void {
    if (!this.#isRunning) return;
    if (this.#banned.has(peerId)) {
      this.#links.close(peerId, "banned");
      return;
    }
    this.linkClosed(peerId);
    const neighbour = new Neighbour(peerId, this.#clock.nowMs());
    this.#neighbours.set(peerId, neighbour);
    this.#sayHello(neighbour);
    // Unasked: a newcomer is about to ask, and knows half a round trip sooner whom to turn to.
    for (const trackId of this.#wantedTrackIds.slice(0, MAX_ACTIVE_TRACKS))
      if (this.#tracks.get(trackId)?.held.count) this.#interest.tellHoldings(neighbour, trackId);
    this.#choking.review();
    this.#wantedChanged();
  }

  linkClosed(peerId: PeerId): void {
    const neighbour = this.#neighbours.get(peerId);
    if (!neighbour) return;
    this.#neighbours.delete(peerId);
    this.#sources.drop(neighbour);
    this.#downloader.drop(neighbour);
    this.#manifests.forget(peerId);
    this.#uploader.drop(peerId);
    this.#choking.review();
    this.#pick();
  }

  receive(peerId: PeerId, lane: Lane, bytes: Uint8Array): void {
    const neighbour = this.#neighbours.get(peerId);
    if (!neighbour || !this.#isRunning) return;
    try {
      this.#handle(neighbour, neighbour.codec.decode(bytes, lane));
      this.#wake();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#protocolError(peerId, error);
    }
  }

  linkDrained(_peerId: PeerId): void {
    this.#uploader.pump();
  }

  isBanned(peerId: PeerId): boolean {
    return this.#banned.has(peerId);
  }

  // What the engine asks ------------------------------------------------------------------------------------------

  manifest(trackId: TrackId): Manifest | null {
    return this.#tracks.get(trackId)?.manifest ?? null;
  }

  pieceStates(trackId: TrackId): Uint8Array {
    return this.#tracks.get(trackId)?.pieceStates() ?? new Uint8Array(0);
  }

  isHeld(trackId: TrackId, index: number): boolean {
    return this.#tracks.get(trackId)?.held.has(index) ?? false;
  }

  async readPiece(trackId: TrackId, index: number): Promise<Uint8Array | null> {
    const track = this.#tracks.get(trackId);
    const info = track?.manifest ? pieceInfo(track.manifest, index) : null;
    if (!track?.held.has(index) || !info) return null;
    const reading = await this.#keeper.read(trackId, index, info.sha256);
    if (reading.kind === "read") return reading.bytes.slice();
    this.#pieceLost(track, index, reading);
    return null;
  }

  trackStats(): readonly TrackStats[] {
    return [...this.#tracks.values()].map(({ trackId, manifest, originId, chunksHeld, counters }) => ({
      trackId,
      manifest,
      origin: originId === this.#selfId,
      chunksHeld: chunksHeld - this.#keeper.countUnwritten(trackId, manifest?.chunks.length ?? 0),
      ...counters,
    }));
  }

  neighbourStats(): readonly NeighbourStats[] {
    const linked = [...this.#neighbours.values()].map(({ peerId, bytesSent, bytesReceived, isUnchoked, isChokingUs }) => ({
      peerId,
      bytesSent,
      bytesReceived,
      choking: !isUnchoked,
      choked: isChokingUs,
      banned: false,
    }));
    const banned = [...this.#banned].map((peerId) => ({
      peerId,
      bytesSent: 0,
      bytesReceived: 0,
      choking: true,
      choked: true,
      banned: true,
    }));
    return [...linked, ...banned];
  }

  stop(): void {
    this.#isRunning = false;
    this.#cancelTick?.();
    this.#cancelTick = null;
    this.#cancelPick?.();
    this.#cancelPick = null;
    this.#uploader.stop();
  }

  // Messages ------------------------------------------------------------------------------------------------------

  #handle(neighbour: Neighbour, message: PeerMessage): void {
    switch (message.type) {
      case "hello":
        neighbour.uploads = message.uploads;
        this.#sources.update(neighbour);
        return this.#pickSoon();
      case "interested":
        neighbour.track(message.trackId).wantsOurs = true;
        this.#interest.tellHoldings(neighbour, message.trackId);
        return this.#choking.review();
      case "not-interested":
        neighbour.track(message.trackId).wantsOurs = false;
        return this.#choking.review();
      case "bitfield":
        this.#sources.receiveBitfield(neighbour, message.trackId, message.bits);
        this.#manifestMayBeAt(neighbour, message.trackId);
        return this.#pickSoon();
      case "have":
        this.#sources.receiveHaves(neighbour, message.trackId, message.indexes);
        this.#manifestMayBeAt(neighbour, message.trackId);
        if (!this.#downloader.hasEnoughComing) this.#pickSoon();
        return;
      case "manifest-request":
        return this.#manifests.receiveRequest(neighbour, message);
      case "manifest-part":
        return this.#manifests.receivePart(neighbour, message);
      case "manifest-reject":
        return this.#manifests.receiveReject(neighbour, message.trackId);
      case "choke":
        if (!neighbour.isChokingUs) neighbour.chokedMs = this.#clock.nowMs();
        neighbour.isChokingUs = true;
        return;
      case "unchoke":
        neighbour.isChokingUs = false;
        neighbour.forgetRefusals();
        this.#sources.update(neighbour);
        return this.#pickSoon();
      case "request":
        return this.#uploader.receiveRequest(neighbour, message);
      case "block": {
        const wasSnubbed = neighbour.isSnubbed;
        this.#downloader.receiveBlock(neighbour, message);
        if (wasSnubbed) this.#sources.update(neighbour);
        return this.#pickSoon();
      }
      case "received":
        return this.#uploader.receiveReport(neighbour, message.delayMs);
      case "cancel":
        return this.#uploader.receiveCancel(neighbour, message);
      case "reject":
        this.#downloader.receiveReject(neighbour, message);
        return this.#pickSoon();
    }
  }

  #send(neighbour: Neighbour, message: PeerMessage): void {
    if (!this.#isRunning || this.#neighbours.get(neighbour.peerId) !== neighbour) return;
    // False means that the link has just closed: its event is on the way and undoes whatever this message began.
    const bytes = neighbour.codec.encode(message, this.#links.scratch);
    this.#links.send(neighbour.peerId, laneOf(message.type), bytes);
  }

  #sayHello(neighbour: Neighbour): void {
    this.#send(neighbour, { type: "hello", protocol: WIRE_PROTOCOL_VERSION, uploads: this.#uploader.isEnabled });
  }

  #manifestMayBeAt(neighbour: Neighbour, trackId: TrackId): void {
    const track = this.#tracks.get(trackId);
    if (track?.isWanted && !track.manifest && neighbour.hasSome(trackId)) this.#manifests.isAt(track, neighbour);
  }

  /** Where the first piece to be heard of a track lies; null where another track is to be heard. */
  #headMs(trackId: TrackId): number | null {
    const { current, atMs } = this.#demand;
    if (current?.trackId !== trackId) return null;
    const aheadMs = current.playing ? this.#clock.nowMs() - atMs + PLAYHEAD_LEAD_MS : 0;
    return Math.min(MAX_TRACK_MS, Math.max(0, Math.floor(current.positionMs + aheadMs)));
  }

  // Tracks --------------------------------------------------------------------------------------------------------

  #loaded(track: TrackState, hasManifest: boolean): void {
    if (hasManifest) this.#manifestKnown(track);
    this.#manifests.answerDeferred(track.trackId);
    this.#interest.tellEveryoneHoldings(track.trackId);
    this.#wantedChanged();
  }

  #manifestArrived(track: TrackState): void {
    this.#manifestKnown(track);
    this.#downloader.cancelPassed(this.#demand);
    this.#wantedChanged();
  }

  #manifestKnown(track: TrackState): void {
    for (const neighbour of this.#neighbours.values()) {
      try {
        this.#sources.manifestKnown(neighbour, track);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        this.#protocolError(neighbour.peerId, error);
      }
    }
    this.#downloader.manifestKnown(track);
    this.#emit({ kind: "manifest-known", trackId: track.trackId });
    if (track.isComplete) this.#emit({ kind: "track-complete", trackId: track.trackId });
  }

  #removeTrack(trackId: TrackId): void {
    this.#downloader.abandon(trackId);
    this.#uploader.abandon(trackId);
    this.#manifests.abandon(trackId);
    this.#interest.abandon(trackId);
    this.#tracks.delete(trackId);
  }

  // Fetching ------------------------------------------------------------------------------------------------------

  /** Tracks to be fetched now, most wanted first. */
  #activeTracks(): TrackState[] {
    const active: TrackState[] = [];
    for (const trackId of this.#wantedTrackIds) {
      const track = this.#tracks.get(trackId);
      if (track?.isWanted) active.push(track);
      if (active.length === MAX_ACTIVE_TRACKS) break;
    }
    return active;
  }

  /** Tells everyone which tracks we want and no longer want, and goes on fetching. */
  #wantedChanged(): void {
    if (!this.#isRunning) return;
    const active = this.#activeTracks();
    this.#interest.follow(active);
    for (const track of active) if (!track.manifest) this.#manifests.fetch(track);
    this.#pick();
  }

  /**
   * Messages come in bursts, and most of them change little: one pick answers for those of a moment. What comes later
   * than the timer should have is not kept waiting by it: hidden tabs have slow timers.
   */
  #pickSoon(): void {
    if (!this.#isRunning) return;
    const waitMs = this.#pickedMs + PICK_INTERVAL_MS - this.#clock.nowMs();
    if (waitMs <= 0) this.#pick();
    else this.#cancelPick ??= this.#clock.schedule(waitMs, () => this.#pick());
  }

  #pick(): void {
    this.#cancelPick?.();
    this.#cancelPick = null;
    if (!this.#isRunning) return;
    this.#pickedMs = this.#clock.nowMs();
    const fetchable = this.#activeTracks().filter((track) => track.manifest);
    this.#downloader.pick(fetchable, this.#demand);
    this.#wake();
  }

  #pieceLost(track: TrackState, index: number, reading: PieceReading): void {
    if (!this.#isRunning || this.#tracks.get(track.trackId) !== track || !track.held.has(index)) return;
    track.lose(index);
    if (reading.kind === "damaged") this.#emit({ kind: "piece-damaged", trackId: track.trackId, index });
    this.#wantedChanged();
  }

  // Time ----------------------------------------------------------------------------------------------------------

  /** Keeps the tick going while there is something to wait for. */
  #wake(): void {
    if (this.#cancelTick || !this.#isRunning || !this.#hasWork()) return;
    this.#cancelTick = this.#clock.schedule(SWARM_TICK_MS, () => {
      this.#cancelTick = null;
      this.#tick();
    });
  }

  #hasWork(): boolean {
    if (this.#neighbours.size === 0) return false;
    return !this.#manifests.isIdle || !this.#uploader.isIdle || this.#choking.hasChoked || this.#activeTracks().length > 0;
  }

  #tick(): void {
    const nowMs = this.#clock.nowMs();
    this.#manifests.expire(nowMs);
    this.#downloader.expire(nowMs);
    this.#downloader.cancelPassed(this.#demand);
    this.#uploader.expire(nowMs);
    this.#choking.tick(nowMs);
    for (const neighbour of this.#neighbours.values()) this.#sources.update(neighbour);
    this.#wantedChanged();
  }

  // Trouble -------------------------------------------------------------------------------------------------------

  #protocolError(peerId: PeerId, error: ProtocolError): void {
    this.#emit({ kind: "protocol-error", peerId, code: error.code, message: error.message });
    const count = (this.#protocolErrors.get(peerId) ?? 0) + 1;
    this.#protocolErrors.set(peerId, count);
    if (count >= MAX_PROTOCOL_ERRORS) this.#ban(peerId, `${count} protocol errors`);
    else this.#disconnect(peerId, `protocol error: ${error.code}`);
  }

  #ban(peerId: PeerId, reason: string): void {
    if (this.#banned.has(peerId)) return;
    this.#banned.add(peerId);
    this.#downloader.discardFrom(peerId);
    this.#emit({ kind: "peer-banned", peerId, reason });
    this.#disconnect(peerId, reason);
  }

  #disconnect(peerId: PeerId, reason: string): void {
    this.linkClosed(peerId);
    this.#links.close(peerId, reason);
  }

  #storeFailed(error: unknown): void {
    if (this.#hasStoreFailed || !this.#isRunning) return;
    this.#hasStoreFailed = true;
    this.#emit({ kind: "store-failed", message: error instanceof Error ? error.message : String(error) });
  }

  #emit(event: SwarmEvent): void {
    this.#onEvent(event);
  }
}
