/** A server of its own for each test, on a port that the system chooses, and the clients that go with it. */
import { pino } from "pino";
import { onTestFinished } from "vitest";
import type { ClientOptions } from "ws";
import type { ServerConfig } from "../../server/config.ts";
import { readConfig } from "../../server/config.ts";
import type { ServerLimits } from "../../server/limits.ts";
import { startServer } from "../../server/server.ts";
import { SignallingClient } from "./signalling-client.ts";

export interface TestServer {
  readonly port: number;
  stop(): Promise<void>;
  connect(jam?: string, options?: ClientOptions): SignallingClient;
}

export type TestServerOptions = Partial<Omit<ServerConfig, "limits">> & { readonly limits?: Partial<ServerLimits> };

export async function startTestServer({ limits = {}, ...overrides }: TestServerOptions = {}): Promise<TestServer> {
  const config = readConfig({ PORT: "0", HOST: "127.0.0.1", ICE_PUBLIC_DEFAULTS: "off" });
  const server = await startServer(
    { ...config, ...overrides, limits: { ...config.limits, closeGraceMs: 500, ...limits } },
    { logger: pino({ level: "silent" }) },
  );
  onTestFinished(() => server.stop());
  return {
    port: server.port,
    stop: () => server.stop(),
    connect: (jam = "jam1", options = {}) => new SignallingClient(server.port, jam, options),
  };
}
