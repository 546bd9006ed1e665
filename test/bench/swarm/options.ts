/** What `bench swarm` can be asked. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { UsageError } from "../bench.ts";

export interface SwarmOptions {
  readonly file: string;
  /** Listeners; the origin is not counted. */
  readonly peers: number;
  /** Between one listener's start and the next one's. */
  readonly staggerMs: number;
  /** What each one may upload, Mbit/s; null: as fast as it goes. */
  readonly upMbit: number | null;
  /** That the listeners share; the origin has one to itself. */
  readonly processes: number;
  /** Where CPU profiles of the peers' processes go; null: nowhere. */
  readonly profileFolder: string | null;
}

/**
 * One process of listeners for each core, and never all in one: they share nothing but the network, and more processes
 * than cores would measure above all how Node starts.
 */
const PROCESSES = Math.max(2, availableParallelism());

export const USAGE = `npm run bench -- swarm --file F [options]

An origin and listeners that want nothing but all of F, as headless peers with real WebRTC between them, in several
processes, over loopback. The server of the jam runs in the bench and counts for nothing.

  --file F          the music: any file that can be imported without a browser
  --peers N         listeners                                           (20)
  --stagger MS      between one start and the next                      (0)
  --up MBIT         what each peer may upload                           (no limit)
  --processes K     processes for the listeners; the origin has its own (${PROCESSES}: one per core, at least 2)
  --cpu-prof DIR    write a CPU profile of each process of peers to DIR
  --json            one JSON object as the last line

Figures: copies is what the origin sent divided by the size of the music; makespanMs from the first listener's start until
the last has everything, verified; cpuSecondsPerMB is the CPU time of all processes of peers in that time, connecting
included, divided by the megabytes that listeners got; rssMBPerPeer is the most memory that those processes had, divided
by the number of peers (a process alone costs some 100 MB, so it depends on --processes); listenerShare is what
listeners got from listeners, duplicateShare what came in vain, each divided by all that they got; linksPerPeer are links
open at the end. With --up, boundMs is the time that no protocol can beat, size / uplink, and makespanRatio the makespan
divided by it.`;

export function readOptions(args: readonly string[]): SwarmOptions {
  const values = parse(args);
  if (!values.file) throw new UsageError("--file is missing: name the music to move.");
  if (!existsSync(values.file)) throw new UsageError(`--file: there is no ${values.file}`);
  return {
    file: values.file,
    peers: wholeNumber("--peers", values.peers, 1, 100),
    staggerMs: wholeNumber("--stagger", values.stagger, 0, 600_000),
    upMbit: values.up === undefined ? null : rate("--up", values.up, 0.1, 10_000),
    processes: wholeNumber("--processes", values.processes, 1, 100),
    profileFolder: values["cpu-prof"] ?? null,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        file: { type: "string" },
        peers: { type: "string", default: "20" },
        stagger: { type: "string", default: "0" },
        up: { type: "string" },
        processes: { type: "string", default: String(PROCESSES) },
        "cpu-prof": { type: "string" },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new UsageError(`${option} is a whole number from ${min} to ${max}, not ${text}.`);
}

function rate(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= min && value <= max) return value;
  throw new UsageError(`${option} is a number of Mbit/s from ${min} to ${max}, not ${text}.`);
}
