/** The server as people start and stop it: a process of its own. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { CLOSE_CODES } from "../../app/core/index.ts";
import { alice } from "../support/people.ts";
import { SignallingClient } from "./signalling-client.ts";
import { startTestServer } from "./test-server.ts";

const repository = join(import.meta.dirname, "..", "..");

interface Run {
  readonly process: ChildProcess;
  /** Resolves with the match once stdout has it; rejects when the process ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

function runServer(environment: Record<string, string>): Run {
  const child = spawn(process.execPath, ["--import", "tsx", "server/main.ts"], {
    cwd: repository,
    env: { PATH: process.env["PATH"], HOST: "127.0.0.1", ICE_PUBLIC_DEFAULTS: "off", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = once(child, "close").then(([code]: (number | null)[]) => ({ code: code ?? null, stderr }));
  const printed = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(stdout);
        if (match) resolve(match);
      };
      child.stdout.on("data", look);
      child.once("close", () => reject(new Error(`ended without printing ${String(pattern)}: ${stderr}`)));
      look();
    });
  return { process: child, printed, ended };
}

test("SG20: SIGTERM says goodbye to members and ends the process with code 0", async () => {
  const run = runServer({ PORT: "0" });
  const [, port] = await run.printed(/http:\/\/localhost:(\d+)/);
  const member = new SignallingClient(Number(port), "jam1");
  await member.join(alice);
  run.process.kill("SIGTERM");
  expect((await member.closed).code).toBe(CLOSE_CODES.serverStopping);
  expect((await run.ended).code).toBe(0);
});

test("a port in use is one sentence and exit code 1", async () => {
  const other = await startTestServer();
  const { code, stderr } = await runServer({ PORT: String(other.port) }).ended;
  expect(code).toBe(1);
  expect(stderr.trim()).toBe(
    `Port ${other.port} is in use by another program: stop that, or choose another port, for example PORT=${other.port + 1}.`,
  );
});

test("a bad variable is one sentence and exit code 1", async () => {
  const { code, stderr } = await runServer({ PORT: "eight thousand" }).ended;
  expect(code).toBe(1);
  expect(stderr.trim()).toBe('PORT must be a whole number from 0 to 65535, but it is "eight thousand".');
});
