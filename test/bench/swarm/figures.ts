/** What the processes of peers report, as figures and as a table. */
import { basename } from "node:path";
import { percentile } from "../bench.ts";
import type { BenchReport, Goal } from "../bench.ts";
import type { PeerFigures, ProcessFigures } from "./messages.ts";
import type { SwarmOptions } from "./options.ts";

export interface MeasuredProcess {
  readonly title: string;
  readonly figures: ProcessFigures;
}

export interface Measurement {
  readonly options: SwarmOptions;
  readonly origin: MeasuredProcess;
  readonly listeners: readonly MeasuredProcess[];
  /** From the first listener's start, by listener. */
  readonly completeMs: ReadonlyMap<string, number>;
  /** From each one's own start. */
  readonly tookMs: readonly number[];
}

const GOALS: Readonly<Record<string, Goal>> = { copies: { max: 1.2 } };

/** @throws Error where the run has not shown anything: somebody lacks something, or the bytes do not add up. */
export function summarise({ options, origin, listeners, completeMs, tookMs }: Measurement): BenchReport {
  const processes = [origin, ...listeners];
  const everyone = processes.flatMap(({ figures }) => figures.peers);
  const all = listeners.flatMap(({ figures }) => figures.peers);
  const sizeBytes = origin.figures.peers[0]?.sizeBytes ?? 0;
  const fromOrigin = sum(all, ({ bytesFromOrigin }) => bytesFromOrigin);
  const fromListeners = sum(all, ({ bytesFromListeners }) => bytesFromListeners);
  const duplicate = sum(all, ({ bytesDuplicate }) => bytesDuplicate);
  const movedBytes = fromOrigin + fromListeners;
  if (sizeBytes === 0 || movedBytes !== sizeBytes * options.peers)
    throw new Error(`${options.peers} listeners want ${sizeBytes} bytes each, but they got ${movedBytes}`);
  const makespanMs = Math.max(...completeMs.values());
  const boundMs = options.upMbit === null ? null : uplinkBoundMs(sizeBytes, options.upMbit);
  return {
    options: { ...options, file: basename(options.file) },
    figures: {
      copies: round(sum(origin.figures.peers, ({ bytesUploaded }) => bytesUploaded) / sizeBytes, 3),
      makespanMs: Math.round(makespanMs),
      ...(boundMs !== null && { boundMs: Math.round(boundMs), makespanRatio: round(makespanMs / boundMs, 3) }),
      completeMsP50: Math.round(percentile(tookMs, 0.5)),
      cpuSecondsPerMB: round(sum(processes, ({ figures }) => figures.cpuSeconds) / (movedBytes / 1e6), 4),
      rssMBPerPeer: round(sum(processes, ({ figures }) => figures.rssBytesMax) / 1e6 / everyone.length, 1),
      listenerShare: round(fromListeners / movedBytes, 3),
      duplicateShare: round(duplicate / movedBytes, 4),
      hashFailures: sum(everyone, ({ hashFailures }) => hashFailures),
      movedMBPerSecond: round(movedBytes / 1e6 / (makespanMs / 1000), 1),
      linksPerPeer: round(sum(everyone, ({ links }) => links) / everyone.length, 1),
      processes: processes.length,
      peersPerProcess: round(options.peers / listeners.length, 1),
    },
    goals: GOALS,
    rows: processes.map((each) => rowOf(each, completeMs)),
  };
}

function rowOf({ title, figures }: MeasuredProcess, completeMs: ReadonlyMap<string, number>) {
  const { peers, cpuSeconds, rssBytesMax } = figures;
  const kilobytes = (figure: (peer: PeerFigures) => number) => Math.round(sum(peers, figure) / 1000);
  const lastMs = Math.max(0, ...peers.map(({ name }) => completeMs.get(name) ?? 0));
  return {
    process: title,
    peers: peers.length,
    "complete s": round(lastMs / 1000, 2),
    "CPU s": round(cpuSeconds, 2),
    "RSS MB": Math.round(rssBytesMax / 1e6),
    "sent KB": kilobytes(({ bytesUploaded }) => bytesUploaded),
    "from origin KB": kilobytes(({ bytesFromOrigin }) => bytesFromOrigin),
    "from listeners KB": kilobytes(({ bytesFromListeners }) => bytesFromListeners),
    "twice KB": kilobytes(({ bytesDuplicate }) => bytesDuplicate),
  };
}

/**
 * The fluid bound where all have the same uplink and no limit down: everything must leave the origin once, and all
 * uplinks together need no longer than that for the rest.
 */
function uplinkBoundMs(sizeBytes: number, upMbit: number): number {
  return (sizeBytes * 8) / (upMbit * 1000);
}

function sum<T>(values: readonly T[], figure: (value: T) => number): number {
  return values.reduce((total, value) => total + figure(value), 0);
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
