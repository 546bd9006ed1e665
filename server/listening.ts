/** Starts the server for somebody at a terminal: what stands in the way becomes a sentence. */
import { ConfigError } from "./config.ts";
import type { ServerConfig } from "./config.ts";
import { startServer } from "./server.ts";
import type { RunningServer } from "./server.ts";

/** @throws ConfigError when the port or the address can't be had. */
export function startListening(config: ServerConfig): Promise<RunningServer> {
  return startServer(config).catch((error: NodeJS.ErrnoException) => {
    throw error.syscall === undefined ? error : new ConfigError([whyNotListening(error, config)], { cause: error });
  });
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
