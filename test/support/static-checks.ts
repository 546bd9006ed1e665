/** What can be said about the code without running it. `npm run check` is this; `npm test` begins with it. */
import { checkArrows } from "./check-arrows.ts";
import { checkRuleIds } from "./check-rule-ids.ts";
import { complaintsResult, reportStep, runCommand } from "./steps.ts";
import type { StepResult } from "./steps.ts";

const CHECKS: readonly (readonly [name: string, run: () => Promise<StepResult>])[] = [
  ["types", () => runCommand("tsc -b --pretty")],
  ["lint", () => runCommand("oxlint")],
  ["format", () => runCommand("oxfmt --check")],
  ["dead code", () => runCommand("knip --no-progress")],
  ["arrows", async () => complaintsResult(checkArrows())],
  ["rule ids", async () => complaintsResult(checkRuleIds())],
];

export async function runStaticChecks(): Promise<{ readonly passed: number; readonly failed: number }> {
  let passed = 0;
  for (const [name, run] of CHECKS) if (await reportStep(name, run)) passed++;
  return { passed, failed: CHECKS.length - passed };
}
