/**
 * Someone with a browser of their own: does what a person does, by the names that a person reads, and reports what the
 * diagnostics say. Knows the interface's accessible names (DESIGN: "What the outside may rely on") and no element.
 */
import type { Browser, BrowserContext, Locator, Page } from "playwright";
import type { Diagnostics } from "../../app/state/diagnostics.ts";

declare global {
  var beatTorrent: { diagnostics(): Promise<Diagnostics> } | undefined;
}

export interface PersonOptions {
  /** Runs in every page before the app does. */
  readonly initScript?: () => void;
  /** Between two looks at the diagnostics while waiting, ms (50): each look costs the browser a little. */
  readonly pollMs?: number;
}

export interface Heard {
  readonly positionMs: number;
  readonly trackId: string;
  /** This machine's clock at that moment, so that several people's positions can be compared. */
  readonly atMs: number;
}

export class Person {
  readonly name: string;
  readonly context: BrowserContext;
  /** What went wrong in the page without anyone catching it. */
  readonly uncaught: string[] = [];
  /** The last that the page logged, for messages of failing tests. */
  readonly #log: string[] = [];
  readonly #baseUrl: string;
  readonly #pollMs: number;
  #page: Page;

  private constructor(name: string, context: BrowserContext, page: Page, baseUrl: string, options: PersonOptions) {
    this.name = name;
    this.#pollMs = options.pollMs ?? 50;
    this.context = context;
    this.#page = page;
    this.#baseUrl = baseUrl;
    this.#watch(page);
  }

  get page(): Page {
    return this.#page;
  }

  /** Opens a browser profile of their own. */
  static async arrive(browser: Browser, baseUrl: string, name: string, options: PersonOptions = {}): Promise<Person> {
    const context = await browser.newContext({ viewport: { width: 900, height: 900 } });
    context.setDefaultTimeout(60_000);
    if (options.initScript) await context.addInitScript(options.initScript);
    return new Person(name, context, await context.newPage(), baseUrl, options);
  }

  async leave(): Promise<void> {
    await this.context.close();
  }

  // Doing.

  async visit(path: string): Promise<void> {
    await this.page.goto(this.#baseUrl + path);
  }

  /** Starts a jam as its host and returns its code. */
  async startJam(): Promise<string> {
    await this.visit("/");
    await this.page.getByRole("textbox", { name: "Your name" }).fill(this.name);
    await this.page.getByRole("button", { name: "Start a jam" }).click();
    await this.page.waitForURL(/\/j\/[a-z0-9-]+$/);
    await this.waitUntilJoined();
    return new URL(this.page.url()).pathname.slice("/j/".length);
  }

  /** Opens the jam's link and joins: the gesture from which first sound is counted. */
  async joinJam(code: string): Promise<void> {
    await this.openJam(code);
    await this.pressJoin();
  }

  async openJam(code: string): Promise<void> {
    await this.visit(`/j/${code}`);
    await this.page.getByRole("textbox", { name: "Your name" }).fill(this.name);
  }

  async pressJoin(): Promise<void> {
    await this.page.getByRole("button", { name: "Join jam" }).click();
    await this.waitUntilJoined();
  }

  async waitUntilJoined(): Promise<void> {
    await this.page.getByRole("list", { name: "People" }).getByText(this.name).first().waitFor();
  }

  /** Hands files over, by path or as bytes, and does not wait. */
  async chooseMusic(files: Parameters<Locator["setInputFiles"]>[0]): Promise<void> {
    await this.page.getByLabel("Add music").setInputFiles(files);
  }

  /** Adds good files and waits until they are in the jam. */
  async addMusic(paths: readonly string[]): Promise<void> {
    const before = (await this.diagnostics()).tracks.length;
    await this.chooseMusic([...paths]);
    await this.waitFor("the music is in the jam", ({ tracks }) => tracks.length >= before + paths.length);
  }

  async play(): Promise<void> {
    await this.press("Play");
  }

  async pause(): Promise<void> {
    await this.press("Pause");
  }

  async next(): Promise<void> {
    await this.press("Next");
  }

  async press(button: string): Promise<void> {
    await this.page.getByRole("button", { name: button, exact: true }).click();
  }

  async seekTo(seconds: number): Promise<void> {
    await this.page.getByRole("slider", { name: "Seek" }).fill(String(seconds));
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.waitUntilJoined();
  }

  /** The tab dies as on a phone that needs the memory, and is opened again. */
  async loseTab(): Promise<void> {
    const address = this.page.url();
    const lost = this.page;
    this.#page = await this.context.newPage();
    this.#watch(this.page);
    const crashed = lost.waitForEvent("crash");
    const devtools = await this.context.newCDPSession(lost);
    void devtools.send("Page.crash").catch(() => {}); // never answers: there is nobody left to
    await crashed;
    await lost.close();
    await this.page.goto(address);
    await this.waitUntilJoined();
  }

  // Looking.

  diagnostics(): Promise<Diagnostics> {
    return this.page.evaluate(() => {
      if (!globalThis.beatTorrent) throw new Error("the app has not started");
      return globalThis.beatTorrent.diagnostics();
    });
  }

  /** Waits for a condition on the diagnostics and returns those that met it. */
  async waitFor(what: string, isMet: (diagnostics: Diagnostics) => boolean, timeoutMs = 60_000): Promise<Diagnostics> {
    const deadlineMs = performance.now() + timeoutMs;
    let last: Diagnostics | null = null;
    while (performance.now() < deadlineMs) {
      last = await this.diagnostics().catch(() => null); // the page may be loading
      if (last && isMet(last)) return last;
      await this.page.waitForTimeout(this.#pollMs);
    }
    const evidence = [`Diagnostics: ${JSON.stringify(last)}`, ...this.#log, ...this.uncaught].join("\n");
    throw new Error(`${this.name} waited ${timeoutMs} ms in vain until ${what}.\n${evidence}`);
  }

  /** Waits until music is heard: the playhead has moved since the last look. */
  async waitUntilHearing(): Promise<Diagnostics> {
    let earlier: number | null = null;
    return this.waitFor("music is heard", ({ playback }) => {
      const moved =
        playback.state === "playing" && earlier !== null && playback.positionMs !== null && playback.positionMs > earlier;
      earlier = playback.positionMs;
      return moved;
    });
  }

  /** Waits until every chunk of the jam's first track is here. */
  waitUntilComplete(timeoutMs?: number): Promise<Diagnostics> {
    return this.waitFor(
      "the track is complete",
      ({ tracks: [track] }) => !!track && track.chunks > 0 && track.chunksHeld === track.chunks,
      timeoutMs,
    );
  }

  /** What sounds at this moment, with the moment. */
  async listen(): Promise<Heard> {
    return this.page.evaluate(async () => {
      const { playback } = (await globalThis.beatTorrent?.diagnostics()) ?? {};
      const atMs = performance.timeOrigin + performance.now(); // the position is the last that diagnostics read
      if (typeof playback?.positionMs !== "number" || playback.trackId === null)
        throw new Error(`nothing sounds: ${JSON.stringify(playback)}`);
      return { positionMs: playback.positionMs, trackId: playback.trackId, atMs };
    });
  }

  #watch(page: Page): void {
    page.on("pageerror", (error) => this.uncaught.push(error.stack ?? error.message));
    page.on("console", (message) => {
      this.#log.push(message.text());
      if (this.#log.length > LOG_LINES) this.#log.shift();
    });
  }
}

const LOG_LINES = 20;

/** How far apart playheads are, ms: the widest gap between any two of them, were they all read at one moment. */
export function spreadMs(heard: readonly Heard[]): number {
  const startedAtMs = heard.map(({ positionMs, atMs }) => atMs - positionMs);
  return Math.max(...startedAtMs) - Math.min(...startedAtMs);
}
