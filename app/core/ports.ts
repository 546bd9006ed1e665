/**
 * Everything the engine needs from the world outside, as small interfaces. `app/platform` implements them in a
 * browser, `server/peer` in Node, `test/support` and `test/sim` for tests. Nothing in `app/core` reaches outside
 * in any other way.
 */
import type { PeerId, TrackId } from "./ids.ts";
import type { Manifest } from "./manifest/manifest.ts";
import type { LinkSignal } from "./signalling/link-signal.ts";

export type Cancel = () => void;

/** Monotonic time. The origin is arbitrary and differs between devices: never compare two peers' readings. */
export interface Clock {
  /** Milliseconds, fractional, never going backwards. */
  nowMs(): number;
  /** Runs `run` once, no earlier than `delayMs` from now, unless cancelled. */
  schedule(delayMs: number, run: () => void): Cancel;
}

/** A uniformly distributed number in [0, 1), as from `Math.random`. */
export type Random = () => number;

export interface Hasher {
  /** The 32-byte SHA-256 of `bytes`, which stay the caller's. */
  sha256(bytes: Uint8Array): Promise<Uint8Array>;
}

// ---------------------------------------------------------------------------------------------------------------
// Links: one RTCPeerConnection per peer, two negotiated data channels ("lanes").

/**
 * `control` and `bulk` are separate ordered, reliable streams, so that a request is never stuck behind 64 KiB of
 * music: SCTP takes turns between streams.
 */
export type Lane = "control" | "bulk";

/** How the two ends reach each other, as ICE names it; `unknown` until a pair is chosen. */
export type CandidateType = "host" | "srflx" | "prflx" | "relay" | "unknown";

export type LinkState = "connecting" | "connected" | "disconnected" | "failed" | "closed";

export interface LinkStats {
  readonly state: LinkState;
  readonly candidateType: CandidateType;
  /** Round-trip time of the chosen candidate pair, or null before it is measured. */
  readonly rttMs: number | null;
}

export type LinkEvent =
  /** Both lanes are open; messages may be sent from now on. */
  | { readonly kind: "opened"; readonly peerId: PeerId }
  /** One whole message. The bytes are the receiver's from now on. */
  | { readonly kind: "message"; readonly peerId: PeerId; readonly lane: Lane; readonly bytes: Uint8Array }
  /** The bulk lane's buffer fell below its low-water mark: there is room again. */
  | { readonly kind: "drained"; readonly peerId: PeerId }
  /** An offer, answer or candidate that must reach the peer through signalling. */
  | { readonly kind: "signal"; readonly peerId: PeerId; readonly signal: LinkSignal }
  | { readonly kind: "state"; readonly peerId: PeerId; readonly state: LinkState }
  /** The link is gone and forgotten; `connect` may be called again. Comes exactly once per link, also after `close`. */
  | { readonly kind: "closed"; readonly peerId: PeerId; readonly reason: string };

export interface LinkTransport {
  /** Where events go. Set once, before anything else. Never called synchronously from within a call on this port. */
  onEvent: (event: LinkEvent) => void;
  /** Starts a link as its offerer. Does nothing if there is one already, unless that is in state "failed". */
  connect(peerId: PeerId): void;
  /**
   * Hands over what the peer sent through signalling: an offer from an unknown peer opens a link as its answerer, a
   * refusal closes the link whose offer it refuses.
   */
  receiveSignal(peerId: PeerId, signal: LinkSignal): void;
  /** Queues one message (at most 64 KiB). Returns false, and does nothing, when the link is not open. */
  send(peerId: PeerId, lane: Lane, bytes: Uint8Array): boolean;
  /**
   * For a transport that is done with a message when `send` returns: where to write one of that size, until the next
   * call. Spares the engine memory for each.
   */
  scratch?(sizeBytes: number): Uint8Array;
  /** Bytes queued on the bulk lane and not yet handed to the network; 0 for an unknown peer. */
  bufferedBytes(peerId: PeerId): number;
  close(peerId: PeerId, reason: string): void;
  stats(peerId: PeerId): Promise<LinkStats | null>;
  /** ICE servers for links started from now on. */
  setIceServers(servers: readonly IceServer[]): void;
}

/** As in WebRTC's RTCIceServer. */
export interface IceServer {
  readonly urls: readonly string[];
  readonly username?: string | undefined;
  readonly credential?: string | undefined;
}

// ---------------------------------------------------------------------------------------------------------------
// Signalling: a text channel to the server that reconnects by itself.

export type SignallingEvent =
  | { readonly kind: "opened" }
  | { readonly kind: "message"; readonly text: string }
  /** The device may have slept, connected or not: clocks that stood still meanwhile are to be read anew. */
  | { readonly kind: "woke" }
  /** `code` is a WebSocket close code; the channel tries again on its own unless `final`. */
  | { readonly kind: "closed"; readonly code: number; readonly reason: string; readonly final: boolean };

export interface SignallingChannel {
  onEvent: (event: SignallingEvent) => void;
  open(): void;
  /** Returns false, and drops the text, while there is no connection: the server's answer to a rejoin restores all. */
  send(text: string): boolean;
  /** Closes for good. */
  close(): void;
}

// ---------------------------------------------------------------------------------------------------------------
// Keeping.

/** A track as the store knows it, without reading any chunk. */
export interface StoredTrack {
  readonly trackId: TrackId;
  /** Canonical manifest bytes; hash to `trackId` (checked by the store's reader, not trusted). */
  readonly manifestBytes: Uint8Array;
  /** Indexes of the pieces held (chunks, and the cover as index `chunks.length`), ascending. */
  readonly heldPieces: readonly number[];
  /** This device imported the track from a file. */
  readonly origin: boolean;
}

/**
 * Pieces are chunks 0…n−1 and, as piece n, the cover where the manifest names one. Everything put here was verified
 * by the caller; everything read is verified again by the caller, since disks rot.
 */
export interface ChunkStore {
  /** Every track with a manifest, most recently used first. */
  listTracks(): Promise<readonly StoredTrack[]>;
  getTrack(trackId: TrackId): Promise<StoredTrack | null>;
  putManifest(trackId: TrackId, manifestBytes: Uint8Array, options: { readonly origin: boolean }): Promise<void>;
  /** Null when absent. The bytes are the caller's. */
  getPiece(trackId: TrackId, index: number): Promise<Uint8Array | null>;
  /**
   * For a store that has its pieces in memory anyway: the piece at once, or null. Spares the engine its own copies. The
   * bytes stay the store's, and are as they were put.
   */
  peekPiece?(trackId: TrackId, index: number): Uint8Array | null;
  /**
   * For a store that knows the bytes anyway, because another's piece is kept in the same memory: the blocks as one, in
   * their order, or null. Spares the engine the joining; says nothing of whether they are the right ones. The bytes stay
   * the store's.
   */
  findJoined?(trackId: TrackId, index: number, blocks: readonly Uint8Array[]): Uint8Array | null;
  /** For a store that has decoded the same bytes before: what they say, or null. Not to be changed by anybody. */
  findManifest?(trackId: TrackId, manifestBytes: Uint8Array): Manifest | null;
  /**
   * Resolves once the piece is kept (writes are batched). Makes room by dropping least recently used tracks, never a
   * pinned one.
   * @throws StoreError `quota` when there is no room left, `unavailable` when the store is gone.
   */
  putPiece(trackId: TrackId, index: number, bytes: Uint8Array): Promise<void>;
  deletePiece(trackId: TrackId, index: number): Promise<void>;
  deleteTrack(trackId: TrackId): Promise<void>;
  /** Marks the tracks as used now, and as not to be dropped until the next call: the one playing and the next. */
  pin(trackIds: readonly TrackId[]): Promise<void>;
  usage(): Promise<StoreUsage>;
}

export interface StoreUsage {
  readonly usedBytes: number;
  readonly budgetBytes: number;
  /** False in memory, and where the browser may clear the store under pressure. */
  readonly persistent: boolean;
}

// ---------------------------------------------------------------------------------------------------------------
// Sound.

/** What the media element says of itself. Media time is seconds on the one timeline of the whole jam. */
export interface SinkStatus {
  /** Smoothed media time that is being heard now, in ms, output latency included where the browser tells it. */
  readonly mediaMs: number;
  /** How far apart the output's own words about that are, to either side, ms; null where it says nothing of it. */
  readonly outputUncertaintyMs: number | null;
  readonly playing: boolean;
  /** The browser has data enough to play on at this place. */
  readonly canPlay: boolean;
  readonly seeking: boolean;
  readonly playbackRate: number;
  /** Buffered ranges, [startMs, endMs), ascending. */
  readonly bufferedMs: readonly (readonly [number, number])[];
  /** A gesture is needed before sound may start. */
  readonly blocked: boolean;
  readonly volume: number;
  readonly muted: boolean;
}

/** One piece of music for the timeline. */
export interface SinkAppend {
  readonly mimeType: string;
  readonly container: "mp3" | "mp4" | "webm";
  /** Initialisation segment; empty for raw MP3 frames. Appended again only where the codec configuration changes. */
  readonly init: Uint8Array;
  /** Identifies `init`'s configuration: same key, no need to append `init` again. */
  readonly initKey: string;
  readonly bytes: Uint8Array;
  /** Timeline place of media time 0 of this track, ms (SourceBuffer.timestampOffset). May be negative. */
  readonly trackOffsetMs: number;
  /** Media time of the chunk within its track, ms. */
  readonly chunkStartMs: number;
  /** Music outside [windowStartMs, windowEndMs) of the timeline is cut away: encoder delay, the end of a track. */
  readonly windowStartMs: number;
  readonly windowEndMs: number;
  /** What is heard next lies here on the timeline: where that is within the chunk, the rest of it can wait. */
  readonly neededFromMs: number;
}

export type SinkEvent =
  | { readonly kind: "moved" } // the playhead moved for the first time since the last start
  | { readonly kind: "waiting" }
  | { readonly kind: "playing" }
  /** A part of what is being appended can be played. */
  | { readonly kind: "appended" }
  | { readonly kind: "paused" } // by the browser or the person, not by us
  /**
   * The browser gave up on what it had; the sink has begun anew, paused, with nothing buffered. `mediaMs` is where
   * playing failed, or null when it was an append that did (and whose promise is rejected).
   */
  | { readonly kind: "error"; readonly message: string; readonly mediaMs: number | null };

export interface MediaSink {
  onEvent: (event: SinkEvent) => void;
  /**
   * It keeps the moment that `play` and `seek` are given, to the sample: what comes too late is left out, what comes too
   * early waits. Otherwise sound begins as soon as it can.
   */
  readonly isPunctual: boolean;
  /** So long before it is heard a punctual sink must be given a place, ms, to lose nothing of it; null: has to be learned. */
  readonly leadMs: number | null;
  /** More music than this ahead is of no use to it, ms; what it takes costs work at once, and memory. */
  readonly wantsAheadMs: number;
  /** How long it lately took to make music playable that it was given, ms: by so much the next must come sooner. */
  readonly appendMs: number;
  canPlay(mimeType: string): boolean;
  status(): SinkStatus;
  /**
   * Appends in order of calls. Resolves when the browser has taken it.
   * @throws SinkError when it has not: `quota`, `refused` or `closed`.
   */
  append(chunk: SinkAppend): Promise<void>;
  /** Drops what is buffered in [startMs, endMs). */
  remove(startMs: number, endMs: number): Promise<void>;
  /** @param dueAtMs when the place is to be heard, on the local clock; for a sink that plays */
  seek(mediaMs: number, dueAtMs: number): void;
  /**
   * Resolves false when the browser demands a gesture first.
   * @param dueAtMs when the place where it stands is to be heard, on the local clock
   */
  play(dueAtMs: number): Promise<boolean>;
  pause(): void;
  setPlaybackRate(rate: number): void;
  setVolume(volume: number, muted: boolean): void;
  /** Silent for good, and nothing held. */
  close(): void;
}

// ---------------------------------------------------------------------------------------------------------------
// Who we are.

export interface Identity {
  readonly peerId: PeerId;
  /** 64-byte Ed25519 signature (RFC 8032) over `bytes`. */
  sign(bytes: Uint8Array): Uint8Array;
}
