/** Runs the server for people: environment in, addresses on the terminal, a sentence when it cannot start. `--build` builds the app. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { composeAnnouncement, findLanAddresses } from "./announcement.ts";
import { ConfigError, readConfig } from "./config.ts";
import type { ServerConfig } from "./config.ts";
import { startListening } from "./listening.ts";
import { buildApp } from "./setup/build-app.ts";

try {
  await run(readConfig(process.env));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.problems.join("\n"));
  process.exitCode = 1;
}

async function run(config: ServerConfig): Promise<void> {
  // Listening comes first: a second server on the same port must not replace the files that the first one serves.
  const server = await startListening(config);
  if (process.argv.includes("--build")) await buildApp();
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
