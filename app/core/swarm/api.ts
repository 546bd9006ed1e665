/**
 * The swarm as the rest of the engine sees it: tell it which tracks matter and where the playhead is, hand it what
 * links deliver, and read pieces from it. How it chooses, asks, serves and bans is its own business.
 */
import type { Manifest } from "../manifest/manifest.ts";
import type { PeerId, TrackId } from "../ids.ts";
import type { Lane } from "../ports.ts";

/** What the listener needs, most urgent first. */
export interface Demand {
  /** The track under the playhead, and where that is. `playing` false: the window stands still but is still urgent. */
  readonly current: { readonly trackId: TrackId; readonly positionMs: number; readonly playing: boolean } | null;
  /** Tracks to be fetched after the current one, in programme order. */
  readonly upcoming: readonly TrackId[];
}

export interface TrackStats {
  readonly trackId: TrackId;
  /** Null until the manifest is known. */
  readonly manifest: Manifest | null;
  readonly origin: boolean;
  /** Chunks that outlive a reload, as far as this device lets them: those still on their way to the store don't count. */
  readonly chunksHeld: number;
  readonly bytesUploaded: number;
  readonly bytesFromOrigin: number;
  readonly bytesFromListeners: number;
  /** Payload that was already on this device when the jam was joined. */
  readonly bytesFromStore: number;
  readonly bytesDuplicate: number;
  readonly hashFailures: number;
}

export interface NeighbourStats {
  readonly peerId: PeerId;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly choking: boolean;
  readonly choked: boolean;
  readonly banned: boolean;
}

export type SwarmEvent =
  | { readonly kind: "manifest-known"; readonly trackId: TrackId }
  /** Verified and kept (in the store or, where that failed, in memory); may be read and is announced. */
  | { readonly kind: "piece-held"; readonly trackId: TrackId; readonly index: number; readonly from: PeerId }
  | { readonly kind: "track-complete"; readonly trackId: TrackId }
  | { readonly kind: "piece-damaged"; readonly trackId: TrackId; readonly index: number }
  | { readonly kind: "peer-banned"; readonly peerId: PeerId; readonly reason: string }
  | { readonly kind: "protocol-error"; readonly peerId: PeerId; readonly code: string; readonly message: string }
  | { readonly kind: "store-failed"; readonly message: string };

export interface SwarmApi {
  /** Tracks of the jam's programme with the peer that added each: only these are served and fetched. */
  setTracks(tracks: ReadonlyMap<TrackId, PeerId>): void;
  setDemand(demand: Demand): void;
  /** After an import (or a restore): the store has a manifest and pieces that the swarm did not fetch itself. */
  reloadTrack(trackId: TrackId): Promise<void>;
  setUploads(options: { readonly enabled: boolean; readonly capBytesPerSecond: number | null }): void;

  linkOpened(peerId: PeerId): void;
  linkClosed(peerId: PeerId): void;
  receive(peerId: PeerId, lane: Lane, bytes: Uint8Array): void;
  linkDrained(peerId: PeerId): void;
  isBanned(peerId: PeerId): boolean;

  manifest(trackId: TrackId): Manifest | null;
  /** Piece states, index by piece: 0 missing, 1 arriving (some of it requested or here), 2 held. Empty if unknown. */
  pieceStates(trackId: TrackId): Uint8Array;
  /** Of one piece, at no cost: it may be read. */
  isHeld(trackId: TrackId, index: number): boolean;
  /** Null when not held. Verified against the manifest; a damaged piece is dropped, fetched again, and null for now. */
  readPiece(trackId: TrackId, index: number): Promise<Uint8Array | null>;
  trackStats(): readonly TrackStats[];
  neighbourStats(): readonly NeighbourStats[];
  /** Cancels everything that is scheduled; no call on any port follows. */
  stop(): void;
}
