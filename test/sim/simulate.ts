/** One run of one scenario, from the options to the figures. The same options give the same trace. */
import type { Goal } from "../bench/bench.ts";
import type { Net } from "./connections.ts";
import { COMMON_GOALS, findVacuous, measure } from "./figures.ts";
import { SCENARIOS } from "./scenarios.ts";
import { SimWorld } from "./world.ts";

export interface RunOptions {
  readonly scenario: string;
  readonly peers: number;
  readonly seed: number;
  readonly net: Net;
  /** Where uplink queues end, ms. */
  readonly queueMs: number;
}

export interface RunResult {
  readonly sim: SimWorld;
  readonly figures: Readonly<Record<string, number>>;
  readonly goals: Readonly<Record<string, Goal>>;
  /** What went against the rules, and what should have happened and did not: none in a good run. */
  readonly faults: readonly string[];
  readonly traceDigest: string;
}

export async function simulate(options: RunOptions, say?: (line: string) => void): Promise<RunResult> {
  const scenario = SCENARIOS[options.scenario];
  if (!scenario) throw new Error(`no scenario ${options.scenario}`);
  const cpuBefore = process.cpuUsage();
  const sim = new SimWorld({ ...options, songs: scenario.songs(), ...(say && { say }) });
  await sim.begin();
  await scenario.drive(sim);
  const { user, system } = process.cpuUsage(cpuBefore);
  const figures = measure(sim, (user + system) / 1000);
  const vacuous = [...findVacuous(sim), ...scenario.findVacuous(sim)].map((sentence) => `The run proves nothing: ${sentence}.`);
  await sim.settle();
  return {
    sim,
    figures,
    goals: { ...scenario.goals(options.peers), ...COMMON_GOALS },
    faults: [...sim.audit.violations, ...vacuous],
    traceDigest: sim.traceDigest(),
  };
}
