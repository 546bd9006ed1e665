/**
 * Which Chromium the tests and benches drive, and how it is started. Looks only; installing one is
 * `test/support/install-chromium.ts`'s business.
 */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright";

/**
 * What every Chromium of ours is started with. No sandbox: tests also run as root in a container. Autoplay: a test has
 * no hands. A silent audio sink of Chromium's own: where there is no sound card it would look for one for up to a second.
 * Real host candidates instead of mDNS names, which need a multicast network.
 */
export const CHROMIUM_ARGS: readonly string[] = [
  "--no-sandbox",
  "--autoplay-policy=no-user-gesture-required",
  "--disable-audio-output",
  "--disable-features=WebRtcHideLocalIpsWithMdns",
];

const COMMAND_NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const USUAL_PLACES: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"],
  win32: ["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"].flatMap((variable) => {
    const folder = process.env[variable];
    return folder ? [join(folder, "Google", "Chrome", "Application", "chrome.exe")] : [];
  }),
};

/**
 * Path of a Chromium on this machine: `CHROMIUM_PATH`, else one that is installed, else the one that Playwright
 * downloaded; null when there is none.
 */
export function findChromium(): string | null {
  const chosen = process.env["CHROMIUM_PATH"];
  if (chosen) {
    if (!existsSync(chosen)) throw new Error(`CHROMIUM_PATH: no file at ${chosen}`);
    return chosen;
  }
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const installed = folders.flatMap((folder) => COMMAND_NAMES.map((name) => join(folder, name)));
  const candidates = [...installed, ...(USUAL_PLACES[process.platform] ?? []), chromium.executablePath()];
  return candidates.find((path) => existsSync(path)) ?? null;
}

/** @throws Error that says what to do, when there is no Chromium. */
export function requireChromium(): string {
  const path = findChromium();
  if (!path) throw new Error("No Chromium found: `npm test` installs one, or name yours in CHROMIUM_PATH.");
  return path;
}
