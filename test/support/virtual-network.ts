/**
 * Links between peers as home connections have them: each peer has one uplink and one downlink, both first in, first
 * out and shared by all its links; packets take `latencyMs` each way; a sender starts slowly and has at most its
 * congestion window under way (SCTP as in RFC 9260). A packet that is lost, or finds the uplink's queue full, is sent
 * again a round trip later and halves the window; what came after it waits for it, lane by lane. What a link's own
 * buffer cannot hand over waits there, visible as `bufferedBytes`; what waits in the uplink's queue nobody sees, as in
 * life.
 */
import type { Clock, Lane, LinkTransport, PeerId, Random } from "../../app/core/index.ts";
import { seededRandom } from "./seeded-random.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export interface Connection {
  readonly upBytesPerMs: number;
  readonly downBytesPerMs: number;
  /** To anyone else, one way: half of it is spent at each end. */
  readonly latencyMs: number;
  /** What one packet may take longer than another, ms; 0 by default. */
  readonly jitterMs?: number;
  /** Share of the packets sent that get lost, 0…1; 0 by default. */
  readonly lossShare?: number;
  /** Where the uplink's queue ends (drop-tail), ms of its rate; without end by default. */
  readonly queueMs?: number;
}

export interface NetworkOptions {
  /** Jitter and loss. */
  readonly random?: Random;
  /** Packets that travel as one: 1 is exact, more is faster to compute. */
  readonly packetsPerTrain?: number;
}

/** 5 Mbit/s up, 20 Mbit/s down, 84 ms round trip: the home link of the benches. */
export const HOME: Connection = { upBytesPerMs: 625, downBytesPerMs: 2500, latencyMs: 42 };

export interface NetworkReceiver {
  opened(peerId: PeerId): void;
  closed(peerId: PeerId): void;
  receive(peerId: PeerId, lane: Lane, bytes: Uint8Array): void;
  drained(peerId: PeerId): void;
}

const PACKET_BYTES = 1150;
/** IP, UDP, DTLS and SCTP headers of one packet. */
const HEADER_BYTES = 90;
const ACK_BYTES = 120;
const INITIAL_WINDOW_BYTES = 10 * PACKET_BYTES;
const MAX_WINDOW_BYTES = 1024 * 1024;
/** As RTCDataChannel.bufferedAmountLowThreshold is set by the app. */
const DRAINED_BELOW_BYTES = 32 * 1024;

/** A line that carries one packet after another. */
class Line {
  freeMs = 0;
  carriedBytes = 0;
  readonly #clock: Clock;
  readonly #bytesPerMs: number;

  constructor(clock: Clock, bytesPerMs: number) {
    this.#clock = clock;
    this.#bytesPerMs = bytesPerMs;
  }

  /** When the last byte is through. */
  carry(sizeBytes: number): number {
    this.freeMs = Math.max(this.freeMs, this.#clock.nowMs()) + sizeBytes / this.#bytesPerMs;
    this.carriedBytes += sizeBytes;
    return this.freeMs;
  }

  get queueMs(): number {
    return Math.max(0, this.freeMs - this.#clock.nowMs());
  }
}

interface Message {
  readonly lane: Lane;
  readonly bytes: Uint8Array;
  remainingBytes: number;
}

interface Packet {
  readonly lane: Lane;
  /** Of the packets of its lane. */
  readonly order: number;
  readonly sizeBytes: number;
  /** The message that it completes. */
  readonly message: Message | null;
}

/** One direction of a link. */
class Pipe {
  readonly waiting: Record<Lane, Message[]> = { control: [], bulk: [] };
  readonly sentCount: Record<Lane, number> = { control: 0, bulk: 0 };
  readonly readCount: Record<Lane, number> = { control: 0, bulk: 0 };
  /** Arrived before what was sent before them. */
  readonly early: Record<Lane, Map<number, Packet>> = { control: new Map(), bulk: new Map() };
  bulkBytes = 0;
  /** After the first loss: a packet more per round trip. */
  isAvoidingCongestion = false;
  /** Until then further losses belong to the same congestion. */
  recoveringUntilMs = -Infinity;
  windowBytes = INITIAL_WINDOW_BYTES;
  underWayBytes = 0;
  current: Message | null = null;
  lastLane: Lane = "bulk";
}

interface Host {
  readonly receiver: NetworkReceiver;
  readonly connection: Connection;
  readonly up: Line;
  readonly down: Line;
  readonly pipes: Map<PeerId, Pipe>;
  /** Swallows whatever it should send, as a suspended phone does. */
  isSilent: boolean;
}

export class VirtualNetwork {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #trainBytes: number;
  readonly #hosts = new Map<PeerId, Host>();

  constructor(clock: VirtualClock, { random = seededRandom(1), packetsPerTrain = 1 }: NetworkOptions = {}) {
    this.#clock = clock;
    this.#random = random;
    this.#trainBytes = packetsPerTrain * PACKET_BYTES;
  }

  add(
    peerId: PeerId,
    connection: Connection,
    receiver: NetworkReceiver,
  ): Pick<LinkTransport, "send" | "bufferedBytes" | "close"> {
    const up = new Line(this.#clock, connection.upBytesPerMs);
    const down = new Line(this.#clock, connection.downBytesPerMs);
    this.#hosts.set(peerId, { receiver, connection, up, down, pipes: new Map(), isSilent: false });
    return {
      send: (to, lane, bytes) => this.#send(peerId, to, lane, bytes),
      bufferedBytes: (to) => this.#hosts.get(peerId)?.pipes.get(to)?.bulkBytes ?? 0,
      close: (to) => this.disconnect(peerId, to),
    };
  }

  connect(a: PeerId, b: PeerId): void {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const)
      this.#host(from).pipes.set(to, new Pipe());
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const)
      this.#later(0, () => this.#hosts.get(from)?.pipes.has(to) && this.#host(from).receiver.opened(to));
  }

  disconnect(a: PeerId, b: PeerId): void {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const)
      if (this.#hosts.get(from)?.pipes.delete(to)) this.#later(0, () => this.#hosts.get(from)?.receiver.closed(to));
  }

  /** The peer is gone without a word; the others notice at once. */
  remove(peerId: PeerId): void {
    for (const other of this.#host(peerId).pipes.keys()) this.disconnect(peerId, other);
    this.#hosts.delete(peerId);
  }

  isLinked(a: PeerId, b: PeerId): boolean {
    return this.#hosts.get(a)?.pipes.has(b) ?? false;
  }

  setSilent(peerId: PeerId, isSilent: boolean): void {
    this.#host(peerId).isSilent = isSilent;
  }

  /** How long a packet would wait in the peer's uplink now, ms. */
  uplinkQueueMs(peerId: PeerId): number {
    return this.#hosts.get(peerId)?.up.queueMs ?? 0;
  }

  #host(peerId: PeerId): Host {
    const host = this.#hosts.get(peerId);
    if (!host) throw new Error(`${peerId} is not on the network`);
    return host;
  }

  #later(delayMs: number, run: () => void): void {
    this.#clock.schedule(delayMs, run);
  }

  #send(from: PeerId, to: PeerId, lane: Lane, bytes: Uint8Array): boolean {
    const host = this.#hosts.get(from);
    const pipe = host?.pipes.get(to);
    if (!host || !pipe) return false;
    if (host.isSilent) return true;
    // A copy, as on a real link: what the sender does with its bytes afterwards does not travel.
    pipe.waiting[lane].push({ lane, bytes: bytes.slice(), remainingBytes: bytes.byteLength });
    if (lane === "bulk") pipe.bulkBytes += bytes.byteLength;
    this.#transmit(from, to, pipe);
    return true;
  }

  #transmit(from: PeerId, to: PeerId, pipe: Pipe): void {
    const host = this.#host(from);
    while (pipe.underWayBytes < pipe.windowBytes) {
      pipe.current ??= nextMessage(pipe);
      const message = pipe.current;
      if (!message) return;
      const { lane } = message;
      const sizeBytes = Math.min(this.#trainBytes, message.remainingBytes);
      message.remainingBytes -= sizeBytes;
      pipe.underWayBytes += sizeBytes;
      if (lane === "bulk") this.#drain(host, to, pipe, sizeBytes);
      const isLast = message.remainingBytes === 0;
      if (isLast) pipe.current = null;
      this.#launch(from, to, pipe, { lane, order: pipe.sentCount[lane]++, sizeBytes, message: isLast ? message : null });
    }
  }

  #launch(from: PeerId, to: PeerId, pipe: Pipe, packet: Packet): void {
    const host = this.#hosts.get(from);
    const receiver = this.#hosts.get(to);
    if (!receiver || !host || host.pipes.get(to) !== pipe) return;
    const { latencyMs, jitterMs = 0, lossShare = 0, queueMs = Infinity } = host.connection;
    const onTheWayMs = (latencyMs + receiver.connection.latencyMs) / 2 + (jitterMs > 0 ? this.#random() * jitterMs : 0);
    const waitMs = host.up.queueMs;
    const isDropped = waitMs > queueMs;
    const sentMs = isDropped ? 0 : host.up.carry(packet.sizeBytes + headerBytes(packet.sizeBytes));
    if (isDropped || (lossShare > 0 && this.#random() < lossShare)) {
      this.#lost(pipe, 2 * onTheWayMs + waitMs, () => this.#launch(from, to, pipe, packet));
    } else {
      this.#later(sentMs - this.#clock.nowMs() + onTheWayMs, () => this.#arrive(from, to, pipe, packet));
    }
  }

  /** The sender learns of it after a round trip. */
  #lost(pipe: Pipe, roundTripMs: number, sendAgain: () => void): void {
    const nowMs = this.#clock.nowMs();
    if (nowMs >= pipe.recoveringUntilMs) {
      pipe.windowBytes = Math.max(2 * PACKET_BYTES, pipe.windowBytes / 2);
      pipe.isAvoidingCongestion = true;
      pipe.recoveringUntilMs = nowMs + roundTripMs;
    }
    this.#later(roundTripMs, sendAgain);
  }

  #arrive(from: PeerId, to: PeerId, pipe: Pipe, packet: Packet): void {
    const receiver = this.#hosts.get(to);
    if (!receiver || this.#hosts.get(from)?.pipes.get(to) !== pipe) return;
    const readMs = receiver.down.carry(packet.sizeBytes + headerBytes(packet.sizeBytes));
    this.#later(readMs - this.#clock.nowMs(), () => {
      if (this.#hosts.get(from)?.pipes.get(to) !== pipe || !receiver.pipes.has(from)) return;
      const ackMs = receiver.up.carry(ACK_BYTES) - this.#clock.nowMs() + receiver.connection.latencyMs;
      this.#later(ackMs, () => this.#acked(from, to, pipe, packet.sizeBytes));
      this.#deliver(from, receiver, pipe, packet);
    });
  }

  /** In order: what is early waits for what was sent before it. */
  #deliver(from: PeerId, receiver: Host, pipe: Pipe, arrived: Packet): void {
    const { lane } = arrived;
    const early = pipe.early[lane];
    if (arrived.order !== pipe.readCount[lane]) {
      early.set(arrived.order, arrived);
      return;
    }
    let packet: Packet | undefined = arrived;
    while (packet && receiver.pipes.has(from)) {
      early.delete(packet.order);
      pipe.readCount[lane]++;
      if (packet.message) receiver.receiver.receive(from, lane, packet.message.bytes);
      packet = early.size > 0 ? early.get(pipe.readCount[lane]) : undefined;
    }
  }

  #acked(from: PeerId, to: PeerId, pipe: Pipe, sizeBytes: number): void {
    if (this.#hosts.get(from)?.pipes.get(to) !== pipe) return;
    const isFull = pipe.underWayBytes >= pipe.windowBytes;
    pipe.underWayBytes -= sizeBytes;
    // One acknowledgement for two packets, one packet more for each: half a window per round trip.
    const growthBytes = pipe.isAvoidingCongestion ? (sizeBytes * PACKET_BYTES) / pipe.windowBytes : sizeBytes / 2;
    if (isFull) pipe.windowBytes = Math.min(MAX_WINDOW_BYTES, pipe.windowBytes + growthBytes);
    this.#transmit(from, to, pipe);
  }

  #drain(host: Host, to: PeerId, pipe: Pipe, sizeBytes: number): void {
    const wasAbove = pipe.bulkBytes > DRAINED_BELOW_BYTES;
    pipe.bulkBytes -= sizeBytes;
    if (wasAbove && pipe.bulkBytes <= DRAINED_BELOW_BYTES)
      this.#later(0, () => host.pipes.get(to) === pipe && host.receiver.drained(to));
  }
}

/** Of one packet, or of those that a train is made of. */
function headerBytes(sizeBytes: number): number {
  return HEADER_BYTES * Math.max(1, sizeBytes / PACKET_BYTES);
}

/** Streams take turns, message by message. */
function nextMessage(pipe: Pipe): Message | null {
  const order: readonly Lane[] = pipe.lastLane === "bulk" ? ["control", "bulk"] : ["bulk", "control"];
  for (const lane of order) {
    const message = pipe.waiting[lane].shift();
    if (!message) continue;
    pipe.lastLane = lane;
    return message;
  }
  return null;
}
