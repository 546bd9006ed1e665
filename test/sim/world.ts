/**
 * A simulated jam: real engines with real LinkKeepers in a world of tests (test/support), audited and counted. Scenarios
 * say who comes, goes and misbehaves.
 */
import { createHash } from "node:crypto";
import { decodeManifest } from "../../app/core/index.ts";
import type { PeerId, Random, SwarmEvent, TrackStats } from "../../app/core/index.ts";
import { seededRandom } from "../support/seeded-random.ts";
import type { Song } from "../support/songs.ts";
import { peerIdOf, SwarmWorld } from "../support/swarm-world.ts";
import type { PeerOptions, WorldPeer } from "../support/swarm-world.ts";
import type { Connection } from "../support/virtual-network.ts";
import { Audit } from "./audit.ts";
import { BlockShelf } from "./block-shelf.ts";
import { listenerConnection, originConnection } from "./connections.ts";
import type { Net } from "./connections.ts";
import { songHasher, SongStore } from "./song-store.ts";

const ORIGIN = "origin";
/** The first 2 s must be here before a listener starts. */
const START_AHEAD_MS = 2000;
/** Every 16 KiB block in four to five parts rather than fifteen: a fifth of the events, the same rates. */
export const PACKETS_PER_TRAIN = 4;
/** Nothing is left to do after so long, or never. */
const SETTLE_MS = 120_000;
const LOOK_AT_WALL_CLOCK_EVERY = 2048;
const PROGRESS_EVERY_MS = 5000;

export interface SimOptions {
  readonly peers: number;
  readonly seed: number;
  readonly net: Net;
  /** Where uplink queues end, ms. */
  readonly queueMs: number;
  readonly songs: readonly Song[];
  /** Lines of progress. */
  readonly say?: (line: string) => void;
}

/** One peer from coming to going. */
export interface Visit {
  readonly peer: WorldPeer;
  readonly isOrigin: boolean;
  /** It must have everything in the end. */
  readonly isHonest: boolean;
  readonly serves: boolean;
  readonly connection: Connection;
  readonly joinedMs: number;
  /** When it left, and what it had done by then; null while it is here. */
  left: { readonly atMs: number; readonly stats: readonly TrackStats[] } | null;
  /** Share of its time that its uplink carried something, until it left or all were complete. */
  uplinkBusyShare: number;
}

/** One verified piece that came to somebody, for the plot. */
export interface Arrival {
  readonly peerId: PeerId;
  readonly from: PeerId;
  readonly index: number;
  readonly atMs: number;
}

export class SimWorld {
  readonly world: SwarmWorld;
  readonly audit: Audit;
  readonly random: Random;
  readonly options: SimOptions;
  readonly visits: Visit[] = [];
  readonly arrivals: Arrival[] = [];
  /** When the first listener came, virtual ms. */
  startedMs = 0;
  /** When every piece was with some listener, virtual ms; null before. */
  firstCopyMs: number | null = null;
  /** What became of the links between two halves that had lost each other, and when they met again. */
  readonly cut = { silent: 0, broken: 0, relinked: 0, untilMs: Infinity };
  readonly #brokenLinks = new Set<string>();
  readonly #stores = new Map<PeerId, SongStore>();
  /** Pieces that no listener has had yet. */
  readonly #unseen: Set<string>;
  readonly #traceHash = createHash("sha256");
  #traceLines: string[] = [];
  #events = 0;
  #saidAtMs = performance.now();

  constructor(options: SimOptions) {
    const { seed, songs } = options;
    this.options = options;
    this.random = seededRandom(seed);
    this.#unseen = new Set(songs.flatMap(({ trackId, pieces }) => [...pieces.keys()].map((index) => `${trackId}/${index}`)));
    this.audit = new Audit({
      nowMs: () => this.world.clock.nowMs(),
      holds: (peerId, trackId, index) => this.#stores.get(peerId)?.holds(trackId, index) ?? false,
    });
    const { audit } = this;
    // What the engine reads out of a manifest is read once for everybody.
    const songsById = new Map(songs.map((song) => [song.trackId, { ...song, manifest: decodeManifest(song.manifestBytes) }]));
    this.world = new SwarmWorld({
      seed,
      songs,
      origin: ORIGIN,
      mesh: "kept",
      network: { random: seededRandom(-seed), packetsPerTrain: PACKETS_PER_TRAIN, parcels: new BlockShelf(songs) },
      hasher: songHasher(songs),
      startAheadMs: START_AHEAD_MS,
      createStore: (peerId) => {
        const store = new SongStore(songsById, (_, index) => audit.violate(`a store was given bad bytes for piece ${index}`));
        this.#stores.set(peerId, store);
        return store;
      },
      record: (line) => this.#record(line),
      watcher: {
        opened: (peerId, other) => {
          audit.opened(peerId, other);
          if (this.#brokenLinks.delete(`${peerId} ${other}`)) this.cut.relinked++;
        },
        closed: (peerId, other) => audit.closed(peerId, other),
        sends: (peerId, to, lane, bytes) => audit.sends(peerId, to, lane, bytes),
        receives: (peerId, from, lane, bytes) => audit.receives(peerId, from, lane, bytes),
        tells: (peerId, event) => this.#tells(peerId, event),
      },
    });
  }

  /** The origin comes, and puts the music on. */
  async begin(): Promise<void> {
    const connection = originConnection(this.options.queueMs);
    this.audit.joins(peerIdOf(ORIGIN), connection.upBytesPerMs);
    const peer = await this.world.addOrigin({ connection });
    await this.run(1000);
    this.world.play();
    this.startedMs = this.nowMs;
    const common = { connection, joinedMs: this.nowMs, left: null, uplinkBusyShare: 0 };
    this.visits.push({ peer, isOrigin: true, isHonest: true, serves: true, ...common });
  }

  addListener({ isHonest = true, ...options }: PeerOptions & { readonly isHonest?: boolean } = {}): Visit {
    const connection = listenerConnection(this.options.net, this.options.queueMs, this.random);
    const name = `p${String(this.visits.length).padStart(5, "0")}`;
    this.audit.joins(peerIdOf(name), connection.upBytesPerMs);
    const peer = this.world.add(name, { connection, ...options });
    const serves = options.uploads ?? true;
    const common = { connection, joinedMs: this.nowMs, left: null, uplinkBusyShare: 0 };
    const visit: Visit = { peer, isOrigin: false, isHonest, serves, ...common };
    this.visits.push(visit);
    return visit;
  }

  /** Gone without a word. */
  remove(visit: Visit): void {
    this.#measureUplink(visit);
    visit.left = { atMs: this.nowMs, stats: visit.peer.swarm.trackStats() };
    this.world.remove(visit.peer.name);
  }

  /** Two halves lose each other; the origin is in one of them. */
  split(): void {
    for (const [place, { peer }] of this.present.entries()) this.world.network.setSide(peer.peerId, place % 2);
  }

  /** That share of the links between the halves breaks. */
  breakCutLinks(share: number): void {
    for (const [a, b] of this.world.network.cutLinks()) {
      if (this.random() >= share) {
        this.cut.silent++;
        continue;
      }
      this.cut.broken++;
      this.#brokenLinks.add(`${a} ${b}`);
      this.world.network.disconnect(a, b);
    }
  }

  heal(): void {
    for (const { peer } of this.present) this.world.network.setSide(peer.peerId, 0);
    this.cut.untilMs = this.nowMs;
  }

  get nowMs(): number {
    return this.world.clock.nowMs();
  }

  get origin(): Visit {
    const [origin] = this.visits;
    if (!origin) throw new Error("nothing has begun yet");
    return origin;
  }

  get present(): Visit[] {
    return this.visits.filter(({ left }) => left === null);
  }

  run(durationMs: number, until: () => boolean = () => false): Promise<boolean> {
    return this.world.run(durationMs, () => {
      if (++this.#events % LOOK_AT_WALL_CLOCK_EVERY === 0) this.#progress();
      return until();
    });
  }

  /** Until everyone honest who is present has everything; false if that does not happen in time. */
  async runToCompletion(limitMs: number): Promise<boolean> {
    const waiting = this.present.filter(({ isHonest }) => isHonest);
    const isDone = await this.run(limitMs, () => {
      while ((waiting.at(-1)?.peer.completeMs ?? null) !== null) waiting.pop();
      return waiting.length === 0;
    });
    for (const visit of this.present) this.#measureUplink(visit);
    if (!isDone)
      this.audit.violate(`${waiting.filter(({ peer }) => peer.completeMs === null).length} are not complete in the end`);
    return isDone;
  }

  /** Everything is said and done: with the liars gone and nobody looking for links, no timer may be left. */
  async settle(): Promise<void> {
    for (const visit of this.present) if (!visit.isHonest) this.remove(visit);
    this.world.closeMeeting();
    for (const { peer } of this.present) peer.player.stop();
    await this.run(SETTLE_MS);
    const { pendingCount } = this.world.clock;
    if (pendingCount > 0) this.audit.violate(`${pendingCount} timers are left when all is done`);
  }

  statsOf({ peer, left }: Visit): readonly TrackStats[] {
    return left?.stats ?? peer.swarm.trackStats();
  }

  /** SHA-256 of all lines so far; to be asked once, at the end. */
  traceDigest(): string {
    this.#flushTrace();
    return this.#traceHash.digest("hex");
  }

  #measureUplink(visit: Visit): void {
    const hereMs = this.nowMs - visit.joinedMs;
    visit.uplinkBusyShare = hereMs > 0 ? this.world.network.uplinkBusyMs(visit.peer.peerId) / hereMs : 0;
  }

  #tells(peerId: PeerId, event: SwarmEvent): void {
    this.audit.tells(peerId, event);
    if (event.kind !== "piece-held") return;
    this.arrivals.push({ peerId, from: event.from, index: event.index, atMs: this.nowMs });
    if (this.#unseen.delete(`${event.trackId}/${event.index}`) && this.#unseen.size === 0) this.firstCopyMs = this.nowMs;
  }

  #record(line: string): void {
    if (this.#traceLines.push(line) >= 1000) this.#flushTrace();
  }

  #flushTrace(): void {
    this.#traceHash.update([...this.#traceLines, ""].join("\n"));
    this.#traceLines = [];
  }

  #progress(): void {
    const wallMs = performance.now();
    if (!this.options.say || wallMs - this.#saidAtMs < PROGRESS_EVERY_MS) return;
    this.#saidAtMs = wallMs;
    const complete = this.visits.filter(({ peer }) => peer.completeMs !== null).length;
    this.options.say(`${(this.nowMs / 1000).toFixed(1)} s simulated, ${complete} of ${this.visits.length} complete`);
  }
}
