/** The shell: which page is shown, and the jam that lives while its page is open. */
import * as v from "valibot";
import { buildDiagnosticsWithoutJam } from "./build-diagnostics.ts";
import type { Diagnostics } from "./diagnostics.ts";
import { LiveJam } from "./jam-service.ts";
import { KeptLibrary } from "./library-service.ts";
import type { JamRecord, Platform, Settings } from "./platform.ts";
import type { AppService } from "./services.ts";
import { signal } from "./signals.ts";
import { JamIdSchema, parseJamCode } from "../core/index.ts";

/** After so long a reload asks again before it joins: it is another evening. */
const REJOIN_WITHIN_MS = 12 * 3600 * 1000;

/** The page's address bar, as far as the app needs it. */
export interface AddressBar {
  readonly path: string;
  push(path: string): void;
  onPop(listener: () => void): void;
}

export class Shell implements AppService {
  readonly library: KeptLibrary;
  readonly path;
  readonly update = signal<{ readonly apply: () => void } | null>(null);
  readonly install = signal<{ readonly prompt: () => void } | null>(null);
  readonly #platform: Platform;
  readonly #address: AddressBar;
  #jam: LiveJam | null = null;
  #tellKept: () => void = () => {};
  /** Resolves when a track has come whole, or a jam was left: nobody waits for music then. */
  readonly hasKept: Promise<void>;

  constructor(platform: Platform, settings: Settings, address: AddressBar) {
    this.#platform = platform;
    this.#address = address;
    this.hasKept = new Promise((resolve) => (this.#tellKept = resolve));
    this.path = signal(address.path);
    this.library = new KeptLibrary(platform, settings);
    address.onPop(() => this.#arrive(address.path));
  }

  async diagnostics(): Promise<Diagnostics> {
    const { version, identity, chunks } = this.#platform;
    return this.#jam?.diagnostics() ?? buildDiagnosticsWithoutJam(version, identity.peerId, await chunks.usage());
  }

  /** The page goes away; the membership stays. */
  suspend(): void {
    this.#jam?.suspend();
  }

  openJam(jamId: string): LiveJam {
    const id = v.parse(JamIdSchema, jamId);
    if (this.#jam?.jamId === id && this.#jam.connection.get().kind !== "ended") return this.#jam;
    this.#jam?.suspend();
    this.library.silence();
    this.#jam = new LiveJam(id, this.#platform, {
      isOwnCode: this.library.isOwnCode(id),
      onKept: () => {
        this.#tellKept();
        this.#reloadLibrary();
      },
    });
    return this.#jam;
  }

  parseJamCode(text: string): string | null {
    return parseJamCode(text);
  }

  navigate(path: string): void {
    if (path === this.#address.path) return;
    this.#address.push(path);
    this.#arrive(path);
  }

  /**
   * A reload, a crash, a tab that the phone had thrown away: whoever was in this jam is back in it without a tap.
   * Where the browser wants one before sound, the jam page asks for it then.
   */
  async resume(): Promise<void> {
    this.#reloadLibrary();
    const jamId = jamIdOfPath(this.path.get());
    if (!jamId) return;
    const record = await this.#platform.jams.get(v.parse(JamIdSchema, jamId));
    const isStillHere = jamIdOfPath(this.path.get()) === jamId;
    if (record?.name && this.#wasHereLately(record) && isStillHere) this.openJam(jamId).join(record.name);
  }

  #wasHereLately(record: JamRecord): boolean {
    return this.#platform.wallClockMs() - record.lastVisitMs < REJOIN_WITHIN_MS;
  }

  #arrive(path: string): void {
    const jamId = jamIdOfPath(path);
    if (this.#jam && this.#jam.jamId !== jamId) {
      this.#jam.suspend();
      this.#jam = null;
    }
    this.path.set(path);
    if (!jamId) this.#reloadLibrary();
  }

  #reloadLibrary(): void {
    // The list stays as it was when the store can't be read; the jam, if any, says so itself.
    this.library.reload().catch((error: unknown) => console.warn("library could not be read", error));
  }
}

export function jamIdOfPath(path: string): string | null {
  const code = /^\/j\/([^/%]+)\/?$/.exec(path)?.[1];
  return code ? parseJamCode(code) : null;
}
