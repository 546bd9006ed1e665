/**
 * The server as one thing that starts and stops: HTTP and signalling on one port. main.ts runs it for people; tests
 * and benches run it in their own process.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { ServerConfig } from "./config.ts";
import { createHttpApp } from "./http/http-app.ts";
import { createLogger } from "./logger.ts";
import type { Logger } from "./logger.ts";
import { referenceNowMs } from "./reference-clock.ts";
import { SignallingGateway } from "./signalling/gateway.ts";

export interface RunningServer {
  /** The port that it listens on, also where the configuration said 0. */
  readonly port: number;
  /** Tells members that the server is stopping, waits for them a moment, and frees the port. May be called twice. */
  stop(): Promise<void>;
}

/** @throws the listening socket's error (`EADDRINUSE`, …), with nothing left running. */
export async function startServer(config: ServerConfig, options: { readonly logger?: Logger } = {}): Promise<RunningServer> {
  const logger = options.logger ?? createLogger(config.logLevel);
  const { limits, iceServers, trustedProxies } = config;
  const gateway = new SignallingGateway({ limits, iceServers, trustedProxies, referenceNowMs, logger });
  const http = createServer(createHttpApp({ appDirectory: config.appDirectory, stats: () => gateway.stats(), logger }));
  http.on("upgrade", (request, socket, head) => void gateway.handleUpgrade(request, socket, head));

  let stopping: Promise<void> | undefined;
  const stop = () =>
    (stopping ??= (async () => {
      const closed = http.listening ? once(http, "close") : Promise.resolve();
      http.close();
      await gateway.stop();
      http.closeAllConnections();
      await closed;
      logger.info("stopped");
    })());

  try {
    http.listen(config.port, config.host);
    await once(http, "listening"); // rejects on "error"
  } catch (error) {
    await stop();
    throw error;
  }
  const address = http.address();
  if (address === null || typeof address === "string") throw new Error("a listening TCP server has an address with a port");
  logger.info({ port: address.port, host: config.host }, "listening");
  return { port: address.port, stop };
}
