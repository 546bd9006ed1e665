/** Runs commands and checks one after another, each reported in one line; what a failing one said follows. */
import { spawn } from "node:child_process";
import { delimiter } from "node:path";
import { REPOSITORY } from "./source-files.ts";

export interface StepResult {
  readonly ok: boolean;
  /** What it printed, or its complaints. */
  readonly output: string;
}

/**
 * Runs a command line of ours (never anything from outside) to its end, catching what it prints. Through a shell, since
 * npm's launchers are `.cmd` files on Windows.
 */
export function runCommand(commandLine: string, env: NodeJS.ProcessEnv = {}): Promise<StepResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(commandLine, { cwd: REPOSITORY, shell: true, env: withOurTools(env) });
    let output = "";
    const collect = (text: string) => void (output += text);
    child.stdout.setEncoding("utf8").on("data", collect);
    child.stderr.setEncoding("utf8").on("data", collect);
    child.on("error", reject);
    child.on("close", (code) => resolve({ ok: code === 0, output }));
  });
}

/** As `runCommand`, with what it prints going straight to the terminal; resolves whether it exited with 0. */
export function showCommand(commandLine: string, env: NodeJS.ProcessEnv = {}): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(commandLine, { cwd: REPOSITORY, shell: true, env: withOurTools(env), stdio: "inherit" });
    child.on("error", reject);
    child.on("close", (code) => resolve(code === 0));
  });
}

/** The installed tools are found whether or not npm started us. */
function withOurTools(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const path = `${REPOSITORY}node_modules/.bin${delimiter}${process.env["PATH"] ?? ""}`;
  return { ...process.env, PATH: path, ...env };
}

/** A check that yields complaints, as a step. */
export function complaintsResult(complaints: readonly string[]): StepResult {
  return { ok: complaints.length === 0, output: complaints.join("\n") };
}

/** Prints `✓ name (1.2 s)`, or `✗ name` and what it said. A step that throws has failed. */
export async function reportStep(name: string, run: () => Promise<StepResult>): Promise<boolean> {
  const startedMs = performance.now();
  const { ok, output } = await run().catch((error: unknown) => ({ ok: false, output: String(error) }));
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  console.log(`${ok ? "✓" : "✗"} ${name} (${seconds} s)`);
  if (!ok) console.log(`${output.trim()}\n`);
  return ok;
}
