/**
 * What the screen shows, as plain values. The jam service turns the engine's state into these and puts them into
 * signals; elements render them and know nothing else.
 */
import type { CandidateType, LinkState } from "../core/index.ts";

/** Where we stand with the server and the jam. */
export type Connection =
  | { readonly kind: "idle" } // before the join gesture
  | { readonly kind: "joining" }
  | { readonly kind: "online" }
  /** The server is out of reach; the jam goes on between peers. `sinceMs` on the local monotonic clock. */
  | { readonly kind: "offline"; readonly sinceMs: number }
  /** For good, until the person does something. */
  | { readonly kind: "ended"; readonly reason: "replaced" | "refused" | "bad-jam" | "left" };

export interface MemberView {
  readonly peerId: string;
  readonly name: string;
  readonly isHost: boolean;
  readonly isSelf: boolean;
  /** Null for oneself, and where there is no link. */
  readonly link: { readonly state: LinkState; readonly candidateType: CandidateType; readonly rttMs: number | null } | null;
  /** Payload bytes exchanged with this member so far. */
  readonly bytesReceived: number;
  readonly bytesSent: number;
}

export interface EntryView {
  readonly entryId: string;
  readonly trackId: string;
  readonly title: string;
  readonly artist: string;
  readonly album: string;
  readonly durationMs: number;
  readonly addedByName: string;
  /** The host may remove any entry, others their own. */
  readonly canRemove: boolean;
  /** 0…1 of its payload is on this device. */
  readonly heldShare: number;
  /** Object URL of the cover, once it is here. */
  readonly coverUrl: string | null;
  /** This browser can decode it; where false, `unplayableReason` says why in a sentence. */
  readonly unplayableReason: string | null;
}

/** State of each chunk of the current track, for the chunk map: 0 missing, 1 arriving, 2 held. */
export type ChunkMap = Uint8Array;

export interface NowPlayingView {
  readonly entry: EntryView;
  readonly playing: boolean;
  /** Position when this view was made, and the local clock's reading then: elements extrapolate between updates. */
  readonly positionMs: number;
  readonly atMs: number;
}

export type SoundState =
  | { readonly kind: "silent" } // nothing to play
  | { readonly kind: "playing" }
  | { readonly kind: "paused" }
  | { readonly kind: "buffering" } // a stall: music should sound, and the chunk is not here
  | { readonly kind: "blocked" }; // the browser wants a gesture

export interface ImportView {
  readonly id: string;
  readonly fileName: string;
  /** 0…1 */
  readonly progress: number;
  /** Null while running; a sentence when it failed. Finished imports disappear. */
  readonly error: string | null;
}

export interface Notice {
  readonly id: string;
  readonly kind: "info" | "warning" | "error";
  readonly text: string;
}

/** A track kept on this device. */
export interface LibraryTrackView {
  readonly trackId: string;
  readonly title: string;
  readonly artist: string;
  readonly durationMs: number;
  readonly bytes: number;
  readonly heldShare: number;
  readonly coverUrl: string | null;
}

export interface RecentJamView {
  readonly jamId: string;
  readonly hostedByMe: boolean;
  readonly lastVisitMs: number;
  readonly trackCount: number;
}
