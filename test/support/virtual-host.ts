/** A peer on the virtual network, and its links: data that the network moves about. */
import type { Lane, PeerId } from "../../app/core/index.ts";
import type { Line } from "./virtual-line.ts";
import { PipeState } from "./virtual-pipe.ts";

export interface Connection {
  readonly upBytesPerMs: number;
  readonly downBytesPerMs: number;
  /** To anyone else, one way: half of it is spent at each end. */
  readonly latencyMs: number;
  /** What one packet may take longer than another, ms; 0 by default. */
  readonly jitterMs?: number;
  /** Share of the packets, sent or on their way here, that get lost, 0…1; 0 by default. */
  readonly lossShare?: number;
  /** Where the uplink's queue ends (drop-tail), ms of its rate; without end by default. */
  readonly queueMs?: number;
}

/** 5 Mbit/s up, 20 Mbit/s down, 84 ms round trip: the home link of the benches. */
export const HOME: Connection = { upBytesPerMs: 625, downBytesPerMs: 2500, latencyMs: 42 };

export interface NetworkReceiver {
  opened(peerId: PeerId): void;
  closed(peerId: PeerId): void;
  receive(peerId: PeerId, lane: Lane, bytes: Uint8Array): void;
  drained(peerId: PeerId): void;
}

export interface Host {
  readonly peerId: PeerId;
  readonly receiver: NetworkReceiver;
  readonly connection: Connection;
  readonly up: Line;
  readonly down: Line;
  readonly pipes: Map<PeerId, Pipe>;
  /** Swallows whatever it should send, as a suspended phone does. */
  isSilent: boolean;
  isGone: boolean;
  /** Hosts on different sides cannot reach each other. */
  side: number;
}

/** One direction of one link. */
export class Pipe extends PipeState {
  readonly from: Host;
  readonly to: Host;
  /** One way without jitter. */
  readonly latencyMs: number;
  readonly jitterMs: number;
  readonly lossShare: number;
  /** The other direction. */
  back: Pipe | null = null;
  isOpen = true;

  constructor(from: Host, to: Host) {
    super();
    this.from = from;
    this.to = to;
    this.latencyMs = (from.connection.latencyMs + to.connection.latencyMs) / 2;
    this.jitterMs = (from.connection.jitterMs ?? 0) + (to.connection.jitterMs ?? 0);
    this.lossShare = 1 - (1 - (from.connection.lossShare ?? 0)) * (1 - (to.connection.lossShare ?? 0));
  }

  get isCut(): boolean {
    return this.from.side !== this.to.side;
  }
}
