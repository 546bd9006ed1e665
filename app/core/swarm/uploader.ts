/**
 * Answers requests: refuses what it cannot or should not give, queues the rest, and sends as much at a time as the
 * uplink carries without a queue. Each request is answered by exactly one block or reject.
 */
import type { PeerId, TrackId } from "../ids.ts";
import { pieceInfo } from "../manifest/manifest.ts";
import type { Cancel } from "../ports.ts";
import {
  BLOCK_BYTES,
  BULK_BUFFER_BYTES,
  CROWD,
  MAX_PIECE_READS,
  MAX_QUEUED_BLOCKS_PER_PEER,
  ORIGIN_REPEAT_BYTES,
  ORIGIN_REPEAT_SHARE,
  RARITY_PATIENCE_MS,
  UPLINK_ASSUMED_BYTES_PER_MS,
  UPLOAD_BACKLOG_MS,
  URGENT_BACKLOG_MIN_BYTES,
  URGENT_BACKLOG_MS,
} from "../tunables.ts";
import type { PeerMessage } from "../wire/messages.ts";
import { blocksOf, isAligned } from "./block-run.ts";
import type { SwarmContext } from "./context.ts";
import type { Neighbour } from "./neighbour.ts";
import type { PieceReading } from "./piece-keeper.ts";
import { headIndex } from "./playback-window.ts";
import { TokenBucket } from "../token-bucket.ts";
import type { TrackState } from "./track-state.ts";
import { UploadPacer } from "./upload-pacer.ts";
import { UploadQueue } from "./upload-queue.ts";
import type { BlockAddress, QueuedBlock, Serving } from "./upload-queue.ts";

type BlockRequest = Extract<PeerMessage, { type: "request" }>;

export class Uploader {
  readonly #context: SwarmContext;
  /** A piece turned out to be gone or damaged. */
  readonly #onLost: (track: TrackState, index: number, reading: PieceReading) => void;
  readonly #queue = new UploadQueue();
  readonly #pacer = new UploadPacer();
  readonly #reading = new Set<string>();
  readonly #serving: Serving = {
    hasRoom: (urgent) => this.#hasRoom(urgent),
    isReady: (block) => this.#isReady(block),
    rank: (block, nowMs) => this.#rank(block, nowMs),
  };
  #isEnabled = true;
  /** The listener's own limit; null for none. One block deep, so that it is kept from the first second. */
  #cap: TokenBucket | null = null;
  /** What the origin may spend on urgent pieces that others were given already. */
  readonly #repeats = new TokenBucket(UPLINK_ASSUMED_BYTES_PER_MS * ORIGIN_REPEAT_SHARE, ORIGIN_REPEAT_BYTES);
  #cancelTimer: Cancel | null = null;

  constructor(context: SwarmContext, onLost: (track: TrackState, index: number, reading: PieceReading) => void) {
    this.#context = context;
    this.#onLost = onLost;
  }

  get isEnabled(): boolean {
    return this.#isEnabled;
  }

  get isIdle(): boolean {
    return this.#pacer.inFlightBytes === 0 && this.#queue.isEmpty;
  }

  /** The most that the uplink was seen to carry, bytes per ms; 0 before any upload. */
  get uplinkBytesPerMs(): number {
    return this.#pacer.uplinkBytesPerMs;
  }

  hasUrgent(peerId: PeerId): boolean {
    return this.#queue.hasUrgent(peerId);
  }

  configure(options: { readonly enabled: boolean; readonly capBytesPerSecond: number | null }): void {
    this.#isEnabled = options.enabled;
    this.#cap = options.capBytesPerSecond === null ? null : new TokenBucket(options.capBytesPerSecond / 1000, BLOCK_BYTES);
    if (!options.enabled) this.#rejectWhere(() => true);
    this.pump();
  }

  receiveRequest(neighbour: Neighbour, request: BlockRequest): void {
    const { trackId, index, offset, length } = request;
    if (this.#queueRequest(neighbour, request)) this.pump();
    else this.#context.send(neighbour, { type: "reject", trackId, index, offset, length });
  }

  /**
   * As if it had asked for every block of the piece that plays there. Returns how to answer, once the manifest is on its
   * way; null where others come first, and it does better to ask elsewhere for both.
   */
  receiveHeadRequest(neighbour: Neighbour, track: TrackState, headMs: number): (() => void) | null {
    if (!track.manifest) return () => {};
    const { trackId } = track;
    const index = headIndex(track.manifest, headMs);
    const length = track.sizeBytes(index);
    if (this.#queueRequest(neighbour, { type: "request", trackId, index, offset: 0, length, urgent: true }))
      return () => this.pump();
    if (this.#isEnabled && track.held.has(index) && this.#context.neighbours.size >= CROWD) return null;
    return () => this.#context.send(neighbour, { type: "reject", trackId, index, offset: 0, length });
  }

  receiveCancel(neighbour: Neighbour, { trackId, index, offset, length }: Extract<PeerMessage, { type: "cancel" }>): void {
    const address: BlockAddress = { trackId, index, offset, length };
    if (!this.#queue.remove(neighbour.peerId, address)) return; // it is on its way already
    this.#context.tracks.get(trackId)?.giving.forget(neighbour.peerId, index);
    this.#context.send(neighbour, { type: "reject", ...address });
  }

  /** A block of ours came in. */
  receiveReport(neighbour: Neighbour, delayMs: number): void {
    this.#pacer.reported(neighbour.peerId, delayMs, this.#context.clock.nowMs());
    this.pump();
  }

  /** What was queued for a peer before it was choked, apart from urgent blocks. */
  choked(peerId: PeerId): void {
    this.#rejectWhere((block) => block.peerId === peerId && !block.urgent);
  }

  drop(peerId: PeerId): void {
    this.#queue.forget(peerId);
    this.#pacer.forget(peerId);
    this.#forgetGiven(peerId);
    this.pump();
  }

  /** The track is not of the jam any more. */
  abandon(trackId: TrackId): void {
    this.#rejectWhere((block) => block.trackId === trackId);
  }

  expire(nowMs: number): void {
    // Who does not even report will not pass anything on.
    for (const peerId of this.#pacer.expire(nowMs)) this.#forgetGiven(peerId);
    this.pump();
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  /** Sends what may be sent now. */
  pump(): void {
    if (!this.#context.isRunning) return;
    for (;;) {
      const nowMs = this.#context.clock.nowMs();
      const waitMs = this.#cap?.waitMs(BLOCK_BYTES, nowMs) ?? 0;
      if (waitMs > 0) {
        this.#pumpIn(waitMs);
        return;
      }
      const block = this.#queue.next(this.#serving, nowMs);
      if (!block) {
        this.#pumpIn(this.#roomInMs(nowMs));
        return;
      }
      const bytes = this.#context.keeper.peek(block.trackId, block.index);
      if (bytes) this.#sendBlock(block, bytes, nowMs);
      else this.#read(block.trackId, block.index);
    }
  }

  #hasRoom(urgent: boolean): boolean {
    return this.#pacer.waitMs(urgent, this.#context.clock.nowMs()) === 0;
  }

  /** When there is room for something for which there is none now; Infinity where that is up to others. */
  #roomInMs(nowMs: number): number {
    const urgentMs = this.#queue.urgentBytes > 0 ? this.#pacer.waitMs(true, nowMs) : 0;
    return urgentMs || this.#pacer.waitMs(false, nowMs) || Infinity;
  }

  #isReady({ peerId, trackId, index }: QueuedBlock): boolean {
    if (this.#pacer.isStalled(peerId)) return false;
    if (this.#context.links.bufferedBytes(peerId) > BULK_BUFFER_BYTES) return false;
    if (this.#context.keeper.peek(trackId, index)) return true;
    return this.#reading.size < MAX_PIECE_READS && !this.#reading.has(`${trackId}/${index}`);
  }

  /** What the fewest others can give goes first, and so the swarm's uplinks have something to do; with time, anything. */
  #rank({ trackId, index, sinceMs }: QueuedBlock, nowMs: number): number {
    const copies = this.#context.tracks.get(trackId)?.availability(index) ?? 0;
    return copies - (nowMs - sinceMs) / RARITY_PATIENCE_MS;
  }

  /** Queues what is asked for; false where it is not to be served. */
  #queueRequest(neighbour: Neighbour, request: BlockRequest): boolean {
    const { trackId, index, offset, length, urgent } = request;
    const { peerId } = neighbour;
    const track = this.#context.tracks.get(trackId);
    if (!track || !this.#mayServe(neighbour, track, request)) return false;
    // The rest of a piece has the place in the line that its beginning had: half of it is of no use to anybody.
    const sinceMs = track.giving.takenMs(index, peerId) ?? this.#context.clock.nowMs();
    for (const block of blocksOf({ peerId, trackId, index, offset, length, urgent, sinceMs })) this.#queue.add(block);
    return true;
  }

  #mayServe(neighbour: Neighbour, track: TrackState, request: BlockRequest): boolean {
    const { index, length, urgent } = request;
    const { peerId } = neighbour;
    if (!this.#isEnabled || !track.held.has(index)) return false;
    if (!urgent && !neighbour.isUnchoked) return false;
    if (!isAligned(request, track.sizeBytes(index))) return false;
    if (this.#queue.countFor(peerId) + length / BLOCK_BYTES > MAX_QUEUED_BLOCKS_PER_PEER) return false;
    return this.#mayGive(track, neighbour, request);
  }

  /**
   * The origin gives what is not urgent to one peer, who passes it on; and of what is urgent, so much more than once
   * that first copies still come first. Any peer with more requests than it can serve in time gives the piece to one
   * first: the others get it sooner from that one than from the end of the queue.
   */
  #mayGive(track: TrackState, { peerId, uploads }: Neighbour, { index, length, urgent }: BlockRequest): boolean {
    const nowMs = this.#context.clock.nowMs();
    const isOrigin = track.originId === this.#context.selfId;
    // Who passes nothing on gets it from those who do, if there are any.
    if (isOrigin && !urgent && !uploads && this.#hasTakers(track.trackId)) return false;
    const isRepeat = track.giving.isRepeat(index, peerId, nowMs);
    if (isRepeat && !track.giving.hasTaken(index, peerId)) {
      if (!urgent && (isOrigin || this.#isOverloaded())) return false;
      if (urgent && (this.#isUrgentOverloaded() || (isOrigin && this.#repeats.waitMs(length, nowMs) > 0))) {
        // Who is refused gets it from whoever is being given it: so that one needs it as urgently.
        this.#queue.hasten(track.trackId, index);
        return false;
      }
    }
    if (isOrigin && !urgent && this.#context.neighbours.size >= CROWD) {
      // The others have it by now. Who cannot get it from them may have been banned by them, and for a reason.
      if (track.giving.isKnown(index, peerId) && track.giving.hasMoreThanItsShare(peerId)) return false;
      if (!track.giving.hasTaken(index, peerId) && track.giving.passesTooLittleOn(peerId, nowMs)) return false;
    }
    if (isRepeat && isOrigin) this.#repeats.spend(length, nowMs);
    if (uploads) track.giving.take(index, peerId, nowMs, isOrigin && !urgent);
    return true;
  }

  /** Somebody wants the track and will pass it on. */
  #hasTakers(trackId: TrackId): boolean {
    for (const { uploads, tracks } of this.#context.neighbours.values())
      if (uploads && tracks.get(trackId)?.wantsOurs) return true;
    return false;
  }

  /** More waits than the uplink carries before others could pass it on, while the uplinks of those wait for requests. */
  #isOverloaded(): boolean {
    return this.#queue.bytes > (this.uplinkBytesPerMs || UPLINK_ASSUMED_BYTES_PER_MS) * UPLOAD_BACKLOG_MS;
  }

  /** More that is urgent is under way, or waits, than can be there in time. */
  #isUrgentOverloaded(): boolean {
    const capacityBytes = (this.uplinkBytesPerMs || UPLINK_ASSUMED_BYTES_PER_MS) * URGENT_BACKLOG_MS;
    return this.#pacer.inFlightUrgentBytes + this.#queue.urgentBytes > Math.max(URGENT_BACKLOG_MIN_BYTES, capacityBytes);
  }

  #sendBlock(block: QueuedBlock, piece: Uint8Array, nowMs: number): void {
    const { peerId, trackId, index, offset, length, urgent } = block;
    this.#queue.served(block);
    const neighbour = this.#context.neighbours.get(peerId);
    if (!neighbour) return;
    this.#pacer.sent(peerId, { sizeBytes: length, sentMs: nowMs, urgent });
    this.#cap?.spend(length, nowMs);
    neighbour.bytesSent += length;
    const track = this.#context.tracks.get(trackId);
    if (track) track.counters.bytesUploaded += length;
    const bytes = piece.subarray(offset, offset + length);
    this.#context.send(neighbour, { type: "block", trackId, index, offset, sentMs: Math.floor(nowMs) >>> 0, bytes });
  }

  #read(trackId: TrackId, index: number): void {
    const track = this.#context.tracks.get(trackId);
    const info = track?.manifest ? pieceInfo(track.manifest, index) : null;
    if (!track || !info) throw new Error(`queued a block of piece ${index} of a track without it`);
    const key = `${trackId}/${index}`;
    this.#reading.add(key);
    void this.#context.keeper.read(trackId, index, info.sha256).then((reading) => {
      this.#reading.delete(key);
      if (!this.#context.isRunning) return;
      if (reading.kind !== "read") {
        this.#rejectWhere((block) => block.trackId === trackId && block.index === index);
        this.#onLost(track, index, reading);
      }
      this.pump();
    });
  }

  #forgetGiven(peerId: PeerId): void {
    for (const track of this.#context.tracks.values()) track.giving.forget(peerId);
  }

  #rejectWhere(matches: (block: QueuedBlock) => boolean): void {
    for (const { peerId, trackId, index, offset, length } of this.#queue.removeWhere(matches)) {
      const neighbour = this.#context.neighbours.get(peerId);
      if (neighbour) this.#context.send(neighbour, { type: "reject", trackId, index, offset, length });
    }
  }

  #pumpIn(delayMs: number): void {
    if (this.#cancelTimer || this.#queue.isEmpty || delayMs === Infinity) return;
    const dueMs = this.#context.clock.nowMs() + delayMs;
    this.#cancelTimer = this.#context.clock.schedule(delayMs, () => {
      this.#cancelTimer = null;
      this.#pacer.timerRang(this.#context.clock.nowMs() - dueMs);
      this.pump();
    });
  }
}
