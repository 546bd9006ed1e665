/**
 * The two lanes of a link as data channels. Both must be open before anything is told or sent: what comes early on one
 * is kept until then.
 */
import { BULK_LOW_WATER_BYTES } from "../../core/index.ts";
import type { Lane } from "../../core/index.ts";

export interface LanesOutlet {
  opened(): void;
  message(lane: Lane, bytes: Uint8Array): void;
  drained(): void;
  /** A lane closed, or carried what no lane carries: the link is of no use any more. */
  broken(reason: string): void;
}

/** SCTP stream ids. Negotiated channels: announced ones can lose the answerer's first message. */
const LANE_IDS: Readonly<Record<Lane, number>> = { control: 0, bulk: 1 };

/**
 * Browsers put at most four packets on the wire for each call of `send`, and as many for each acknowledgement that comes
 * back, whatever the congestion window allows (dcSCTP's max_burst, after RFC 9260, 6.1 D): on a quiet link a block of
 * 16 KiB takes two round trips more than it needs. An empty message behind it is a call as well, and sends four more.
 */
const BURST_BYTES = 4600;
const NUDGE = new Uint8Array(0);

export class Lanes {
  readonly #channels: Readonly<Record<Lane, RTCDataChannel>>;
  readonly #outlet: LanesOutlet;
  #isOpen = false;
  #early: (readonly [Lane, Uint8Array])[] = [];

  constructor(connection: RTCPeerConnection, outlet: LanesOutlet) {
    this.#outlet = outlet;
    this.#channels = { control: this.#openLane(connection, "control"), bulk: this.#openLane(connection, "bulk") };
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Bytes that wait on the bulk lane. */
  get bufferedBytes(): number {
    return this.#channels.bulk.bufferedAmount;
  }

  /** @throws DOMException when the channel is closing, or its queue is full (16 MiB in Chromium). */
  send(lane: Lane, bytes: Uint8Array): void {
    const channel = this.#channels[lane];
    channel.send(withOwnBuffer(bytes));
    for (let sentBytes = BURST_BYTES; sentBytes < bytes.byteLength; sentBytes += BURST_BYTES) channel.send(NUDGE);
  }

  /** Tells nothing from now on; the channels end with their connection. */
  silence(): void {
    for (const channel of Object.values(this.#channels))
      channel.onopen = channel.onclose = channel.onmessage = channel.onbufferedamountlow = null;
  }

  #openLane(connection: RTCPeerConnection, lane: Lane): RTCDataChannel {
    const channel = connection.createDataChannel(lane, { negotiated: true, id: LANE_IDS[lane] });
    channel.binaryType = "arraybuffer";
    channel.onopen = () => this.#laneOpened();
    channel.onclose = () => this.#outlet.broken("closed by the peer");
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (!(data instanceof ArrayBuffer)) return this.#outlet.broken("the peer sent text");
      if (data.byteLength === 0) return; // a nudge: it has done its work
      if (this.#isOpen) this.#outlet.message(lane, new Uint8Array(data));
      else this.#early.push([lane, new Uint8Array(data)]);
    };
    if (lane === "bulk") {
      channel.bufferedAmountLowThreshold = BULK_LOW_WATER_BYTES;
      channel.onbufferedamountlow = () => this.#outlet.drained();
    }
    return channel;
  }

  #laneOpened(): void {
    if (Object.values(this.#channels).some(({ readyState }) => readyState !== "open")) return;
    this.#isOpen = true;
    this.#outlet.opened();
    for (const [lane, bytes] of this.#early) this.#outlet.message(lane, bytes);
    this.#early = [];
  }
}

/** Channels take no shared memory; everything else goes in as it is, and is copied by the browser at once. */
function withOwnBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : bytes.slice();
}
