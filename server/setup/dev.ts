/**
 * `npm run dev`: Vite serves the app with hot reload and hands `/ws` and `/healthz` on to our server, which restarts
 * when its sources change. `PORT` is the server's; the address to open is the one that Vite prints.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createServer } from "vite";
import { ConfigError, readConfig } from "../config.ts";
import { startListening } from "../listening.ts";

// tsx would go on watching a server that could not start, and the app would talk to whoever has the port.
try {
  await (await startListening(readConfig(process.env))).stop();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.problems.join("\n"));
  process.exit(1);
}

const server = spawn(
  process.execPath,
  [fileURLToPath(import.meta.resolve("tsx/cli")), "watch", "--clear-screen=false", "server/main.ts"],
  { cwd: fileURLToPath(new URL("../../", import.meta.url)), stdio: ["ignore", "ignore", "inherit"] }, // its announcement would name the wrong port
);

const vite = await createServer({ configFile: fileURLToPath(new URL("../../vite.config.ts", import.meta.url)) });
await vite.listen();
vite.printUrls();

const stop = () => {
  server.kill();
  void vite.close().then(() => process.exit(0));
};
process.once("SIGINT", stop).once("SIGTERM", stop);
