/** Vitest's global set-up of the end-to-end tests: builds the app as it is now, so that no test sees yesterday's. */
import { fileURLToPath } from "node:url";
import { build } from "vite";

export default async function buildApp(): Promise<void> {
  await build({ configFile: fileURLToPath(new URL("../../vite.config.ts", import.meta.url)), logLevel: "warn", mode: "production" });
}
