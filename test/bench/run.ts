/** `npm run bench -- NAME [options]`. Exit codes: 0 measured, 1 failed, 2 bad options, 3 cannot run here. */
import { BenchFailure, CannotRunError, UsageError, findMissedGoals, formatFigures, formatTable } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { browsersBench } from "./browsers/browsers-bench.ts";
import { pickBench } from "./pick/pick-bench.ts";
import { syncBench } from "./sync/sync-bench.ts";
import { swarmBench } from "./swarm/swarm-bench.ts";

const BENCHES: readonly Bench[] = [browsersBench, swarmBench, syncBench, pickBench];

const OVERVIEW = `npm run bench -- NAME [options]

${BENCHES.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`).join("\n")}

npm run bench -- NAME --help   explains one
                     --json   prints one JSON object as the last line`;

async function measure(bench: Bench, args: readonly string[]): Promise<void> {
  const isJson = args.includes("--json");
  const startedAtMs = performance.now();
  const say = (line: string) => console.error(`${((performance.now() - startedAtMs) / 1000).toFixed(1).padStart(6)} s  ${line}`);
  const report = await bench.run(
    args.filter((arg) => arg !== "--json"),
    say,
  );
  const { options, figures, goals, rows } = report;
  console.log(["", ...formatTable(rows), "", ...formatFigures(report), ""].join("\n"));
  if (isJson) console.log(JSON.stringify({ bench: bench.name, options, figures, goals, missed: findMissedGoals(report) }));
}

// By default a signal ends the process without its "exit" handlers, and so leaves what it started behind.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

const [name, ...args] = process.argv.slice(2);
const bench = BENCHES.find((candidate) => candidate.name === name);
if (!bench) {
  console.log(OVERVIEW);
  process.exitCode = name === undefined || name === "--help" ? 0 : 2;
} else if (args.includes("--help")) {
  console.log(bench.usage);
} else {
  try {
    await measure(bench, args);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof CannotRunError || error instanceof BenchFailure)) throw error;
    console.error(error.message);
    process.exitCode = error instanceof UsageError ? 2 : error instanceof CannotRunError ? 3 : 1;
  }
}
