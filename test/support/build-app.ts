/**
 * Builds the app for end-to-end tests and benches, as it is now, so that none sees yesterday's; into a folder of their own,
 * so that nothing disturbs a server that is running.
 */
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { REPOSITORY } from "./source-files.ts";

export const BUILT_APP = `${REPOSITORY}node_modules/.cache/tests/app`;

/** Also Vitest's global set-up of the end-to-end tests. */
export default async function buildApp(): Promise<void> {
  await build({
    configFile: fileURLToPath(new URL("../../vite.config.ts", import.meta.url)),
    logLevel: "error",
    build: { outDir: BUILT_APP },
  });
}
