/** The server within the peer: the same as `npm start` runs, so that a jam needs nothing and nobody else. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { findLanAddresses } from "../announcement.ts";
import { readConfig } from "../config.ts";
import { startServer } from "../server.ts";
import type { RunningServer } from "../server.ts";
import { PeerFailure } from "./failure.ts";
import type { PeerOptions } from "./options.ts";
import type { Report } from "./report.ts";

/** @throws PeerFailure; ConfigError where a variable of the environment is bad. */
export async function startOwnServer(
  { bindAddress, jamId }: Pick<PeerOptions, "bindAddress" | "jamId">,
  port: number,
  report: Report,
): Promise<RunningServer> {
  const environment = { ...process.env, PORT: String(port), ...(bindAddress !== null && { HOST: bindAddress }) };
  const config = readConfig(environment);
  const server = await startServer(config).catch((error: NodeJS.ErrnoException) => {
    throw error.syscall === undefined ? error : new PeerFailure(whyNotListening(error, config.host, port), { cause: error });
  });
  const [address = config.host === "0.0.0.0" ? "localhost" : config.host] = findLanAddresses(config.host);
  report.line(`Serving signalling on port ${port}; other peers join with --connect ${address}:${port} --jam ${jamId}`);
  if (existsSync(join(config.appDirectory, "index.html"))) report.line(`Browsers join at http://${address}:${port}/j/${jamId}`);
  return server;
}

function whyNotListening(error: NodeJS.ErrnoException, host: string, port: number): string {
  switch (error.code) {
    case "EADDRINUSE":
      return `Port ${port} is in use by another program: choose another --listen-port.`;
    case "EACCES":
      return `This user may not listen on port ${port}: choose a --listen-port above 1023.`;
    case "EADDRNOTAVAIL":
      return `${host} is not an address of this machine: leave --bind out to use all of them.`;
    default:
      return `The peer cannot listen on ${host}:${port}: ${error.message}.`;
  }
}
