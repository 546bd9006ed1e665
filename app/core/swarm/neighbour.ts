/** One open link and what is known of the peer at its other end. Data with its own invariants; decides nothing. */
import type { PeerId, TrackId } from "../ids.ts";
import type { Bitfield } from "../manifest/bitfield.ts";
import {
  INITIAL_LINK_BYTES_PER_MS,
  INITIAL_LINK_RTT_MS,
  LINK_RATE_TIME_CONSTANT_MS,
  OUTSTANDING_URGENT_EXTRA_BYTES,
  PEER_RATE_TIME_CONSTANT_MS,
  REFUSED_RETRY_MS,
  REFUSED_URGENT_RETRY_MS,
} from "../tunables.ts";
import { LinkCodec } from "../wire/codec.ts";
import type { PickLink } from "./block-picker.ts";
import type { HeadStart } from "./head-start.ts";
import { outstandingBudgetBytes } from "./link-budget.ts";
import { RateMeter } from "./rate-meter.ts";
import { LatencyEstimate } from "./request-timeouts.ts";

/** A block that was asked for. */
export interface BlockAsk {
  readonly trackId: TrackId;
  readonly index: number;
  readonly offset: number;
  readonly length: number;
  readonly urgent: boolean;
  readonly askedMs: number;
}

/** A block that was asked for and not yet answered. */
export interface AskedBlock extends BlockAsk {
  /** Cancelled or given up: nobody waits for it, but it may still come. */
  isReleased: boolean;
  /** Answers to come: every request gets its own, those that were cancelled and asked again included. */
  answersDue: number;
}

/** What the two of us have told each other about one track. */
export interface RemoteTrack {
  /** It is interested: it gets our `have`s. */
  wantsOurs: boolean;
  /** We are interested. */
  isWanted: boolean;
  /** What it serves; null until its bitfield is here and can be read. */
  bits: Bitfield | null;
  /** What came before the manifest did, without which it cannot be checked. */
  unread: { bits: Uint8Array; readonly haves: Set<number> } | null;
  /** `bits` are counted in the track's availability. */
  isCounted: boolean;
  manifestBytesServed: number;
  /** When it refused to serve a piece for now, by index. */
  refusedMs: Map<number, number> | null;
}

export function blockKey(trackId: TrackId, index: number, offset: number): string {
  return `${trackId}/${index}/${offset}`;
}

export class Neighbour {
  readonly peerId: PeerId;
  readonly codec = new LinkCodec();
  readonly latency = new LatencyEstimate();
  /** What it gives us, for the choker. */
  readonly givesMeter = new RateMeter(PEER_RATE_TIME_CONSTANT_MS);
  readonly tracks = new Map<TrackId, RemoteTrack>();
  readonly asked = new Map<string, AskedBlock>();
  bytesSent = 0;
  bytesReceived = 0;
  /** It serves at all. Assumed until its hello says otherwise. */
  uploads = true;
  isChokingUs = true;
  /** Since when it has choked us. */
  chokedMs: number;
  isUnchoked = false;
  /** It let requests time out, and nothing has come since. */
  isSnubbed = false;
  /** What it was asked for together with the manifest. */
  headStart: HeadStart | null = null;
  /** Last block or answer. */
  progressMs: number;
  #outstandingBytes = 0;
  #outstandingUrgentBytes = 0;
  /** Rate of the link while it owes us something, on a clock that runs only then. */
  readonly #busyMeter = new RateMeter(LINK_RATE_TIME_CONSTANT_MS);
  #busyMs = 0;
  #busySinceMs: number | null = null;
  /** What the meter said, and when by that clock: while that stands still and nothing comes, it says the same. */
  #measuredBytesPerMs = 0;
  #measuredAtMs: number | null = null;
  readonly #pickLink: PickedLink;

  constructor(peerId: PeerId, nowMs: number) {
    this.peerId = peerId;
    this.chokedMs = nowMs;
    this.progressMs = nowMs;
    this.#pickLink = new PickedLink(this);
  }

  track(trackId: TrackId): RemoteTrack {
    let remote = this.tracks.get(trackId);
    if (!remote) {
      remote = {
        wantsOurs: false,
        isWanted: false,
        bits: null,
        unread: null,
        isCounted: false,
        manifestBytesServed: 0,
        refusedMs: null,
      };
      this.tracks.set(trackId, remote);
    }
    return remote;
  }

  get outstandingBytes(): number {
    return this.#outstandingBytes;
  }

  ask(block: BlockAsk): void {
    const key = blockKey(block.trackId, block.index, block.offset);
    this.asked.set(key, { ...block, isReleased: false, answersDue: (this.asked.get(key)?.answersDue ?? 0) + 1 });
    if (this.#busySinceMs === null) {
      this.#busySinceMs = block.askedMs;
      this.#busyMeter.start(this.#busyMs);
      this.#measuredAtMs = null;
    }
    this.#outstandingBytes += block.length;
    if (block.urgent) this.#outstandingUrgentBytes += block.length;
  }

  /** One answer, of whatever kind, to what was asked; returns whether it was the last one due. */
  settle(block: AskedBlock): boolean {
    block.answersDue--;
    if (block.answersDue === 0) this.asked.delete(blockKey(block.trackId, block.index, block.offset));
    return block.answersDue === 0;
  }

  /** Nobody waits for the block any more. */
  release(block: AskedBlock, nowMs: number): void {
    if (block.isReleased) return;
    block.isReleased = true;
    this.#outstandingBytes -= block.length;
    if (block.urgent) this.#outstandingUrgentBytes -= block.length;
    if (this.#outstandingBytes > 0 || this.#busySinceMs === null) return;
    this.#busyMs += nowMs - this.#busySinceMs;
    this.#busySinceMs = null;
  }

  /** The block came. */
  received(block: AskedBlock, nowMs: number): void {
    this.settle(block);
    this.bytesReceived += block.length;
    this.progressMs = nowMs;
    this.isSnubbed = false;
    this.latency.add(nowMs - block.askedMs);
    this.givesMeter.add(nowMs, block.length);
    this.#busyMeter.add(this.#busyMsAt(nowMs), block.length);
    this.#measuredAtMs = null;
    this.release(block, nowMs);
  }

  /** It will not serve the piece for now. */
  refused(trackId: TrackId, index: number, nowMs: number): void {
    (this.track(trackId).refusedMs ??= new Map()).set(index, nowMs);
  }

  /** It has the piece after all. */
  forgetRefusal(trackId: TrackId, index: number): void {
    this.tracks.get(trackId)?.refusedMs?.delete(index);
  }

  forgetRefusals(): void {
    for (const remote of this.tracks.values()) remote.refusedMs = null;
  }

  /** It said that it holds something of the track, and so its manifest. */
  hasSome(trackId: TrackId): boolean {
    const { bits = null, unread = null } = this.tracks.get(trackId) ?? {};
    return (bits?.count ?? 0) > 0 || (unread !== null && (unread.bits.length > 0 || unread.haves.size > 0));
  }

  serves(trackId: TrackId, index: number, urgent: boolean, nowMs: number): boolean {
    return this.servesOf(this.tracks.get(trackId), index, urgent, nowMs);
  }

  servesOf(remote: RemoteTrack | undefined, index: number, urgent: boolean, nowMs: number): boolean {
    if (!this.uploads || !remote?.bits?.has(index)) return false;
    const refusedMs = remote.refusedMs?.get(index);
    return refusedMs === undefined || nowMs - refusedMs >= (urgent ? REFUSED_URGENT_RETRY_MS : REFUSED_RETRY_MS);
  }

  servesSome(trackId: TrackId): boolean {
    return this.uploads && !this.isSnubbed && (this.tracks.get(trackId)?.bits?.count ?? 0) > 0;
  }

  /** As the picker sees it now; the next call changes what the last one returned. */
  toPickLink(nowMs: number): PickLink {
    const measured = this.#measure(this.#busyMsAt(nowMs));
    const link = this.#pickLink;
    link.nowMs = nowMs;
    link.roomBytes = outstandingBudgetBytes({ bytesPerMs: measured, isSnubbed: this.isSnubbed }) - this.#outstandingBytes;
    link.urgentRoomBytes = link.roomBytes + (this.isSnubbed ? 0 : OUTSTANDING_URGENT_EXTRA_BYTES);
    link.isChoking = this.isChokingUs;
    link.bytesPerMs = measured || INITIAL_LINK_BYTES_PER_MS;
    link.isMeasured = measured > 0;
    link.outstandingBytes = this.#outstandingBytes;
    link.outstandingUrgentBytes = this.#outstandingUrgentBytes;
    return link;
  }

  #busyMsAt(nowMs: number): number {
    return this.#busyMs + (this.#busySinceMs === null ? 0 : nowMs - this.#busySinceMs);
  }

  /** Bytes per ms; 0 before anything came. */
  #measure(busyMs: number): number {
    if (busyMs !== this.#measuredAtMs) {
      this.#measuredBytesPerMs = this.#busyMeter.bytesPerMs(busyMs);
      this.#measuredAtMs = busyMs;
    }
    return this.#measuredBytesPerMs;
  }
}

/** One object per link and not one per pick: a peer with 20 links picks hundreds of times a second. */
class PickedLink implements PickLink {
  readonly peerId: PeerId;
  nowMs = 0;
  roomBytes = 0;
  urgentRoomBytes = 0;
  isChoking = true;
  bytesPerMs = 0;
  isMeasured = false;
  outstandingBytes = 0;
  outstandingUrgentBytes = 0;
  readonly #neighbour: Neighbour;
  /** The track that was asked about last: mostly it is the same again. */
  #trackId: TrackId | null = null;
  #remote: RemoteTrack | undefined;

  constructor(neighbour: Neighbour) {
    this.peerId = neighbour.peerId;
    this.#neighbour = neighbour;
  }

  get rttMs(): number {
    return this.#neighbour.latency.lowestMs ?? INITIAL_LINK_RTT_MS;
  }

  servesSome(trackId: TrackId): boolean {
    return this.#neighbour.servesSome(trackId);
  }

  hasAny(trackId: TrackId, pieces: Bitfield): boolean {
    return this.#remoteOf(trackId)?.bits?.intersects(pieces) ?? false;
  }

  serves(trackId: TrackId, index: number, urgent: boolean): boolean {
    return this.#neighbour.servesOf(this.#remoteOf(trackId), index, urgent, this.nowMs);
  }

  #remoteOf(trackId: TrackId): RemoteTrack | undefined {
    if (trackId !== this.#trackId || !this.#remote) {
      this.#trackId = trackId;
      this.#remote = this.#neighbour.tracks.get(trackId);
    }
    return this.#remote;
  }
}
