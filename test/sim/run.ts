/** What `npm run sim` runs (main.ts). Exit codes: 0 simulated, 1 an invariant did not hold or nothing was proven, 2 bad options. */
import { writeFileSync } from "node:fs";
import { findMissedGoals, formatFigures, UsageError } from "../bench/bench.ts";
import { playOmnisciently } from "./omniscient.ts";
import { readArguments, USAGE } from "./options.ts";
import type { SimArguments } from "./options.ts";
import { plotSvg } from "./plot.ts";
import { simulate } from "./simulate.ts";

async function run({ run: options, plotFile, isOmniscient, isJson }: SimArguments): Promise<void> {
  const startedAtMs = performance.now();
  const seconds = (): string => ((performance.now() - startedAtMs) / 1000).toFixed(1);
  const result = await simulate(options, (line) => console.error(`${seconds().padStart(6)} s  ${line}`));
  const { figures, goals, faults, traceDigest, sim } = result;
  const { scenario, peers, seed, net } = options;
  const { messages, blocks } = sim.audit.seen;
  const title = `${scenario}, ${peers} listeners, ${net} links, seed ${seed}`;
  if (plotFile !== null) writePlot(plotFile, plotSvg(sim, title));
  console.log(`\n${title}: ${seconds()} s for ${messages} messages`);
  console.log(["", ...formatFigures(result), "", `trace ${traceDigest}, ${blocks} blocks`, ...faults].join("\n"));
  const omniscient = isOmniscient ? playOmnisciently(sim) : null;
  if (omniscient) {
    const { copies, makespanMs, playableMsP50, playableMsP95 } = omniscient;
    const ratio = (makespanMs / (figures["boundMs"] ?? NaN)).toFixed(2);
    console.log(
      `\nomniscient: ${copies} copies, makespan ${makespanMs} ms (×${ratio}), playable ${playableMsP50} / ${playableMsP95} ms`,
    );
  }
  const missed = findMissedGoals(result);
  if (isJson) console.log(JSON.stringify({ bench: "sim", options, figures, goals, omniscient, missed, faults, traceDigest }));
  if (faults.length > 0) process.exitCode = 1;
}

/** @throws UsageError where that cannot be written. */
function writePlot(file: string, svg: string): void {
  try {
    writeFileSync(file, svg);
  } catch (cause) {
    throw new UsageError(`--plot: cannot write ${file}.`, { cause });
  }
}

try {
  const options = readArguments(process.argv.slice(2));
  if (options.isHelp) console.log(USAGE);
  else await run(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
