/** A listener in Firefox, by WebDriver BiDi: Playwright drives only a Firefox of its own. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import type { Diagnostics } from "../../../app/state/diagnostics.ts";
import { CannotRunError } from "../bench.ts";
import { BidiConnection } from "./bidi.ts";
import { waitUntil } from "./guest.ts";
import type { Guest } from "./guest.ts";
import { isInstalled } from "./install-tools.ts";
import { OBSERVER_SCRIPT } from "./observer.ts";
import type { Observation } from "./observer.ts";
import { stopProcess } from "./stop-process.ts";

const COMMANDS = ["firefox-esr", "firefox"];
const STARTED_WITHIN_MS = 60_000;

/** Sound without a gesture, connections over loopback, and nothing sent to anyone. */
const PREFERENCES = {
  "media.autoplay.default": 0,
  "media.autoplay.blocking_policy": 0,
  "media.peerconnection.ice.loopback": true,
  "media.peerconnection.ice.obfuscate_host_addresses": false,
  "media.cubeb.backend": "pulse",
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage_override.mstone": "ignore",
  "datareporting.policy.dataSubmissionEnabled": false,
  "toolkit.telemetry.server": "",
  "app.normandy.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "services.settings.server": "",
};

export function findFirefox(): string | null {
  return COMMANDS.find(isInstalled) ?? null;
}

const ContextsSchema = v.object({ contexts: v.tupleWithRest([v.object({ context: v.string() })], v.unknown()) });
const StringResultSchema = v.object({
  type: v.literal("success"),
  result: v.object({ type: v.literal("string"), value: v.string() }),
});

export class FirefoxGuest implements Guest {
  readonly #firefox: ChildProcess;
  readonly #profile: string;
  readonly #bidi: BidiConnection;
  readonly #context: string;
  readonly #baseUrl: string;

  private constructor(firefox: ChildProcess, profile: string, bidi: BidiConnection, context: string, baseUrl: string) {
    this.#firefox = firefox;
    this.#profile = profile;
    this.#bidi = bidi;
    this.#context = context;
    this.#baseUrl = baseUrl;
  }

  static async arrive(baseUrl: string, env: NodeJS.ProcessEnv): Promise<FirefoxGuest> {
    const command = findFirefox();
    if (!command) throw new CannotRunError("This scenario needs Firefox; on Debian: apt-get install firefox-esr");
    const profile = await mkdtemp(join(tmpdir(), "beattorrent-firefox-"));
    const preferences = Object.entries(PREFERENCES).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`);
    await writeFile(join(profile, "user.js"), preferences.join(""));
    const args = ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port=0"];
    const firefox = spawn(command, args, { env, stdio: ["ignore", "ignore", "pipe"] });
    const bidi = await BidiConnection.open(await readAddress(firefox));
    const { contexts } = v.parse(ContextsSchema, await bidi.send("browsingContext.getTree", {}));
    await bidi.send("script.addPreloadScript", { functionDeclaration: `() => { ${OBSERVER_SCRIPT} }` });
    return new FirefoxGuest(firefox, profile, bidi, contexts[0].context, baseUrl);
  }

  async openJam(code: string): Promise<void> {
    await this.#bidi.send("browsingContext.navigate", {
      context: this.#context,
      url: `${this.#baseUrl}/j/${code}`,
      wait: "complete",
    });
    await this.#evaluate(`(async () => { ${FIND};
      const name = await find((element) => element.matches("input") && element.labels?.[0]?.textContent.includes("Your name"));
      name.value = "listener";
      name.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
      return "typed";
    })()`);
  }

  async pressJoin(): Promise<void> {
    await this.#evaluate(`(async () => { ${FIND};
      (await find((element) => element.matches("button") && element.textContent.trim() === "Join jam")).click();
      return "pressed";
    })()`);
    await waitUntil(this, "the listener is in the jam", ({ server }) => server === "online");
  }

  async diagnostics(): Promise<Diagnostics> {
    const json = await this.#evaluate("(async () => JSON.stringify(await globalThis.beatTorrent.diagnostics()))()");
    return JSON.parse(json) as Diagnostics; // our own app's word, as Playwright hands it over unchecked, too
  }

  async observations(): Promise<readonly Observation[]> {
    const json = await this.#evaluate("JSON.stringify(globalThis.syncObservations ?? [])");
    return JSON.parse(json) as readonly Observation[]; // our own script's
  }

  async timeOrigin(): Promise<number> {
    return Number(await this.#evaluate("String(performance.timeOrigin)"));
  }

  async leave(): Promise<void> {
    this.#bidi.close();
    await stopProcess(this.#firefox);
    await rm(this.#profile, { recursive: true, force: true });
  }

  /** @param expression yields a string, or a promise of one */
  async #evaluate(expression: string): Promise<string> {
    const answer = await this.#bidi.send("script.evaluate", {
      expression,
      target: { context: this.#context },
      awaitPromise: true,
      userActivation: true,
    });
    const parsed = v.safeParse(StringResultSchema, answer);
    if (!parsed.success) throw new Error(`Firefox answered ${JSON.stringify(answer)}`);
    return parsed.output.result.value;
  }
}

/** In the page: waits for an element that fits, within shadow trees, too. */
const FIND = `const find = async (fits) => {
  const search = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (fits(element)) return element;
      const found = element.shadowRoot && search(element.shadowRoot);
      if (found) return found;
    }
    return null;
  };
  for (;;) {
    const found = search(document);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}`;

/** Firefox says it on its error output. */
async function readAddress(firefox: ChildProcess): Promise<string> {
  const { stderr } = firefox;
  if (!stderr) throw new Error("Firefox was started without its error output");
  return new Promise((resolve, reject) => {
    let said = "";
    const fail = () =>
      reject(new CannotRunError(`Firefox does not start here.\n${said.trim().split("\n").slice(-3).join("\n")}`));
    const impatience = setTimeout(fail, STARTED_WITHIN_MS);
    firefox.on("exit", fail);
    stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const address = /WebDriver BiDi listening on (ws:\S+)/.exec(said)?.[1];
      if (address === undefined) return;
      clearTimeout(impatience);
      resolve(address);
    });
  });
}
