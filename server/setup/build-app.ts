/** Builds the app and its service worker into dist/app, for `npm start`. */
import { fileURLToPath } from "node:url";

export async function buildApp(): Promise<void> {
  const { build } = await import("vite"); // not needed, and not installed, where a built app is deployed
  await build({ configFile: fileURLToPath(new URL("../../vite.config.ts", import.meta.url)), logLevel: "warn" });
}
