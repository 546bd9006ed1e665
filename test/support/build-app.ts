/**
 * Builds the app for end-to-end tests and benches, as it is now, so that none sees yesterday's; into a folder of their own,
 * so that nothing disturbs a server that is running.
 */
import { REPOSITORY } from "./source-files.ts";
import { runCommand } from "./steps.ts";

export const BUILT_APP = `${REPOSITORY}node_modules/.cache/tests/app`;

/** Also Vitest's global set-up of the end-to-end tests. */
export default async function buildApp(): Promise<void> {
  const { ok, output } = await runCommand(`vite build --outDir "${BUILT_APP}" --emptyOutDir`, {
    NODE_ENV: "production", // Vitest says "test", which would build for development
  });
  if (!ok) throw new Error(`The app cannot be built.\n${output}`);
}
