/** Headless peers as people start and stop them: processes of their own, with nothing leaving the machine. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";

const repository = join(import.meta.dirname, "..", "..");

export interface PeerProcess {
  /** Resolves once stdout has it; rejects when the process ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  stop(): void;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

/** A peer that other peers reach. */
export function runPeer(...args: readonly string[]): PeerProcess {
  return runUnboundPeer("--bind", "127.0.0.1", ...args);
}

/** A peer that browsers reach: they don't use loopback for links while there is any other network. */
export function runUnboundPeer(...args: readonly string[]): PeerProcess {
  const child = spawn(process.execPath, ["--import", "tsx", "server/peer/main.ts", ...args], {
    cwd: repository,
    env: { PATH: process.env["PATH"], ICE_PUBLIC_DEFAULTS: "off" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = once(child, "close").then(([code]: (number | null)[]) => ({ code: code ?? null, stdout, stderr: stderr.trim() }));
  onTestFinished(async () => {
    child.kill(); // politely: it has a temporary folder to clear away
    await ended;
  });
  const printed = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(stdout);
        if (match) resolve(match);
      };
      child.stdout.on("data", look);
      child.once("close", () => reject(new Error(`ended without printing ${String(pattern)}: ${stdout}${stderr}`)));
      look();
    });
  return { printed, stop: () => void child.kill("SIGTERM"), ended };
}

/** A port that nobody listens on. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("a listening TCP server has an address with a port");
  return address.port;
}
