/**
 * `npm test`: everything, from types to real browsers. Goes on after a failure, so that one run tells all; the last line
 * counts checks and tests alike.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import * as v from "valibot";
import { installChromium } from "./support/install-chromium.ts";
import { REPOSITORY } from "./support/source-files.ts";
import { runStaticChecks } from "./support/static-checks.ts";
import { reportStep, showCommand } from "./support/steps.ts";

/** The part of Vitest's JSON report that is counted. A file that could not even be loaded has no assertions. */
const ReportSchema = v.object({
  success: v.boolean(),
  numPassedTests: v.number(),
  numFailedTests: v.number(),
  testResults: v.array(v.object({ status: v.string(), assertionResults: v.array(v.unknown()) })),
});

interface Count {
  readonly passed: number;
  readonly failed: number;
}

async function runVitest(projects: readonly string[]): Promise<Count> {
  const reportFile = `node_modules/.cache/tests/${projects.join("-")}.json`;
  mkdirSync(`${REPOSITORY}node_modules/.cache/tests`, { recursive: true });
  rmSync(REPOSITORY + reportFile, { force: true });
  const filter = projects.map((project) => `--project ${project}`).join(" ");
  const exitedWell = await showCommand(
    `vitest run ${filter} --silent=passed-only --reporter=default --reporter=json --outputFile.json=${reportFile}`,
  );
  if (!existsSync(REPOSITORY + reportFile)) return { passed: 0, failed: 1 };
  const report = v.parse(ReportSchema, JSON.parse(readFileSync(REPOSITORY + reportFile, "utf8")));
  const notLoaded = report.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  const failed = report.numFailedTests + notLoaded.length;
  // An unhandled rejection fails the run without failing a test.
  return { passed: report.numPassedTests, failed: failed === 0 && !(exitedWell && report.success) ? 1 : failed };
}

const counts: Count[] = [await runStaticChecks()];
if (await reportStep("a Chromium to test with", installChromium)) {
  counts.push(await runVitest(["node", "browser"]));
  counts.push(await runVitest(["e2e"])); // alone: it measures how browsers keep time
} else {
  counts.push({ passed: 0, failed: 1 }, await runVitest(["node"]));
}

const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
