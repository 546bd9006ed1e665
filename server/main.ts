/** Runs the server for people: environment in, addresses on the terminal, a sentence when it cannot start. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { composeAnnouncement, findLanAddresses } from "./announcement.ts";
import { ConfigError, readConfig } from "./config.ts";
import type { ServerConfig } from "./config.ts";
import { startServer } from "./server.ts";

try {
  await run(readConfig(process.env));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.problems.join("\n"));
  process.exitCode = 1;
}

async function run(config: ServerConfig): Promise<void> {
  const server = await startServer(config).catch((error: NodeJS.ErrnoException) => {
    throw error.syscall === undefined ? error : new ConfigError([whyNotListening(error, config)], { cause: error });
  });
  console.log(
    composeAnnouncement({
      host: config.host,
      port: server.port,
      lanAddresses: findLanAddresses(config.host),
      isBuilt: existsSync(join(config.appDirectory, "index.html")),
      hasColours: process.stdout.isTTY,
    }),
  );

  // Also on repetition (a terminal and npm both pass on Ctrl-C): stopping takes no longer than limits.closeGraceMs.
  const stop = () => void server.stop().then(() => process.exit(0));
  process.on("SIGINT", stop).on("SIGTERM", stop);
}

function whyNotListening(error: NodeJS.ErrnoException, { host, port }: ServerConfig): string {
  switch (error.code) {
    case "EADDRINUSE":
      return `Port ${port} is in use by another program: stop that, or choose another port, for example PORT=${port + 1}.`;
    case "EACCES":
      return `This user may not listen on port ${port}: choose one above 1023, for example PORT=8000.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `HOST=${host} is not an address of this machine: leave HOST out to listen on all of them.`;
    default:
      return `The server cannot listen on ${host}:${port}: ${error.message}.`;
  }
}
