/** The real server, serving the built app, for tests and benches that drive browsers. */
import { readConfig } from "../../server/config.ts";
import { startServer } from "../../server/server.ts";
import { BUILT_APP } from "./build-app.ts";

export interface JamServer {
  /** Without a slash at its end. A secure context for browsers, since it is this machine. */
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Nothing leaves the machine: loopback only, and no public ICE servers. `port` 0 lets the system choose. */
export async function startJamServer(options: { readonly port?: number } = {}): Promise<JamServer> {
  const server = await startServer(
    readConfig({
      PORT: String(options.port ?? 0),
      HOST: "127.0.0.1",
      ICE_PUBLIC_DEFAULTS: "off",
      LOG_LEVEL: "silent",
      APP_DIRECTORY: BUILT_APP,
      CONNECTIONS_PER_ADDRESS: "1000",
      CONNECTION_ATTEMPTS_PER_MINUTE: "10000",
      JAMS_PER_ADDRESS: "1000",
    }),
  );
  return { url: `http://127.0.0.1:${server.port}`, port: server.port, stop: () => server.stop() };
}
