/** Sees to it that there is a Chromium that starts: one that is installed, else Playwright's, else Debian's package. */
import { chromium } from "playwright";
import { CHROMIUM_ARGS, findChromium } from "./chromium.ts";
import { runCommand } from "./steps.ts";
import type { StepResult } from "./steps.ts";

/** May install system packages. */
const isLinuxRoot = process.platform === "linux" && process.getuid?.() === 0;

/** Ways to get one, in the order in which they are tried. */
const SOURCES: readonly { readonly name: string; readonly install: () => Promise<StepResult> }[] = [
  {
    name: "Playwright's download",
    install: () =>
      runCommand(`playwright install chromium${isLinuxRoot ? " && playwright install-deps chromium" : ""}`, {
        PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: "10000",
      }),
  },
  {
    name: "Debian's package",
    install: () =>
      isLinuxRoot
        ? runCommand("apt-get update && apt-get install -y --no-install-recommends chromium", {
            DEBIAN_FRONTEND: "noninteractive",
          })
        : Promise.resolve({ ok: false, output: "needs apt-get and root" }),
  },
];

export async function installChromium(): Promise<StepResult> {
  const attempts: string[] = [];
  const present = await tryToStart();
  if (present.ok) return present;
  attempts.push(present.output);
  for (const source of SOURCES) {
    console.log(`Installing Chromium: ${source.name} …`);
    const installed = await source.install();
    const started = installed.ok ? await tryToStart() : installed;
    if (started.ok) return started;
    attempts.push(`${source.name}: ${summarise(started.output)}`);
  }
  return { ok: false, output: `No Chromium. Install one, or name yours in CHROMIUM_PATH.\n${attempts.join("\n")}` };
}

async function tryToStart(): Promise<StepResult> {
  const path = findChromium();
  if (!path) return { ok: false, output: "none is installed" };
  try {
    const browser = await chromium.launch({ executablePath: path, args: [...CHROMIUM_ARGS] });
    await browser.close();
    return { ok: true, output: path };
  } catch (error) {
    return { ok: false, output: `${path} does not start: ${summarise(String(error))}` };
  }
}

/** The lines that tell: those about errors, else the last ones. */
function summarise(text: string): string {
  const lines = text.trim().split("\n");
  const telling = lines.filter((line) => /error/i.test(line));
  return (telling.length > 0 ? telling.slice(0, 3) : lines.slice(-3)).join("\n");
}
