/** What `beatTorrent.diagnostics()` resolves to, and the Diagnostics panel shows and copies. Outside tools rely on it. */
import type { CandidateType, LinkState } from "../core/index.ts";

/** All bytes are payload bytes of chunks, all times ms. */
export interface Diagnostics {
  readonly version: string;
  readonly jam: string | null;
  readonly peerId: string;
  readonly host: boolean;
  readonly server: "online" | "offline";
  readonly links: readonly {
    readonly peerId: string;
    readonly name: string;
    readonly state: LinkState;
    readonly candidateType: CandidateType;
    readonly rttMs: number | null;
    readonly bytesSent: number;
    readonly bytesReceived: number;
  }[];
  readonly tracks: readonly {
    readonly trackId: string;
    readonly title: string;
    readonly bytes: number;
    readonly chunks: number;
    readonly chunksHeld: number;
    readonly origin: boolean;
    readonly bytesUploaded: number;
    readonly bytesFromOrigin: number;
    readonly bytesFromListeners: number;
    readonly bytesFromStore: number;
    readonly bytesDuplicate: number;
    readonly hashFailures: number;
  }[];
  readonly playback: {
    readonly state: string;
    readonly trackId: string | null;
    readonly positionMs: number | null;
    readonly referencePositionMs: number | null;
    readonly driftMs: number | null;
    readonly outputUncertaintyMs: number | null;
    readonly outputDelayMs: number;
    readonly bufferedAheadMs: number;
    readonly firstSoundMs: number | null;
    readonly stalls: number;
    readonly stalledMs: number;
  };
  readonly clock: {
    readonly offsetMs: number | null;
    readonly rttMs: number | null;
    readonly uncertaintyMs: number | null;
    /** Who tells the time; "own": nobody now, it runs on by itself. */
    readonly from: "server" | "peers" | "own";
  };
  readonly store: { readonly usedBytes: number; readonly budgetBytes: number; readonly persistent: boolean };
  /** A bounded flight recorder: ICE states, links, stalls, seeks, bans. */
  readonly events: readonly { readonly atMs: number; readonly kind: string; readonly [detail: string]: unknown }[];
}
