/**
 * One direction of a link: what waits to be sent, what is under way within the congestion window, and what has come
 * and is not acknowledged yet (SCTP, RFC 9260). Knows nothing of lines and times.
 */
import type { Cancel, Lane } from "../../app/core/index.ts";

/** Payload of a full packet: what DTLS and UDP leave of 1,280 bytes, as browsers have it, give or take. */
export const PACKET_BYTES = 1150;

const INITIAL_WINDOW_BYTES = 10 * PACKET_BYTES;
const MIN_WINDOW_BYTES = 2 * PACKET_BYTES;
const MAX_WINDOW_BYTES = 1024 * 1024;

/** A message on its way, in whatever form it takes least room. */
export interface Parcel {
  /** As it was sent. */
  open(): Uint8Array;
}

export interface Parcels {
  /** Null for what stays as it is. */
  pack(bytes: Uint8Array): Parcel | null;
}

export interface Message {
  readonly lane: Lane;
  readonly content: Uint8Array | Parcel;
  remainingBytes: number;
  /** Waits behind it. */
  next: Message | null;
}

/** Some packets of one message that travel as one. */
export interface Train {
  readonly lane: Lane;
  /** Of the trains of its lane. */
  readonly order: number;
  readonly sizeBytes: number;
  /** The message that it completes. */
  readonly message: Message | null;
}

export interface Acknowledgement {
  sizeBytes: number;
  /** In so many SACKs. */
  count: number;
}

export class LaneQueue {
  /** A chain: mostly nothing waits, in very many lanes, and an array keeps its room. */
  #first: Message | null = null;
  #last: Message | null = null;
  sentCount = 0;
  readCount = 0;
  /** Arrived before what was sent before them. */
  early: Map<number, Train> | null = null;

  push(message: Message): void {
    if (this.#last) this.#last.next = message;
    else this.#first = message;
    this.#last = message;
  }

  shift(): Message | null {
    const message = this.#first;
    if (!message) return null;
    this.#first = message.next;
    if (!this.#first) this.#last = null;
    message.next = null;
    return message;
  }
}

export class PipeState {
  readonly control = new LaneQueue();
  readonly bulk = new LaneQueue();
  /** Bulk bytes not handed to the network yet. */
  bulkBytes = 0;
  /** The receiver's timer for a packet that waits for a second one to be acknowledged with. */
  cancelAckTimer: Cancel | null = null;
  /** Sent where nothing arrives. */
  swallowed: Train[] | null = null;
  /** The sender's timer (T3-rtx) for what was swallowed, and how often it has expired in a row. */
  cancelRetransmission: Cancel | null = null;
  timeouts = 0;
  #windowBytes = INITIAL_WINDOW_BYTES;
  /** After the first loss: a packet more per round trip. */
  #isAvoidingCongestion = false;
  /** Until then further losses belong to the same congestion. */
  #recoveringUntilMs = -Infinity;
  #underWayBytes = 0;
  /** To be sent again. */
  #repeats: Train[] | null = null;
  #current: Message | null = null;
  #lastLane: Lane = "bulk";
  #unackedBytes = 0;
  #unackedPackets = 0;

  lane(lane: Lane): LaneQueue {
    return lane === "bulk" ? this.bulk : this.control;
  }

  /** What may be sent now, whole packets up to `maxPackets`; null when the window is full or nothing waits. */
  next(maxPackets: number): Train | null {
    const roomBytes = this.#windowBytes - this.#underWayBytes;
    if (roomBytes <= 0) return null;
    const repeat = this.#repeats?.shift();
    if (repeat) {
      this.#underWayBytes += repeat.sizeBytes;
      return repeat;
    }
    const message = (this.#current ??= this.#nextMessage());
    if (!message) return null;
    // The last packet may go beyond the window (RFC 9260, 6.1 B).
    const packets = Math.min(maxPackets, Math.ceil(roomBytes / PACKET_BYTES));
    const sizeBytes = Math.min(packets * PACKET_BYTES, message.remainingBytes);
    message.remainingBytes -= sizeBytes;
    this.#underWayBytes += sizeBytes;
    if (message.lane === "bulk") this.bulkBytes -= sizeBytes;
    const isLast = message.remainingBytes === 0;
    if (isLast) this.#current = null;
    return { lane: message.lane, order: this.lane(message.lane).sentCount++, sizeBytes, message: isLast ? message : null };
  }

  /** Streams take turns, message by message. */
  #nextMessage(): Message | null {
    const isControlsTurn = this.#lastLane === "bulk";
    const message = isControlsTurn ? (this.control.shift() ?? this.bulk.shift()) : (this.bulk.shift() ?? this.control.shift());
    if (message) this.#lastLane = message.lane;
    return message;
  }

  /** Something was lost, and is sent again a round trip later. */
  lost(nowMs: number, roundTripMs: number): void {
    if (nowMs < this.#recoveringUntilMs) return;
    this.#windowBytes = Math.max(MIN_WINDOW_BYTES, this.#windowBytes / 2);
    this.#isAvoidingCongestion = true;
    this.#recoveringUntilMs = nowMs + roundTripMs;
  }

  /** Nothing came back in time (6.3.3): what was swallowed goes again, as slowly as at the beginning and slower. */
  timedOut(): void {
    this.cancelRetransmission = null;
    this.timeouts++;
    this.#windowBytes = PACKET_BYTES;
    this.#isAvoidingCongestion = false;
    const swallowed = this.swallowed ?? [];
    this.swallowed = null;
    for (const train of swallowed) this.#underWayBytes -= train.sizeBytes;
    this.#repeats = [...(this.#repeats ?? []), ...swallowed];
  }

  acked({ sizeBytes, count }: Acknowledgement): void {
    this.timeouts = 0;
    const isFull = this.#underWayBytes >= this.#windowBytes;
    this.#underWayBytes -= sizeBytes;
    if (!isFull) return;
    // For each SACK one packet more at most: with one for two packets, half a window per round trip (7.2.1).
    const growthBytes = this.#isAvoidingCongestion
      ? (sizeBytes * PACKET_BYTES) / this.#windowBytes
      : Math.min(sizeBytes, count * PACKET_BYTES);
    this.#windowBytes = Math.min(MAX_WINDOW_BYTES, this.#windowBytes + growthBytes);
  }

  /** Packets have come that are to be acknowledged. */
  came(sizeBytes: number): void {
    this.#unackedBytes += sizeBytes;
    this.#unackedPackets += packetsIn(sizeBytes);
  }

  stopAckTimer(): void {
    this.cancelAckTimer?.();
    this.cancelAckTimer = null;
  }

  stopTimers(): void {
    this.stopAckTimer();
    this.cancelRetransmission?.();
    this.cancelRetransmission = null;
  }

  get hasUnacked(): boolean {
    return this.#unackedPackets > 0;
  }

  /** At least every second packet is acknowledged at once (6.2); one that is left waits. Null when none is due. */
  takeDueAck(lastTrainBytes: number): Acknowledgement | null {
    const count = this.#unackedPackets >> 1;
    if (count === 0) return null;
    const isOneLeft = this.#unackedPackets % 2 === 1;
    const leftBytes = isOneLeft ? lastTrainBytes - (packetsIn(lastTrainBytes) - 1) * PACKET_BYTES : 0;
    const ack = { sizeBytes: this.#unackedBytes - leftBytes, count };
    this.#unackedBytes = leftBytes;
    this.#unackedPackets = isOneLeft ? 1 : 0;
    return ack;
  }

  /** All that is left, in one. */
  takeAck(): Acknowledgement {
    const ack = { sizeBytes: this.#unackedBytes, count: 1 };
    this.#unackedBytes = 0;
    this.#unackedPackets = 0;
    return ack;
  }

  /** The same, where it can travel with data. */
  bundleAck(): Acknowledgement | null {
    if (this.#unackedPackets === 0) return null;
    this.stopAckTimer();
    return this.takeAck();
  }

  /** An acknowledgement that was lost: the next one says it too. */
  returnAck({ sizeBytes }: Acknowledgement): void {
    this.#unackedBytes += sizeBytes;
    this.#unackedPackets = Math.max(1, this.#unackedPackets);
  }
}

export function packetsIn(sizeBytes: number): number {
  return Math.max(1, Math.ceil(sizeBytes / PACKET_BYTES));
}
