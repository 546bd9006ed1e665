/**
 * Fetches manifests from peers by track id, in parts of 16 KiB, and serves them. What arrives counts only if it hashes
 * to the id (compare BEP 9). One peer is asked at a time, and the origin besides, since it is sure to have it.
 */
import { ProtocolError } from "../errors.ts";
import type { PeerId, TrackId } from "../ids.ts";
import { trackIdOf } from "../manifest/manifest.ts";
import {
  BLOCK_BYTES,
  MANIFEST_PIPELINE_PARTS,
  MANIFEST_RETRY_MS,
  MANIFEST_TIMEOUT_MS,
  MAX_MANIFEST_SERVINGS,
} from "../tunables.ts";
import type { PeerMessage } from "../wire/messages.ts";
import type { SwarmContext } from "./context.ts";
import { HeadStart } from "./head-start.ts";
import type { Neighbour } from "./neighbour.ts";
import type { TrackState } from "./track-state.ts";

type ManifestPart = Extract<PeerMessage, { type: "manifest-part" }>;
type ManifestRequest = Extract<PeerMessage, { type: "manifest-request" }>;

export interface ManifestExchangeOptions {
  readonly onManifest: (track: TrackState) => void;
  /** Where the playhead is in a track; null where it isn't. */
  readonly headMs: (trackId: TrackId) => number | null;
  /**
   * The manifest can be had, and the piece that plays at `headMs` is wanted as well. Returns how to answer after it; null
   * where others come first.
   */
  readonly onHeadWanted: (neighbour: Neighbour, track: TrackState, headMs: number) => (() => void) | null;
  /** The manifest was refused, and with it what was asked for besides. */
  readonly onHeadRefused: (neighbour: Neighbour, trackId: TrackId) => void;
}

/** One peer that is being asked for one manifest. */
interface Attempt {
  /** Null until the first part tells the size. */
  bytes: Uint8Array | null;
  receivedBytes: number;
  /** Offset of the next part to ask for. */
  nextOffset: number;
  progressMs: number;
}

/** Peers asked for one manifest at a time. */
const MAX_ATTEMPTS = 3;

export class ManifestExchange {
  readonly #context: SwarmContext;
  readonly #options: ManifestExchangeOptions;
  readonly #attempts = new Map<TrackId, Map<PeerId, Attempt>>();
  /** Who had nothing to give, and when: asked again later. */
  readonly #failedMs = new Map<TrackId, Map<PeerId, number>>();
  /** Requests for manifests that the store, or a peer, is still being asked for. */
  #deferred: { readonly neighbour: Neighbour; readonly request: ManifestRequest }[] = [];

  constructor(context: SwarmContext, options: ManifestExchangeOptions) {
    this.#context = context;
    this.#options = options;
  }

  get isIdle(): boolean {
    return this.#attempts.size === 0;
  }

  /** Asks whoever can be asked now. */
  fetch(track: TrackState): void {
    if (track.manifest || !track.isWanted) return this.abandon(track.trackId);
    const attempts = this.#attempts.get(track.trackId) ?? new Map<PeerId, Attempt>();
    const nowMs = this.#context.clock.nowMs();
    const candidates = [...this.#context.neighbours.values()].filter(
      ({ peerId }) =>
        !attempts.has(peerId) && nowMs - (this.#failedMs.get(track.trackId)?.get(peerId) ?? -Infinity) >= MANIFEST_RETRY_MS,
    );
    const chosen =
      candidates.find(({ peerId }) => peerId === track.originId) ??
      (attempts.size > 0 ? undefined : (candidates.find((candidate) => candidate.hasSome(track.trackId)) ?? candidates[0]));
    if (!chosen) return;
    this.#ask(track, chosen, attempts);
  }

  /** It has the manifest, whatever it said before. Who is asked already may only hope to get it. */
  isAt(track: TrackState, neighbour: Neighbour): void {
    this.#failedMs.get(track.trackId)?.delete(neighbour.peerId);
    const attempts = this.#attempts.get(track.trackId);
    if (!attempts) this.fetch(track);
    else if (attempts.size < MAX_ATTEMPTS && !attempts.has(neighbour.peerId) && ![...attempts.values()].some(hasBegun))
      this.#ask(track, neighbour, attempts);
  }

  #ask(track: TrackState, neighbour: Neighbour, attempts: Map<PeerId, Attempt>): void {
    const nowMs = this.#context.clock.nowMs();
    const { trackId } = track;
    // One peer only is asked for the first piece too, or it would come twice; and one that should have it.
    const isHeadAsked = [...attempts.keys()].some(
      (peerId) => this.#context.neighbours.get(peerId)?.headStart?.trackId === trackId,
    );
    const mayHaveHead = neighbour.peerId === track.originId || neighbour.hasSome(trackId);
    // What it still owes of another start could not be told from what it owes of this one.
    const isOwing = neighbour.headStart !== null && neighbour.headStart.index === null;
    const headMs = isHeadAsked || isOwing || !mayHaveHead ? null : this.#options.headMs(trackId);
    this.#attempts.set(trackId, attempts);
    attempts.set(neighbour.peerId, { bytes: null, receivedBytes: 0, nextOffset: BLOCK_BYTES, progressMs: nowMs });
    if (headMs !== null) neighbour.headStart = new HeadStart(trackId, headMs, nowMs);
    this.#context.send(neighbour, { type: "manifest-request", trackId, offset: 0, headMs });
  }

  /** @throws ProtocolError for a part of the wrong size. */
  receivePart(neighbour: Neighbour, part: ManifestPart): void {
    const track = this.#context.tracks.get(part.trackId);
    const attempt = this.#attempts.get(part.trackId)?.get(neighbour.peerId);
    if (!track || !attempt) return; // of an attempt that was given up, or that another peer has won
    if (part.offset !== attempt.receivedBytes) return; // of an earlier attempt with the same peer
    attempt.bytes ??= new Uint8Array(part.totalBytes);
    const { bytes } = attempt;
    const expectedBytes = Math.min(BLOCK_BYTES, bytes.byteLength - attempt.receivedBytes);
    if (part.totalBytes !== bytes.byteLength || part.bytes.byteLength !== expectedBytes)
      throw new ProtocolError(
        "invalid-message",
        `manifest part of ${part.bytes.byteLength} bytes at ${part.offset}, expected ${expectedBytes}`,
      );
    bytes.set(part.bytes, part.offset);
    attempt.receivedBytes += part.bytes.byteLength;
    attempt.progressMs = this.#context.clock.nowMs();
    if (attempt.receivedBytes === bytes.byteLength) {
      void this.#verify(track, neighbour.peerId, bytes);
      return;
    }
    while (
      attempt.nextOffset < bytes.byteLength &&
      attempt.nextOffset < attempt.receivedBytes + MANIFEST_PIPELINE_PARTS * BLOCK_BYTES
    ) {
      this.#context.send(neighbour, {
        type: "manifest-request",
        trackId: part.trackId,
        offset: attempt.nextOffset,
        headMs: null,
      });
      attempt.nextOffset += BLOCK_BYTES;
    }
  }

  receiveReject(neighbour: Neighbour, trackId: TrackId): void {
    const track = this.#context.tracks.get(trackId);
    this.#options.onHeadRefused(neighbour, trackId);
    if (track && this.#attempts.get(trackId)?.has(neighbour.peerId)) this.#failed(track, neighbour.peerId);
  }

  receiveRequest(neighbour: Neighbour, request: ManifestRequest): void {
    const { trackId, offset, headMs } = request;
    const track = this.#context.tracks.get(trackId);
    // Who is just getting it is soon who has it.
    if (track?.isLoading || (track && this.#attempts.has(trackId))) {
      if (this.#deferred.length < MANIFEST_PIPELINE_PARTS * this.#context.neighbours.size)
        this.#deferred.push({ neighbour, request });
      return;
    }
    const bytes = track?.manifestBytes;
    const remote = neighbour.track(trackId);
    if (!bytes || offset >= bytes.byteLength || remote.manifestBytesServed >= MAX_MANIFEST_SERVINGS * bytes.byteLength)
      return this.#context.send(neighbour, { type: "manifest-reject", trackId });
    // A crowd's manifests would go before the first pieces of all (20 times 4 KB: 0.15 s of a home's uplink).
    const answerHead = track && headMs !== null ? this.#options.onHeadWanted(neighbour, track, headMs) : () => {};
    if (!answerHead) return this.#context.send(neighbour, { type: "manifest-reject", trackId });
    const part = bytes.slice(offset, offset + BLOCK_BYTES);
    remote.manifestBytesServed += part.byteLength;
    this.#context.send(neighbour, { type: "manifest-part", trackId, offset, totalBytes: bytes.byteLength, bytes: part });
    answerHead();
  }

  /** It is known now whether the manifest is here. */
  answerDeferred(trackId: TrackId): void {
    const due = this.#deferred.filter(({ request }) => request.trackId === trackId);
    this.#deferred = this.#deferred.filter(({ request }) => request.trackId !== trackId);
    for (const { neighbour, request } of due) this.receiveRequest(neighbour, request);
  }

  forget(peerId: PeerId): void {
    this.#deferred = this.#deferred.filter(({ neighbour }) => neighbour.peerId !== peerId);
    for (const failed of this.#failedMs.values()) failed.delete(peerId);
    for (const [trackId, attempts] of this.#attempts) {
      if (!attempts.delete(peerId)) continue;
      if (attempts.size === 0) this.#attempts.delete(trackId);
      const track = this.#context.tracks.get(trackId);
      if (track) this.fetch(track);
    }
  }

  abandon(trackId: TrackId): void {
    this.#attempts.delete(trackId);
    this.#failedMs.delete(trackId);
    this.answerDeferred(trackId);
  }

  /** Gives up peers that don't answer. */
  expire(nowMs: number): void {
    for (const [trackId, attempts] of this.#attempts)
      for (const [peerId, { progressMs }] of attempts) {
        const track = this.#context.tracks.get(trackId);
        if (track && nowMs - progressMs > MANIFEST_TIMEOUT_MS) this.#failed(track, peerId);
      }
  }

  async #verify(track: TrackState, peerId: PeerId, bytes: Uint8Array): Promise<void> {
    const hash = await trackIdOf(bytes, this.#context.hasher);
    if (!this.#context.isRunning || this.#context.tracks.get(track.trackId) !== track || track.manifest) return;
    if (hash !== track.trackId) {
      this.#failed(track, peerId);
      this.#context.ban(peerId, "served a manifest that does not hash to its track id");
      return;
    }
    this.#attempts.delete(track.trackId);
    this.#failedMs.delete(track.trackId);
    try {
      track.adoptManifest(this.#context.keeper.readManifest(track.trackId, bytes), bytes, this.#context.random);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      track.isUnreadable = true;
      this.answerDeferred(track.trackId);
      return;
    }
    this.#context.keeper.keepManifest(track.trackId, bytes);
    this.#options.onManifest(track);
    this.answerDeferred(track.trackId);
  }

  #failed(track: TrackState, peerId: PeerId): void {
    const attempts = this.#attempts.get(track.trackId);
    attempts?.delete(peerId);
    if (attempts?.size === 0) this.#attempts.delete(track.trackId);
    let failed = this.#failedMs.get(track.trackId);
    if (!failed) this.#failedMs.set(track.trackId, (failed = new Map()));
    failed.set(peerId, this.#context.clock.nowMs());
    this.fetch(track);
    if (!this.#attempts.has(track.trackId)) this.answerDeferred(track.trackId);
  }
}

function hasBegun(attempt: Attempt): boolean {
  return attempt.receivedBytes > 0;
}
