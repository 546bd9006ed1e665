/**
 * A jam of real swarm engines on a virtual network: nothing of the engine is replaced but its ports. Runs as fast as
 * it can compute, and the same seed gives the same run, event by event.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import * as v from "valibot";
import { chunkIndexAt, PeerIdSchema, Swarm } from "../../app/core/index.ts";
import type { ChunkStore, Hasher, Lane, LinkTransport, PeerId, SwarmEvent, TrackId, TrackStats } from "../../app/core/index.ts";
import { MemoryChunkStore } from "../../app/platform/store/memory-chunk-store.ts";
import { seededRandom } from "./seeded-random.ts";
import type { Song } from "./songs.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { HOME, VirtualNetwork } from "./virtual-network.ts";
import type { Connection } from "./virtual-network.ts";

const STORE_BYTES = 1024 ** 3;
/** How often a listener's player looks whether it can go on, ms. */
const PLAYER_MS = 20;
/** Music that must be here before a player starts, ms. */
const START_AHEAD_MS = 500;

export interface PeerOptions {
  readonly connection?: Connection;
  /** What it kept from an earlier visit. */
  readonly store?: ChunkStore;
  /** What it sends instead of what its engine says; null for nothing. */
  readonly tamper?: (lane: Lane, bytes: Uint8Array) => Uint8Array | null;
}

export interface WorldPeer {
  readonly name: string;
  readonly peerId: PeerId;
  readonly swarm: Swarm;
  readonly store: ChunkStore;
  readonly events: SwarmEvent[];
  readonly joinedMs: number;
  /** When the music of the next half second was here for the first time, ms after the links were open; null before. */
  playableMs: number | null;
  stalls: number;
  completeMs: number | null;
  bytesSent: number;
}

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
  readonly network = new VirtualNetwork(this.clock);
  readonly peers = new Map<string, WorldPeer>();
  /** Everything that was sent and everything that happened, one line each. */
  readonly trace: string[] = [];
  readonly #seed: number;
  readonly #songs: readonly Song[];
  readonly #originName: string;
  #startedMs: number | null = null;
  /** Somebody waits for a promise: microtasks must run before time moves on. */
  #isSettling = false;
  readonly #hasher: Hasher = {
    sha256: (bytes) => {
      this.#isSettling = true;
      return Promise.resolve(sha256(bytes));
    },
  };

  constructor({
    seed = 1,
    songs,
    origin = "alice",
  }: {
    readonly seed?: number;
    readonly songs: readonly Song[];
    readonly origin?: string;
  }) {
    this.#seed = seed;
    this.#songs = songs;
    this.#originName = origin;
  }

  /** The peer that has all songs from the beginning. */
  async addOrigin(options: PeerOptions = {}): Promise<WorldPeer> {
    const store = options.store ?? new MemoryChunkStore(STORE_BYTES);
    for (const song of this.#songs) {
      await store.putManifest(song.trackId, song.manifestBytes, { origin: true });
      for (const [index, piece] of song.pieces.entries()) await store.putPiece(song.trackId, index, piece);
    }
    return this.add(this.#originName, { ...options, store });
  }

  /** A peer that is linked to everyone present, and wants the songs in their order from where the jam is. */
  add(name: string, { connection = HOME, store = new MemoryChunkStore(STORE_BYTES), tamper }: PeerOptions = {}): WorldPeer {
    const peerId = peerIdOf(name);
    const events: SwarmEvent[] = [];
    const links = this.network.add(peerId, connection, {
      opened: (other) => peer.swarm.linkOpened(other),
      closed: (other) => peer.swarm.linkClosed(other),
      receive: (other, lane, bytes) => peer.swarm.receive(other, lane, bytes),
      drained: (other) => peer.swarm.linkDrained(other),
    });
    const order = this.peers.size + 1;
    const peer: WorldPeer = {
      name,
      peerId,
      store,
      events,
      joinedMs: this.clock.nowMs(),
      playableMs: null,
      stalls: 0,
      completeMs: null,
      bytesSent: 0,
      swarm: new Swarm({
        selfId: peerId,
        clock: this.clock.withOrigin(order * 1e6 + 0.25),
        random: seededRandom(this.#seed * 1000 + order),
        store: this.#watched(store),
        hasher: this.#hasher,
        links: this.#tapped(name, links, tamper),
        onEvent: (event) => {
          events.push(event);
          this.trace.push(`${this.clock.nowMs().toFixed(3)} ${name} ${JSON.stringify(event)}`);
          if (event.kind === "track-complete" && this.#isComplete(peer)) peer.completeMs ??= this.clock.nowMs();
        },
      }),
    };
    const others = [...this.peers.values()];
    this.peers.set(name, peer);
    peer.swarm.setTracks(new Map(this.#songs.map((song) => [song.trackId, peerIdOf(this.#originName)])));
    this.#follow(peer);
    for (const other of others) this.network.connect(other.peerId, peerId);
    this.#runPlayer(peer);
    return peer;
  }

  /** Gone at once, as when a tab is killed. Its store stays. */
  remove(name: string): void {
    const peer = this.peer(name);
    peer.swarm.stop();
    this.peers.delete(name);
    this.network.remove(peer.peerId);
  }

  /** The music starts, for everyone. */
  play(): void {
    this.#startedMs = this.clock.nowMs();
    for (const peer of this.peers.values()) this.#follow(peer);
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
      await this.#settle();
    }
    return true;
  }

  /** Until all listeners have everything. */
  runToCompletion(limitMs = 300_000): Promise<boolean> {
    return this.run(limitMs, () => this.listeners.every((peer) => this.#isComplete(peer)));
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

  #isComplete(peer: WorldPeer): boolean {
    return peer.swarm
      .trackStats()
      .every(({ trackId, manifest }) => manifest !== null && peer.swarm.pieceStates(trackId).every((state) => state === 2));
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
  #place(): { readonly song: Song; readonly positionMs: number } | null {
    let { positionMs } = this;
    for (const song of this.#songs) {
      const durationMs = song.manifest.durationUs / 1000;
      if (positionMs < durationMs) return { song, positionMs };
      positionMs -= durationMs;
    }
    return null;
  }

  #runPlayer(peer: WorldPeer): void {
    let isStalled = false;
    let playing: TrackId | null = null;
    const look = (): void => {
      const at = this.#place();
      if (this.peers.get(peer.name) !== peer || !at) return;
      if (playing !== at.song.trackId) this.#follow(peer);
      playing = at.song.trackId;
      const states = peer.swarm.pieceStates(at.song.trackId);
      const isHeldAt = (positionMs: number): boolean => states[chunkIndexAt(at.song.manifest, positionMs)] === 2;
      const isHere = isHeldAt(at.positionMs);
      if (isHere && isHeldAt(at.positionMs + START_AHEAD_MS)) peer.playableMs ??= this.clock.nowMs() - peer.joinedMs;
      if (!isHere && peer.playableMs !== null && !isStalled) peer.stalls++;
      isStalled = !isHere;
      if (!this.#isComplete(peer)) this.clock.schedule(PLAYER_MS, look);
      else if (at.song !== this.#songs.at(-1)) this.clock.schedule(PLAYER_MS, look);
    };
    this.clock.schedule(PLAYER_MS, look);
  }

  #tapped(
    name: string,
    links: Pick<LinkTransport, "send" | "bufferedBytes" | "close">,
    tamper: PeerOptions["tamper"],
  ): Pick<LinkTransport, "send" | "bufferedBytes" | "close"> {
    return {
      ...links,
      send: (to, lane, bytes) => {
        const sent = tamper ? tamper(lane, bytes) : bytes;
        if (!sent) return true;
        this.trace.push(`${this.clock.nowMs().toFixed(3)} ${name} > ${to.replaceAll("_", "")} ${lane} ${sent.byteLength}`);
        const peer = this.peers.get(name);
        if (peer) peer.bytesSent += sent.byteLength;
        return links.send(to, lane, sent);
      },
    };
  }

  /** The same store, but the world knows when it has been asked something. */
  #watched(store: ChunkStore): ChunkStore {
    const noticed = <Result>(answer: Promise<Result>): Promise<Result> => {
      this.#isSettling = true;
      return answer;
    };
    return {
      listTracks: () => noticed(store.listTracks()),
      getTrack: (trackId) => noticed(store.getTrack(trackId)),
      putManifest: (trackId, bytes, options) => noticed(store.putManifest(trackId, bytes, options)),
      getPiece: (trackId, index) => noticed(store.getPiece(trackId, index)),
      putPiece: (trackId, index, bytes) => noticed(store.putPiece(trackId, index, bytes)),
      deletePiece: (trackId, index) => noticed(store.deletePiece(trackId, index)),
      deleteTrack: (trackId) => noticed(store.deleteTrack(trackId)),
      pin: (trackIds) => noticed(store.pin(trackIds)),
      usage: () => noticed(store.usage()),
    };
  }
}
