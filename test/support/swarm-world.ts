/**
 * A jam of real swarm engines on a virtual network: nothing of the engine is replaced but its ports. Runs as fast as
 * it can compute, and the same seed gives the same run, event by event.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import * as v from "valibot";
import { PeerIdSchema, Swarm } from "../../app/core/index.ts";
import type { ChunkStore, Hasher, Lane, LinkTransport, PeerId, SwarmEvent, TrackId, TrackStats } from "../../app/core/index.ts";
import { MemoryChunkStore } from "../../app/platform/store/memory-chunk-store.ts";
import { seededRandom } from "./seeded-random.ts";
import type { Song } from "./songs.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { VirtualMeeting } from "./virtual-meeting.ts";
import { HOME, VirtualNetwork } from "./virtual-network.ts";
import type { Connection, NetworkOptions } from "./virtual-network.ts";
import { VirtualPlayer } from "./virtual-player.ts";
import type { Place } from "./virtual-player.ts";

const STORE_BYTES = 1024 ** 3;
/** Music that must be here before a player starts, ms. */
const START_AHEAD_MS = 500;

/** Sees all that happens, as it happens. */
export interface WorldWatcher {
  opened(peerId: PeerId, other: PeerId): void;
  /** Closed by either side; a link that `peerId` closes itself is closed from the call on. */
  closed(peerId: PeerId, other: PeerId): void;
  sends(peerId: PeerId, to: PeerId, lane: Lane, bytes: Uint8Array): void;
  receives(peerId: PeerId, from: PeerId, lane: Lane, bytes: Uint8Array): void;
  tells(peerId: PeerId, event: SwarmEvent): void;
}

export interface WorldOptions {
  readonly seed?: number;
  readonly songs: readonly Song[];
  readonly origin?: string;
  /** Whom a newcomer is linked to: everyone, or whom its LinkKeeper chooses. */
  readonly mesh?: "everyone" | "kept";
  readonly network?: NetworkOptions;
  readonly hasher?: Hasher;
  readonly createStore?: (peerId: PeerId) => ChunkStore;
  readonly startAheadMs?: number;
  /** Takes the lines of the trace instead of `trace`. */
  readonly record?: (line: string) => void;
  readonly watcher?: WorldWatcher;
}

export interface PeerOptions {
  readonly connection?: Connection;
  /** What it kept from an earlier visit. */
  readonly store?: ChunkStore;
  /** What it sends instead of what its engine says; null for nothing. */
  readonly tamper?: (lane: Lane, bytes: Uint8Array) => Uint8Array | null;
  /** False: it has switched its uploads off. */
  readonly uploads?: boolean;
}

export interface WorldPeer {
  readonly name: string;
  readonly peerId: PeerId;
  readonly swarm: Swarm;
  readonly store: ChunkStore;
  /** Where nobody watches the world. */
  readonly events: SwarmEvent[];
  readonly player: VirtualPlayer;
  readonly joinedMs: number;
  completeMs: number | null;
  bytesSent: number;
}

const NOBLE_HASHER: Hasher = { sha256: (bytes) => Promise.resolve(sha256(bytes)) };

export function peerIdOf(name: string): PeerId {
  return v.parse(PeerIdSchema, name.padEnd(43, "_"));
}

/** Flips a bit of every block, so that no piece it serves matches its hash. */
export function poison(lane: Lane, bytes: Uint8Array): Uint8Array {
  if (lane !== "bulk") return bytes;
  const bad = bytes.slice();
  bad[bad.length - 1] = (bad[bad.length - 1] ?? 0) ^ 1;
  return bad;
}

export class SwarmWorld {
  readonly clock = new VirtualClock();
  readonly network: VirtualNetwork;
  readonly peers = new Map<string, WorldPeer>();
  /** Everything that was sent and everything that happened, one line each. */
  readonly trace: string[] = [];
  readonly #options: WorldOptions;
  readonly #seed: number;
  readonly #songs: readonly Song[];
  readonly #originName: string;
  readonly #meeting: VirtualMeeting | null;
  readonly #hasher: Hasher;
  readonly #names = new Map<PeerId, string>();
  readonly #record: (line: string) => void;
  /** How many have ever come. */
  #count = 0;
  #startedMs: number | null = null;
  /** Somebody waits for a promise: microtasks must run before time moves on. */
  #isSettling = false;

  constructor(options: WorldOptions) {
    const { seed = 1, songs, origin = "alice", mesh = "everyone", network = {}, hasher = NOBLE_HASHER } = options;
    this.#options = options;
    this.#seed = seed;
    this.#songs = songs;
    this.#originName = origin;
    this.network = new VirtualNetwork(this.clock, network);
    this.#meeting = mesh === "kept" ? new VirtualMeeting(this.clock, this.network) : null;
    this.#hasher = { sha256: (bytes) => this.#noticed(hasher.sha256(bytes)) };
    this.#record = options.record ?? ((line) => void this.trace.push(line));
  }

  /** The peer that has all songs from the beginning. */
  async addOrigin(options: PeerOptions = {}): Promise<WorldPeer> {
    const store = options.store ?? this.#createStore(peerIdOf(this.#originName));
    for (const song of this.#songs) {
      await store.putManifest(song.trackId, song.manifestBytes, { origin: true });
      for (const [index, piece] of song.pieces.entries()) await store.putPiece(song.trackId, index, piece);
    }
    return this.add(this.#originName, { ...options, store });
  }

  /** A peer that wants the songs in their order from where the jam is. */
  add(name: string, options: PeerOptions = {}): WorldPeer {
    const peerId = peerIdOf(name);
    const { connection = HOME, store = this.#createStore(peerId), tamper, uploads = true } = options;
    const { watcher, startAheadMs = START_AHEAD_MS } = this.#options;
    const events: SwarmEvent[] = [];
    const links = this.network.add(peerId, connection, {
      opened: (other) => {
        watcher?.opened(peerId, other);
        this.#meeting?.opened(peerId, other);
        swarm.linkOpened(other);
      },
      closed: (other) => {
        watcher?.closed(peerId, other);
        swarm.linkClosed(other);
        this.#meeting?.closed(peerId, other);
      },
      receive: (other, lane, bytes) => {
        watcher?.receives(peerId, other, lane, bytes);
        swarm.receive(other, lane, bytes);
      },
      drained: (other) => swarm.linkDrained(other),
    });
    const order = ++this.#count;
    const swarm = new Swarm({
      selfId: peerId,
      clock: this.clock.withOrigin(order * 1e6 + 0.25),
      random: seededRandom(this.#seed * 1000 + order),
      store: this.#watched(store),
      hasher: this.#hasher,
      links: this.#tapped(name, peerId, links, tamper, (sizeBytes) => (peer.bytesSent += sizeBytes)),
      onEvent: (event) => {
        if (watcher) watcher.tells(peerId, event);
        else events.push(event);
        this.#record(`${this.#nowUs} ${name} ${JSON.stringify(event)}`);
        if (event.kind === "track-complete" && isComplete(swarm)) peer.completeMs ??= this.clock.nowMs();
        player.look();
      },
    });
    const player = new VirtualPlayer({
      clock: this.clock,
      swarm,
      startAheadMs,
      place: () => this.#place(),
      isDone: () => peer.completeMs !== null && this.#place()?.song === this.#songs.at(-1),
      onSong: () => this.#follow(peer),
    });
    const peer: WorldPeer = {
      name,
      peerId,
      store,
      events,
      swarm,
      player,
      joinedMs: this.clock.nowMs(),
      completeMs: null,
      bytesSent: 0,
    };
    const others = this.#meeting ? [] : [...this.peers.values()];
    this.peers.set(name, peer);
    swarm.setTracks(new Map(this.#songs.map((song) => [song.trackId, peerIdOf(this.#originName)])));
    if (!uploads) swarm.setUploads({ enabled: false, capBytesPerSecond: null });
    this.#follow(peer);
    const isBanned = (other: PeerId): boolean => swarm.isBanned(other);
    const isHub = name === this.#originName;
    if (this.#meeting) this.#meeting.join(peerId, seededRandom(-this.#seed * 1000 - order), isBanned, { isHub });
    else for (const other of others) this.network.connect(other.peerId, peerId);
    return peer;
  }

  /** Gone at once, as when a tab is killed. Its store stays. */
  remove(name: string): void {
    const peer = this.peer(name);
    peer.swarm.stop();
    peer.player.stop();
    this.peers.delete(name);
    this.#meeting?.leave(peer.peerId);
    this.network.remove(peer.peerId);
  }

  /** The music starts, for everyone. */
  play(): void {
    this.#startedMs = this.clock.nowMs();
    for (const peer of this.peers.values()) {
      this.#follow(peer);
      peer.player.look();
    }
  }

  /** The host jumps to a place in the first song. */
  seek(positionMs: number): void {
    this.#startedMs = this.clock.nowMs() - positionMs;
    for (const peer of this.peers.values()) {
      this.#follow(peer);
      peer.player.jump();
    }
  }

  /** Links stay as they are from now on. */
  closeMeeting(): void {
    this.#meeting?.end();
  }

  peer(name: string): WorldPeer {
    const peer = this.peers.get(name);
    if (!peer) throw new Error(`no ${name} here`);
    return peer;
  }

  get listeners(): WorldPeer[] {
    return [...this.peers.values()].filter(({ name }) => name !== this.#originName);
  }

  stats(name: string, song = this.#songs[0]): TrackStats {
    const stats = this.peer(name)
      .swarm.trackStats()
      .find(({ trackId }) => trackId === song?.trackId);
    if (!stats) throw new Error(`${name} has no such track`);
    return stats;
  }

  /** Bytes the origin sent of a song ÷ its size. */
  copies(song = this.#songs[0]): number {
    return this.stats(this.#originName, song).bytesUploaded / (song?.sizeBytes ?? 1);
  }

  /** Runs for a time, or until something is so (then true); false when it was not so in time. */
  async run(durationMs: number, until: () => boolean = () => false): Promise<boolean> {
    const limitMs = this.clock.nowMs() + durationMs;
    await this.#settle();
    while (!until()) {
      if (!this.clock.step(limitMs)) return until();
      if (this.#isSettling) await this.#settle();
    }
    return true;
  }

  /** Until all listeners have everything. */
  runToCompletion(limitMs = 300_000): Promise<boolean> {
    return this.run(limitMs, () => this.listeners.every(({ swarm, completeMs }) => completeMs !== null && isComplete(swarm)));
  }

  /** Where the jam is in its first song, ms. */
  get positionMs(): number {
    return this.#startedMs === null ? 0 : this.clock.nowMs() - this.#startedMs;
  }

  async #settle(): Promise<void> {
    while (this.#isSettling) {
      this.#isSettling = false;
      await new Promise(setImmediate);
    }
  }

  /** For the trace: a whole number is written sooner than a fraction. */
  get #nowUs(): number {
    return Math.round(this.clock.nowMs() * 1000);
  }

  #nameOf(peerId: PeerId): string {
    let name = this.#names.get(peerId);
    if (name === undefined) this.#names.set(peerId, (name = peerId.replace(/_+$/, "")));
    return name;
  }

  #createStore(peerId: PeerId): ChunkStore {
    return this.#options.createStore?.(peerId) ?? new MemoryChunkStore(STORE_BYTES);
  }

  #follow(peer: WorldPeer): void {
    const at = this.#place();
    if (!at) return;
    const playing = this.#startedMs !== null;
    peer.swarm.setDemand({
      current: { trackId: at.song.trackId, positionMs: at.positionMs, playing },
      upcoming: this.#songs.slice(this.#songs.indexOf(at.song) + 1).map(({ trackId }) => trackId),
    });
  }

  /** Which song the jam is at, and where in it; null after the last. */
  #place(): Place | null {
    let { positionMs } = this;
    for (const song of this.#songs) {
      const durationMs = song.manifest.durationUs / 1000;
      if (positionMs < durationMs) return { song, positionMs };
      positionMs -= durationMs;
    }
    return null;
  }

  #tapped(
    name: string,
    peerId: PeerId,
    links: Pick<LinkTransport, "send" | "scratch" | "bufferedBytes" | "close">,
    tamper: PeerOptions["tamper"],
    onSent: (sizeBytes: number) => void,
  ): Pick<LinkTransport, "send" | "scratch" | "bufferedBytes" | "close"> {
    const { watcher } = this.#options;
    return {
      ...links,
      send: (to, lane, bytes) => {
        const sent = tamper ? tamper(lane, bytes) : bytes;
        if (!sent) return true;
        watcher?.sends(peerId, to, lane, sent);
        this.#record(`${this.#nowUs} ${name} > ${this.#nameOf(to)} ${lane} ${sent.byteLength}`);
        onSent(sent.byteLength);
        return links.send(to, lane, sent);
      },
      close: (to, reason) => {
        watcher?.closed(peerId, to);
        links.close(to, reason);
      },
    };
  }

  #noticed<Result>(answer: Promise<Result>): Promise<Result> {
    this.#isSettling = true;
    return answer;
  }

  /** The same store, but the world knows when it has been asked something. */
  #watched(store: ChunkStore): ChunkStore {
    return {
      listTracks: () => this.#noticed(store.listTracks()),
      getTrack: (trackId) => this.#noticed(store.getTrack(trackId)),
      putManifest: (trackId, bytes, options) => this.#noticed(store.putManifest(trackId, bytes, options)),
      getPiece: (trackId, index) => this.#noticed(store.getPiece(trackId, index)),
      ...(store.peekPiece && { peekPiece: (trackId: TrackId, index: number) => store.peekPiece?.(trackId, index) ?? null }),
      findManifest: (trackId, bytes) => store.findManifest?.(trackId, bytes) ?? null,
      findJoined: (trackId, index, blocks) => store.findJoined?.(trackId, index, blocks) ?? null,
      putPiece: (trackId, index, bytes) => this.#noticed(store.putPiece(trackId, index, bytes)),
      deletePiece: (trackId, index) => this.#noticed(store.deletePiece(trackId, index)),
      deleteTrack: (trackId) => this.#noticed(store.deleteTrack(trackId)),
      pin: (trackIds) => this.#noticed(store.pin(trackIds)),
      usage: () => this.#noticed(store.usage()),
    };
  }
}

function isComplete(swarm: Swarm): boolean {
  return swarm
    .trackStats()
    .every(({ trackId, manifest }) => manifest !== null && swarm.pieceStates(trackId).every((state) => state === 2));
}
