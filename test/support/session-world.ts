/**
 * A jam of whole sessions in virtual time: the real server's rules, links over the virtual network, and every device on
 * a quartz of its own. Nobody listens; where the music is, is read from what each session says plays now.
 */
import { JamDirectory } from "../../server/signalling/jam-directory.ts";
import { DEFAULT_LIMITS } from "../../server/limits.ts";
import { ClientMessageSchema, CLOSE_CODES, Session } from "../../app/core/index.ts";
import type {
  ClockId,
  Identity,
  JamId,
  LinkEvent,
  LinkSignal,
  LinkTransport,
  PeerId,
  Random,
  SignallingChannel,
  SignallingEvent,
} from "../../app/core/index.ts";
import * as v from "valibot";
import { MemoryChunkStore } from "../../app/platform/store/memory-chunk-store.ts";
import { clockIdOf } from "./people.ts";
import { Quartz } from "./quartz.ts";
import type { QuartzOptions } from "./quartz.ts";
import { seededRandom } from "./seeded-random.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { VirtualNetwork } from "./virtual-network.ts";
import type { Connection } from "./virtual-network.ts";

/** To the server, one way, ms. */
export interface ServerPath {
  readonly thereMs: number;
  readonly backMs: number;
  readonly jitterMs: number;
}

export interface GuestOptions {
  readonly name: string;
  readonly identity: Identity;
  readonly ppm: number;
  readonly path: ServerPath;
  /** To other members. */
  readonly connection: Connection;
}

interface Server {
  readonly clock: Quartz;
  readonly clockId: ClockId;
  readonly directory: JamDirectory;
  readonly connections: Map<number, Line>;
}

const CHALLENGE = "challenge";
/** Everybody is back within so long after the server is. */
const RECONNECT_MS = 5_000;

export class SessionWorld {
  readonly clock = new VirtualClock();
  readonly network: VirtualNetwork;
  readonly guests: Guest[] = [];
  readonly random: Random;
  readonly #jamId: JamId;
  #server: Server;
  #isServerUp = true;
  #connectionCount = 0;

  constructor(jamId: JamId, seed: number) {
    this.#jamId = jamId;
    this.random = seededRandom(seed);
    this.network = new VirtualNetwork(this.clock, { random: seededRandom(-seed) });
    this.#server = this.#createServer("first", { originMs: 1.7e12, ppm: 0 });
  }

  get server(): Server | null {
    return this.#isServerUp ? this.#server : null;
  }

  /** Comes, and is heard of a second later. */
  async join(options: GuestOptions): Promise<Guest> {
    const quartz = new Quartz(this.clock, { originMs: 1e6 * (this.guests.length + 1), ppm: options.ppm });
    const guest = new Guest(this, this.#jamId, quartz, options, this.guests.length);
    this.guests.push(guest);
    guest.session.join(Promise.resolve([]));
    await this.run(1_000);
    return guest;
  }

  stopServer(): void {
    this.#isServerUp = false;
    const lost = [...this.#server.connections.values()];
    this.#server.connections.clear();
    for (const line of lost) line.closed();
  }

  /** Without a clock of its own it is the same server, which was only out of reach. */
  startServer(anew?: QuartzOptions): void {
    this.#isServerUp = true;
    if (anew) this.#server = this.#createServer("second", anew);
    for (const { line } of this.guests) this.clock.schedule(this.random() * RECONNECT_MS, () => line.open());
  }

  nextConnectionId(): number {
    return ++this.#connectionCount;
  }

  /** Lets time pass, and promises settle in between. */
  async run(durationMs: number, everyMs = durationMs, look: () => void = () => {}): Promise<void> {
    const endMs = this.clock.nowMs() + durationMs;
    for (let untilMs = this.clock.nowMs() + everyMs; this.clock.nowMs() < endMs; untilMs += everyMs) {
      while (this.clock.step(Math.min(untilMs, endMs))) for (let turn = 0; turn < 6; turn++) await Promise.resolve();
      look();
    }
  }

  #createServer(name: string, options: QuartzOptions): Server {
    const clock = new Quartz(this.clock, options);
    const connections = new Map<number, Line>();
    const clockId = clockIdOf(name);
    const directory = new JamDirectory({
      outbox: {
        send: (to, message) => {
          for (const id of to) connections.get(id)?.told(JSON.stringify(message));
        },
        close: (id) => connections.get(id)?.closed(),
      },
      iceServers: [],
      referenceNowMs: () => clock.nowMs(),
      clockId,
      limits: DEFAULT_LIMITS,
    });
    return { clock, clockId, directory, connections };
  }
}

export class Guest {
  readonly session: Session;
  readonly line: Line;
  readonly quartz: Quartz;
  readonly name: string;
  /** Bytes said on links about anything at all. */
  saidBytes = 0;

  constructor(world: SessionWorld, jamId: JamId, quartz: Quartz, options: GuestOptions, order: number) {
    const { name, identity, path, connection } = options;
    this.name = name;
    this.quartz = quartz;
    this.line = new Line(world, jamId, path);
    const links = new SessionLinks(world, identity.peerId, connection, (sizeBytes) => (this.saidBytes += sizeBytes));
    this.session = new Session({
      jamId,
      name,
      identity,
      clock: quartz,
      random: seededRandom(1000 + order),
      hasher: { sha256: (bytes) => crypto.subtle.digest("SHA-256", new Uint8Array(bytes)).then((hash) => new Uint8Array(hash)) },
      store: new MemoryChunkStore(2 ** 20),
      channel: this.line,
      links,
      chooseIceServers: (fromServer) => fromServer,
      onEvent: () => {},
    });
  }

  /** Where the music is here, ms; NaN where none plays. */
  get positionMs(): number {
    const now = this.session.nowPlaying();
    return now.kind === "entry" && now.playing ? now.positionMs : NaN;
  }

  get estimate() {
    return this.session.referenceClock.estimate(this.quartz.nowMs());
  }

  sleep(): void {
    this.quartz.sleep();
  }

  /** The page is seen again. */
  wake(): void {
    this.quartz.wake();
    this.line.onEvent({ kind: "woke" });
  }
}

/** A member's connection to the server. */
class Line implements SignallingChannel {
  onEvent: (event: SignallingEvent) => void = () => {};
  readonly #world: SessionWorld;
  readonly #jamId: JamId;
  readonly #path: ServerPath;
  #connectionId: number | null = null;
  #isOver = false;
  /** What comes later must not overtake what went before. */
  #freeMs = { there: 0, back: 0 };

  constructor(world: SessionWorld, jamId: JamId, path: ServerPath) {
    this.#world = world;
    this.#jamId = jamId;
    this.#path = path;
  }

  open(): void {
    const { server } = this.#world;
    if (!server || this.#connectionId !== null || this.#isOver) return;
    this.#connectionId = this.#world.nextConnectionId();
    server.connections.set(this.#connectionId, this);
    this.onEvent({ kind: "opened" });
    this.told(JSON.stringify({ type: "challenge", challenge: CHALLENGE }));
  }

  send(text: string): boolean {
    const { server } = this.#world;
    const connectionId = this.#connectionId;
    if (!server || connectionId === null) return false;
    this.#later("there", this.#path.thereMs, () => {
      if (!server.connections.has(connectionId)) return;
      const message = v.parse(ClientMessageSchema, JSON.parse(text));
      if (message.type !== "join") return server.directory.receive(connectionId, message, server.clock.nowMs());
      const knock = { connectionId, address: "10.0.0.1", jamId: this.#jamId, challenge: CHALLENGE, join: message };
      if (!server.directory.knock(knock).ok) throw new Error("the server let nobody in");
    });
    return true;
  }

  close(): void {
    if (this.#connectionId !== null) this.#world.server?.directory.leave(this.#connectionId);
    this.#connectionId = null;
    this.#isOver = true;
  }

  told(text: string): void {
    const connectionId = this.#connectionId;
    this.#later("back", this.#path.backMs, () => {
      if (connectionId === this.#connectionId) this.onEvent({ kind: "message", text });
    });
  }

  /** The other end is gone. */
  closed(): void {
    this.#connectionId = null;
    this.onEvent({ kind: "closed", code: CLOSE_CODES.serverStopping, reason: "", final: false });
  }

  #later(way: "there" | "back", delayMs: number, run: () => void): void {
    const { clock, random } = this.#world;
    const atMs = Math.max(this.#freeMs[way], clock.nowMs() + delayMs + random() * this.#path.jitterMs);
    this.#freeMs[way] = atMs;
    clock.schedule(atMs - clock.nowMs(), run);
  }
}

/** Links on the virtual network: an offer that arrives opens one. */
class SessionLinks implements LinkTransport {
  onEvent: (event: LinkEvent) => void = () => {};
  readonly #world: SessionWorld;
  readonly #selfId: PeerId;
  readonly #network: ReturnType<VirtualNetwork["add"]>;
  readonly #onSent: (sizeBytes: number) => void;

  constructor(world: SessionWorld, selfId: PeerId, connection: Connection, onSent: (sizeBytes: number) => void) {
    this.#world = world;
    this.#selfId = selfId;
    this.#onSent = onSent;
    this.#network = world.network.add(selfId, connection, {
      opened: (peerId) => this.onEvent({ kind: "opened", peerId }),
      closed: (peerId) => this.onEvent({ kind: "closed", peerId, reason: "closed" }),
      receive: (peerId, lane, bytes) => this.onEvent({ kind: "message", peerId, lane, bytes }),
      drained: (peerId) => this.onEvent({ kind: "drained", peerId }),
    });
  }

  setIceServers(): void {
    // No ICE here.
  }

  connect(peerId: PeerId): void {
    this.#world.clock.schedule(0, () => this.onEvent({ kind: "signal", peerId, signal: { kind: "offer", sdp: "" } }));
  }

  receiveSignal(peerId: PeerId, signal: LinkSignal): void {
    const { network } = this.#world;
    if (signal.kind === "offer" && !network.isLinked(this.#selfId, peerId)) network.connect(this.#selfId, peerId);
  }

  send(...[peerId, lane, bytes]: Parameters<LinkTransport["send"]>): boolean {
    const isSent = this.#network.send(peerId, lane, bytes);
    if (isSent) this.#onSent(bytes.byteLength);
    return isSent;
  }

  bufferedBytes(peerId: PeerId): number {
    return this.#network.bufferedBytes(peerId);
  }

  close(peerId: PeerId, reason: string): void {
    this.#network.close(peerId, reason);
  }

  async stats(): Promise<null> {
    return null;
  }
}
