/** What a simulated jam is judged by. */
import type { TrackStats } from "../../app/core/index.ts";
import { percentile } from "../bench/bench.ts";
import type { Goal } from "../bench/bench.ts";
import type { SimWorld, Visit } from "./world.ts";

/** Of all bytes of music, sent twice; and said beside it. */
export const COMMON_GOALS: Readonly<Record<string, Goal>> = { duplicateShare: { max: 0.02 }, controlShare: { max: 0.02 } };

/**
 * No swarm is faster than this, in a fluid without latency or headers: the origin must send everything once, everyone
 * must receive it, and all uplinks together must carry all copies. Bytes and bytes per ms; gives ms.
 */
export function fluidBoundMs(sizeBytes: number, origin: Visit, listeners: readonly Visit[]): number {
  const slowestDown = Math.min(...listeners.map(({ connection }) => connection.downBytesPerMs));
  const allUp = sum(listeners, ({ serves, isHonest, connection }) => (serves && isHonest ? connection.upBytesPerMs : 0));
  return Math.max(
    sizeBytes / origin.connection.upBytesPerMs,
    sizeBytes / slowestDown,
    (listeners.length * sizeBytes) / (origin.connection.upBytesPerMs + allUp),
  );
}

/** @param cpuMs of this process, for the whole run. */
export function measure(sim: SimWorld, cpuMs: number): Readonly<Record<string, number>> {
  const sizeBytes = sum(sim.options.songs, (song) => song.sizeBytes);
  const listeners = sim.visits.filter(({ isOrigin }) => !isOrigin);
  const honest = listeners.filter(({ isHonest }) => isHonest);
  const total = (visits: readonly Visit[], count: (stats: TrackStats) => number): number =>
    sum(visits, (visit) => sum(sim.statsOf(visit), count));
  const uploadedBytes = total(sim.visits, ({ bytesUploaded }) => bytesUploaded);
  const usefulBytes = total(listeners, ({ bytesFromOrigin, bytesFromListeners }) => bytesFromOrigin + bytesFromListeners);
  const duplicateBytes = total(honest, ({ bytesDuplicate }) => bytesDuplicate);
  const playableMs = honest.map(({ peer }) => peer.player.playableMs).filter((ms) => ms !== null);
  const startableMs = honest.map(({ peer }) => peer.player.startableMs).filter((ms) => ms !== null);
  const jumpsMs = honest.flatMap(({ peer }) => peer.player.jumpsMs);
  const boundMs = fluidBoundMs(sizeBytes, sim.origin, listeners);
  const makespanMs = Math.max(...honest.map(({ peer }) => peer.completeMs ?? 0)) - sim.startedMs;
  const servers = honest.filter(({ serves }) => serves);
  const uploads = servers.map((visit) => total([visit], ({ bytesUploaded }) => bytesUploaded));
  return {
    copies: round(total([sim.origin], ({ bytesUploaded }) => bytesUploaded) / sizeBytes, 3),
    boundMs: round(boundMs),
    makespanMs: round(makespanMs),
    makespanRatio: round(makespanMs / boundMs, 3),
    playableMsP50: round(percentile(playableMs, 0.5)),
    playableMsP95: round(percentile(playableMs, 0.95)),
    startableMsP50: round(percentile(startableMs, 0.5)),
    startableMsP95: round(percentile(startableMs, 0.95)),
    ...(jumpsMs.length > 0 && { jumpMsP50: round(percentile(jumpsMs, 0.5)), jumpMsP95: round(percentile(jumpsMs, 0.95)) }),
    stalls: sum(honest, ({ peer }) => peer.player.stalls),
    stalledMs: round(sum(honest, ({ peer }) => peer.player.stalledMs)),
    duplicateShare: round(duplicateBytes / (usefulBytes + duplicateBytes), 4),
    controlShare: round((sum(sim.visits, ({ peer }) => peer.bytesSent) - uploadedBytes) / uploadedBytes, 4),
    fairness: round(jainFairness(uploads), 3),
    originBusyShare: round(sim.origin.uplinkBusyShare, 3),
    uplinkBusyShare: round(sum(servers, ({ uplinkBusyShare }) => uplinkBusyShare) / servers.length, 3),
    queueMsP95: sim.world.network.queues.percentileMs(0.95),
    ...(sim.firstCopyMs !== null && { firstCopyMs: round(sim.firstCopyMs - sim.startedMs) }),
    linksMax: sim.audit.maxDegree,
    cpuMsPerPeer: round(cpuMs / sim.visits.length, 1),
  };
}

/** Jain's index: 1 where all give the same, 1 ÷ n where one gives all. */
function jainFairness(values: readonly number[]): number {
  const squares = sum(values, (value) => value * value);
  return squares === 0 ? 1 : sum(values, (value) => value) ** 2 / (values.length * squares);
}

/** What must have happened for the figures to mean anything; one sentence for each thing that has not. */
export function findVacuous(sim: SimWorld): readonly string[] {
  const { seen } = sim.audit;
  const fromListeners = sum(sim.visits, (visit) => sum(sim.statsOf(visit), ({ bytesFromListeners }) => bytesFromListeners));
  return [
    ...(seen.messages > 0 && seen.blocks > 0 && seen.requests > 0 && seen.announced > 0 ? [] : ["hardly anything was said"]),
    ...(fromListeners > 0 || sim.visits.length <= 2 ? [] : ["no listener gave anything to another"]),
    ...(sim.visits.some(({ peer }) => peer.player.playableMs !== null) ? [] : ["nobody heard anything"]),
  ];
}

function sum<Value>(values: readonly Value[], count: (value: Value) => number): number {
  return values.reduce((total, value) => total + count(value), 0);
}

function round(value: number, digits = 0): number {
  return Number(value.toFixed(digits));
}
