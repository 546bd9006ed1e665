/** A process of peers, seen from the bench. None outlives the bench, and none dies unnoticed. */
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BenchFailure } from "../bench.ts";
import { readNews } from "./messages.ts";
import type { News, Order, ProcessFigures } from "./messages.ts";

const PROGRAM = fileURLToPath(new URL("./peer-process.ts", import.meta.url));
/** A process that was told to end and still runs after this is ended, ms. */
const END_GRACE_MS = 10_000;

export interface ChildOptions {
  /** What the table calls it. */
  readonly title: string;
  readonly names: readonly string[];
  /** Where its peers keep their music. */
  readonly folder: string;
  onComplete(name: string): void;
  /** It ended, or one of its peers gave up. */
  onFailed(error: BenchFailure): void;
}

export class Child {
  readonly title: string;
  readonly names: readonly string[];
  readonly #process: ChildProcess;
  readonly #exited: Promise<unknown>;
  #awaited: { readonly kind: News["kind"]; readonly resolve: (news: News) => void } | null = null;
  #isEnding = false;

  constructor({ title, names, folder, onComplete, onFailed }: ChildOptions) {
    this.title = title;
    this.names = names;
    this.#process = fork(PROGRAM, {
      execArgv: ["--import", "tsx"],
      env: { ...process.env, TMPDIR: folder, TMP: folder, TEMP: folder },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#exited = once(this.#process, "exit");
    this.#process.on("message", (message) => {
      const news = readNews(message);
      if (news.kind === "complete") onComplete(news.name);
      else if (news.kind === "failed") onFailed(new BenchFailure(news.sentence));
      else if (this.#awaited?.kind === news.kind) this.#awaited.resolve(news);
    });
    this.#process.once("exit", (code, signal) => {
      if (!this.#isEnding) onFailed(new BenchFailure(`The process of ${title} ended early (${signal ?? `exit code ${code}`}).`));
    });
  }

  /** Resolves when its peers are ready to start. */
  async make(order: Omit<Extract<Order, { kind: "make" }>, "kind" | "names">): Promise<void> {
    await this.#ask({ kind: "make", names: [...this.names], ...order }, "made");
  }

  /** @param profileFolder where a CPU profile goes at the end; null for none. */
  measure(profileFolder: string | null): void {
    const profilePath = profileFolder && join(profileFolder, `${this.title.replaceAll(/\W+/g, "-")}.cpuprofile`);
    this.#tell({ kind: "measure", profilePath });
  }

  start(name: string): void {
    this.#tell({ kind: "start", name });
  }

  async look(): Promise<ProcessFigures> {
    const news = await this.#ask({ kind: "look" }, "figures");
    if (news.kind !== "figures") throw new Error("asked for figures, and got something else");
    return news;
  }

  /** Politely, then not. */
  async end(): Promise<void> {
    this.#isEnding = true;
    this.#tell({ kind: "stop" });
    const timer = setTimeout(() => this.kill(), END_GRACE_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  kill(): void {
    this.#isEnding = true;
    this.#process.kill("SIGKILL");
  }

  /** One question at a time; one that is never answered ends with the process. */
  #ask(order: Order, kind: News["kind"]): Promise<News> {
    return new Promise((resolve) => {
      this.#awaited = { kind, resolve };
      this.#tell(order);
    });
  }

  #tell(order: Order): void {
    if (this.#process.connected) this.#process.send(order);
  }
}
