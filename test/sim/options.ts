/** How `npm run sim` is asked. */
import { parseArgs } from "node:util";
import { UsageError } from "../bench/bench.ts";
import { NETS } from "./connections.ts";
import { SCENARIOS } from "./scenarios.ts";
import type { RunOptions } from "./simulate.ts";

/** A home router's: seconds. */
const DEEP_QUEUE_MS = 2000;
const MAX_PEERS = 20_000;

/** Where everybody is there from the beginning to the end, and serves. */
const ALL_AT_ONCE = ["flash", "big"];

const NAMES = Object.entries(SCENARIOS).map(([name, { summary, peers }]) => `  ${name.padEnd(15)}${summary} (${peers} peers)`);

export const USAGE = `npm run sim -- [options]

Simulates a jam of an origin and listeners: the engine of the app on a simulated network in virtual time. Time counts
from a listener's coming; the server and ICE take none. Prints what was measured beside what no swarm can beat, and
exits with 1 where an invariant did not hold or the run proved nothing.

  --scenario S   flash
${NAMES.join("\n")}
  --peers N      listeners, 1 to ${MAX_PEERS}; as above
  --seed K       1; the same seed gives the same trace
  --net NET      ${NETS.join(", ")}; home: 84 ms round trip, 5 Mbit/s up, 20 down
  --queue MS     where uplink queues end, ms: ${DEEP_QUEUE_MS} as home routers have it, 100 for a short one
  --omniscient   plays ${ALL_AT_ONCE.join(" or ")} again with pieces pushed on the same links by somebody who knows everything
  --plot FILE    writes an SVG: chunks over time per peer, and who fed whom
  --json         prints one JSON object as the last line`;

export interface SimArguments {
  readonly run: RunOptions;
  readonly plotFile: string | null;
  /** Play it again, omnisciently. */
  readonly isOmniscient: boolean;
  readonly isJson: boolean;
  readonly isHelp: boolean;
}

/** @throws UsageError */
export function readArguments(args: readonly string[]): SimArguments {
  const values = parse(args);
  const name = values.scenario ?? "flash";
  const scenario = Object.hasOwn(SCENARIOS, name) ? SCENARIOS[name] : undefined;
  if (!scenario) throw new UsageError(`--scenario is one of ${Object.keys(SCENARIOS).join(", ")}, not "${name}".`);
  const net = NETS.find((candidate) => candidate === (values.net ?? "home"));
  if (!net) throw new UsageError(`--net is one of ${NETS.join(", ")}, not "${values.net}".`);
  if (values.omniscient && !ALL_AT_ONCE.includes(name))
    throw new UsageError(`--omniscient goes with ${ALL_AT_ONCE.join(" and ")}, not with "${name}".`);
  return {
    run: {
      scenario: name,
      net,
      peers: wholeNumber("--peers", values.peers, scenario.peers, scenario.minPeers ?? 1, MAX_PEERS),
      seed: wholeNumber("--seed", values.seed, 1, 1, 1_000_000),
      queueMs: wholeNumber("--queue", values.queue, DEEP_QUEUE_MS, 10, 60_000),
    },
    plotFile: values.plot ?? null,
    isOmniscient: values.omniscient ?? false,
    isJson: values.json ?? false,
    isHelp: values.help ?? false,
  };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const texts = { scenario: text, peers: text, seed: text, net: text, queue: text, plot: text };
  const options = { ...texts, omniscient: flag, json: flag, help: flag };
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (cause) {
    const [firstSentence = "The options make no sense"] = String(cause instanceof Error ? cause.message : cause).split(/\. |\n/);
    throw new UsageError(`${firstSentence}; see --help.`, { cause });
  }
}

function wholeNumber(option: string, text: string | undefined, otherwise: number, min: number, max: number): number {
  if (text === undefined) return otherwise;
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= min && value <= max)) throw new UsageError(`${option} is a whole number from ${min} to ${max}, not "${text}".`);
  return value;
}
