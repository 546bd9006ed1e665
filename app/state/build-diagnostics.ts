/** Collects what Diagnostics shows. */
import type { Diagnostics } from "./diagnostics.ts";
import { totalBytes } from "../core/index.ts";
import type { JamId, LinkStats, PeerId, Session, StoreUsage } from "../core/index.ts";

export interface DiagnosticsInput {
  readonly version: string;
  readonly jamId: JamId;
  readonly selfId: PeerId;
  readonly session: Session;
  readonly links: ReadonlyMap<PeerId, LinkStats>;
  readonly usage: StoreUsage;
  readonly nowMs: number;
}

const NO_CLOCK: Diagnostics["clock"] = { offsetMs: null, rttMs: null, uncertaintyMs: null, from: "own" };

const NO_PLAYBACK: Diagnostics["playback"] = {
  state: "idle",
  trackId: null,
  positionMs: null,
  referencePositionMs: null,
  driftMs: null,
  outputUncertaintyMs: null,
  outputDelayMs: 0,
  bufferedAheadMs: 0,
  firstSoundMs: null,
  stalls: 0,
  stalledMs: 0,
};

export function buildDiagnostics(input: DiagnosticsInput): Diagnostics {
  const { session, links, nowMs } = input;
  const names = new Map(session.members.map(({ peerId, name }) => [peerId, name]));
  const neighbours = new Map(session.swarm.neighbourStats().map((stats) => [stats.peerId, stats]));
  return {
    version: input.version,
    jam: input.jamId,
    peerId: input.selfId,
    host: session.isHost,
    server: session.isOnline ? "online" : "offline",
    links: [...links].map(([peerId, stats]) => ({
      peerId,
      name: names.get(peerId) ?? "",
      ...stats,
      bytesSent: neighbours.get(peerId)?.bytesSent ?? 0,
      bytesReceived: neighbours.get(peerId)?.bytesReceived ?? 0,
    })),
    tracks: session.swarm.trackStats().map(({ manifest, ...stats }) => ({
      ...stats,
      title: manifest?.title ?? "",
      bytes: manifest ? totalBytes(manifest) : 0,
      chunks: manifest?.chunks.length ?? 0,
    })),
    playback: session.player?.stats() ?? NO_PLAYBACK,
    clock: session.referenceClock.estimate(nowMs) ?? NO_CLOCK,
    store: input.usage,
    events: session.recorder.events(),
  };
}

/** What there is to say outside a jam. */
export function buildDiagnosticsWithoutJam(version: string, selfId: PeerId, usage: StoreUsage): Diagnostics {
  return {
    version,
    jam: null,
    peerId: selfId,
    host: false,
    server: "offline",
    links: [],
    tracks: [],
    playback: NO_PLAYBACK,
    clock: NO_CLOCK,
    store: usage,
    events: [],
  };
}
