/**
 * Links between peers as home connections have them: each peer has one uplink and one downlink, both first in, first
 * out and shared by all its links; packets take `latencyMs` each way; a sender starts slowly and has at most its
 * congestion window under way, and acknowledgements take room on the way back (SCTP as in RFC 9260). A packet that is
 * lost, or finds the uplink's queue full, is sent again a round trip later and halves the window; what came after it
 * waits for it, lane by lane. What a link's own buffer cannot hand over waits there, visible as `bufferedBytes`; what
 * waits in the uplink's queue nobody sees, as in life.
 */
import { MAX_WIRE_MESSAGE_BYTES } from "../../app/core/index.ts";
import type { Lane, LinkTransport, PeerId, Random } from "../../app/core/index.ts";
import { QueueMeter } from "./queue-meter.ts";
import { seededRandom } from "./seeded-random.ts";
import type { Task, VirtualClock } from "./virtual-clock.ts";
import { Pipe } from "./virtual-host.ts";
import type { Connection, Host, NetworkReceiver } from "./virtual-host.ts";
import { Line } from "./virtual-line.ts";
import { PACKET_BYTES, packetsIn } from "./virtual-pipe.ts";
import type { Acknowledgement, LaneQueue, Parcels, Train } from "./virtual-pipe.ts";

export { HOME } from "./virtual-host.ts";
export type { Connection } from "./virtual-host.ts";

export interface NetworkOptions {
  /** Jitter and loss. */
  readonly random?: Random;
  /** Packets that travel as one: 1 is exact, more is faster to compute. */
  readonly packetsPerTrain?: number;
  /** Takes what goes over bulk lanes for as long as it is on its way. */
  readonly parcels?: Parcels;
}

/** IP 20, UDP 8, DTLS 37, SCTP 12 and 16: what one packet has beside its payload. */
export const HEADER_BYTES = 90;
/** A SACK in a packet of its own, and one that travels with data (RFC 9260, 3.3.4 and 6.2). */
export const SACK_BYTES = 100;
const BUNDLED_SACK_BYTES = 16;
/** How long a packet may wait for a second one to be acknowledged with (6.2). */
const ACK_DELAY_MS = 200;
/** First time-out of a link over which nothing comes back, and the last: as browsers have it. */
const RETRANSMIT_MS = { first: 500, max: 3000 } as const;
/** As RTCDataChannel.bufferedAmountLowThreshold is set by the app. */
const DRAINED_BELOW_BYTES = 32 * 1024;
/** V8 has arrays of up to so many bytes in its own heap: nothing is spared by not making them. */
const IN_HEAP_BYTES = 64;
/** Rounding. */
const MOMENT_MS = 1e-6;

export class VirtualNetwork {
  /** How long packets of data waited in uplinks. */
  readonly queues = new QueueMeter();
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #packetsPerTrain: number;
  readonly #parcels: Parcels | null;
  readonly #hosts = new Map<PeerId, Host>();
  /** Where engines write what they are about to send, one after another. */
  readonly #scratch = new Uint8Array(MAX_WIRE_MESSAGE_BYTES);

  constructor(clock: VirtualClock, { random = seededRandom(1), packetsPerTrain = 1, parcels }: NetworkOptions = {}) {
    this.#clock = clock;
    this.#random = random;
    this.#packetsPerTrain = packetsPerTrain;
    this.#parcels = parcels ?? null;
  }

  add(
    peerId: PeerId,
    connection: Connection,
    receiver: NetworkReceiver,
  ): Pick<LinkTransport, "send" | "scratch" | "bufferedBytes" | "close"> {
    const host: Host = {
      peerId,
      receiver,
      connection,
      up: new Line(connection.upBytesPerMs),
      down: new Line(connection.downBytesPerMs),
      pipes: new Map(),
      isSilent: false,
      isGone: false,
      side: 0,
    };
    this.#hosts.set(peerId, host);
    return {
      send: (to, lane, bytes) => this.#send(host, to, lane, bytes),
      scratch: (sizeBytes) => (sizeBytes > IN_HEAP_BYTES ? this.#scratch.subarray(0, sizeBytes) : new Uint8Array(sizeBytes)),
      bufferedBytes: (to) => host.pipes.get(to)?.bulkBytes ?? 0,
      close: (to) => this.disconnect(peerId, to),
    };
  }

  connect(a: PeerId, b: PeerId): void {
    const [there, back] = [new Pipe(this.#host(a), this.#host(b)), new Pipe(this.#host(b), this.#host(a))];
    there.back = back;
    back.back = there;
    for (const pipe of [there, back]) {
      this.#close(pipe.from.pipes.get(pipe.to.peerId));
      pipe.from.pipes.set(pipe.to.peerId, pipe);
    }
    for (const { from, to } of [there, back])
      this.#later(0, () => !from.isGone && from.pipes.has(to.peerId) && from.receiver.opened(to.peerId));
  }

  disconnect(a: PeerId, b: PeerId): void {
    for (const [host, other] of [
      [this.#hosts.get(a), b],
      [this.#hosts.get(b), a],
    ] as const) {
      if (!host) continue;
      this.#close(host.pipes.get(other));
      if (host.pipes.delete(other)) this.#later(0, () => host.isGone || host.receiver.closed(other));
    }
  }

  /** The peer is gone without a word; the others notice at once. */
  remove(peerId: PeerId): void {
    const host = this.#host(peerId);
    for (const other of host.pipes.keys()) this.disconnect(peerId, other);
    this.#hosts.delete(peerId);
    host.isGone = true;
  }

  isLinked(a: PeerId, b: PeerId): boolean {
    return this.#hosts.get(a)?.pipes.has(b) ?? false;
  }

  setSilent(peerId: PeerId, isSilent: boolean): void {
    this.#host(peerId).isSilent = isSilent;
  }

  /**
   * Peers on different sides cannot reach each other: what they send is lost, and sent again as SCTP does it, until
   * they are on one side again. Nobody is told.
   */
  setSide(peerId: PeerId, side: number): void {
    this.#host(peerId).side = side;
  }

  isCut(a: PeerId, b: PeerId): boolean {
    return this.#hosts.get(a)?.side !== this.#hosts.get(b)?.side;
  }

  /** Links whose ends cannot reach each other now. */
  cutLinks(): [PeerId, PeerId][] {
    return [...this.#hosts.values()].flatMap(({ peerId, pipes }) =>
      [...pipes.values()]
        .filter((pipe) => pipe.isCut && peerId < pipe.to.peerId)
        .map(({ to }): [PeerId, PeerId] => [peerId, to.peerId]),
    );
  }

  /** How long a packet would wait in the peer's uplink now, ms. */
  uplinkQueueMs(peerId: PeerId): number {
    return this.#hosts.get(peerId)?.up.queueMs(this.#clock.nowMs()) ?? 0;
  }

  /** How long the peer's uplink has carried something so far, ms. */
  uplinkBusyMs(peerId: PeerId): number {
    return this.#hosts.get(peerId)?.up.busyMs(this.#clock.nowMs()) ?? 0;
  }

  #host(peerId: PeerId): Host {
    const host = this.#hosts.get(peerId);
    if (!host) throw new Error(`${peerId} is not on the network`);
    return host;
  }

  #later(delayMs: number, run: () => void): void {
    this.#clock.schedule(delayMs, run);
  }

  #close(pipe: Pipe | undefined): void {
    if (!pipe) return;
    pipe.isOpen = false;
    pipe.stopTimers();
  }

  #send(from: Host, to: PeerId, lane: Lane, bytes: Uint8Array): boolean {
    const pipe = from.isGone ? undefined : from.pipes.get(to);
    if (!pipe) return false;
    if (from.isSilent) return true;
    const parcel = lane === "bulk" ? this.#parcels?.pack(bytes) : null;
    // No copy of what is small, unlike on a real link: an engine encodes it anew and lets go of it.
    const content = parcel ?? (bytes.byteLength > IN_HEAP_BYTES ? bytes.slice() : bytes);
    pipe.lane(lane).push({ lane, content, remainingBytes: bytes.byteLength, next: null });
    if (lane === "bulk") pipe.bulkBytes += bytes.byteLength;
    this.#transmit(pipe);
    return true;
  }

  #transmit(pipe: Pipe): void {
    for (;;) {
      const { bulkBytes } = pipe;
      const train = pipe.next(this.#packetsPerTrain);
      if (!train) return;
      if (bulkBytes > DRAINED_BELOW_BYTES && pipe.bulkBytes <= DRAINED_BELOW_BYTES)
        this.#later(0, () => pipe.isOpen && pipe.from.receiver.drained(pipe.to.peerId));
      this.#launch(pipe, train, train.sizeBytes);
    }
  }

  /** @param newBytes that go over the line: of a train that has lost a packet, that packet. */
  #launch(pipe: Pipe, train: Train, newBytes: number): void {
    if (!pipe.isOpen) return;
    const { from, to } = pipe;
    const nowMs = this.#clock.nowMs();
    const packets = packetsIn(newBytes);
    const waitMs = from.up.queueMs(nowMs);
    const onTheWayMs = pipe.latencyMs + (pipe.jitterMs > 0 ? this.#random() * pipe.jitterMs : 0);
    if (waitMs > (from.connection.queueMs ?? Infinity)) {
      this.#lost(pipe, 2 * onTheWayMs + waitMs, () => this.#launch(pipe, train, newBytes));
      return;
    }
    this.queues.add(waitMs, packets);
    const ack = pipe.back?.bundleAck() ?? null;
    const wireBytes = newBytes + packets * HEADER_BYTES + (ack ? BUNDLED_SACK_BYTES : 0);
    const sentMs = from.up.carry(wireBytes, nowMs);
    if (pipe.isCut) {
      if (ack) this.#sayAgain(pipe.back, ack);
      this.#swallow(pipe, train);
    } else if (pipe.lossShare > 0 && this.#random() < 1 - (1 - pipe.lossShare) ** packets) {
      if (ack) this.#sayAgain(pipe.back, ack);
      this.#lost(pipe, 2 * onTheWayMs + waitMs, () => this.#launch(pipe, train, Math.min(newBytes, PACKET_BYTES)));
    } else {
      // The downlink carries packet by packet what the uplink sends packet by packet: all at its own rate if it is the
      // slower one, otherwise the last one alone comes after.
      const { upBytesPerMs } = from.connection;
      const { downBytesPerMs } = to.connection;
      const othersMs = wireBytes * (1 - 1 / packets) * Math.max(0, 1 / downBytesPerMs - 1 / upBytesPerMs);
      const atMs = sentMs + onTheWayMs + othersMs + wireBytes / packets / downBytesPerMs;
      this.#clock.scheduleTask(atMs - nowMs, new Flight(this, pipe, train, wireBytes, ack));
    }
  }

  /** The sender learns of it after a round trip. */
  #lost(pipe: Pipe, roundTripMs: number, sendAgain: () => void): void {
    pipe.lost(this.#clock.nowMs(), roundTripMs);
    this.#later(roundTripMs, sendAgain);
  }

  /** Nothing comes back at all: a timer tells the sender, who then begins as slowly as he can. */
  #swallow(pipe: Pipe, train: Train): void {
    (pipe.swallowed ??= []).push(train);
    if (pipe.cancelRetransmission) return;
    const delayMs = Math.min(RETRANSMIT_MS.max, RETRANSMIT_MS.first * 2 ** pipe.timeouts);
    pipe.cancelRetransmission = this.#clock.schedule(delayMs, () => {
      pipe.timedOut();
      this.#transmit(pipe);
    });
  }

  /** The last byte of it is here now, if nothing else is on the downlink. */
  arrive(flight: Flight): void {
    const { pipe, wireBytes } = flight;
    if (!pipe.isOpen) return;
    const nowMs = this.#clock.nowMs();
    const waitMs = pipe.to.down.pass(wireBytes, nowMs) - nowMs;
    if (waitMs > MOMENT_MS) this.#clock.scheduleTask(waitMs, flight);
    else this.read(flight);
  }

  read({ pipe, train, ack }: Flight): void {
    if (!pipe.isOpen) return;
    if (ack && pipe.back) this.acked(pipe.back, ack);
    pipe.came(train.sizeBytes);
    const due = pipe.takeDueAck(train.sizeBytes);
    if (due) this.#sendAck(pipe, due);
    this.#deliver(pipe, train);
    if (pipe.isOpen) this.#acknowledgeWithin(pipe, ACK_DELAY_MS);
  }

  #acknowledgeWithin(pipe: Pipe, delayMs: number): void {
    if (!pipe.hasUnacked) return pipe.stopAckTimer();
    pipe.cancelAckTimer ??= this.#clock.schedule(delayMs, () => {
      pipe.cancelAckTimer = null;
      this.#sendAck(pipe, pipe.takeAck());
    });
  }

  /** An acknowledgement that got lost: what is sent again because of it is acknowledged then. */
  #sayAgain(pipe: Pipe | null, ack: Acknowledgement): void {
    if (!pipe?.isOpen) return;
    pipe.returnAck(ack);
    pipe.stopAckTimer();
    this.#acknowledgeWithin(pipe, pipe.isCut ? RETRANSMIT_MS.max : RETRANSMIT_MS.first);
  }

  /** On the receiver's uplink, behind whatever waits there. */
  #sendAck(pipe: Pipe, ack: Acknowledgement): void {
    const { to, from, lossShare } = pipe;
    const nowMs = this.#clock.nowMs();
    if (to.up.queueMs(nowMs) > (to.connection.queueMs ?? Infinity)) return this.#sayAgain(pipe, ack);
    const sizeBytes = ack.count * SACK_BYTES;
    const sentMs = to.up.carry(sizeBytes, nowMs);
    if (pipe.isCut || (lossShare > 0 && this.#random() < lossShare)) return this.#sayAgain(pipe, ack);
    from.down.carry(sizeBytes, nowMs);
    this.#clock.scheduleTask(sentMs - nowMs + pipe.latencyMs, new AckFlight(this, pipe, ack));
  }

  acked(pipe: Pipe, ack: Acknowledgement): void {
    if (!pipe.isOpen) return;
    pipe.acked(ack);
    this.#transmit(pipe);
  }

  /** In order: what is early waits for what was sent before it. */
  #deliver(pipe: Pipe, arrived: Train): void {
    const lane: LaneQueue = pipe.lane(arrived.lane);
    if (arrived.order !== lane.readCount) {
      (lane.early ??= new Map()).set(arrived.order, arrived);
      return;
    }
    let train: Train | undefined = arrived;
    while (train && pipe.isOpen) {
      lane.readCount++;
      if (train.message) {
        const { content } = train.message;
        pipe.to.receiver.receive(pipe.from.peerId, train.lane, content instanceof Uint8Array ? content : content.open());
      }
      train = lane.early?.get(lane.readCount);
      if (train) lane.early?.delete(train.order);
    }
  }
}

/** A train on its way: first to its receiver's downlink, then, where that is busy, through it. */
class Flight implements Task {
  readonly pipe: Pipe;
  readonly train: Train;
  readonly wireBytes: number;
  /** Travels with it. */
  readonly ack: Acknowledgement | null;
  readonly #network: VirtualNetwork;
  #hasArrived = false;

  constructor(network: VirtualNetwork, pipe: Pipe, train: Train, wireBytes: number, ack: Acknowledgement | null) {
    this.#network = network;
    this.pipe = pipe;
    this.train = train;
    this.wireBytes = wireBytes;
    this.ack = ack;
  }

  run(): void {
    if (this.#hasArrived) return this.#network.read(this);
    this.#hasArrived = true;
    this.#network.arrive(this);
  }
}

class AckFlight implements Task {
  readonly #network: VirtualNetwork;
  readonly #pipe: Pipe;
  readonly #ack: Acknowledgement;

  constructor(network: VirtualNetwork, pipe: Pipe, ack: Acknowledgement) {
    this.#network = network;
    this.#pipe = pipe;
    this.#ack = ack;
  }

  run(): void {
    this.#network.acked(this.#pipe, this.#ack);
  }
}
