/** What it costs to spread music: headless peers with real WebRTC in several processes, and nothing else at work. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { startJamServer } from "../../support/jam-server.ts";
import { BenchFailure, CannotRunError } from "../bench.ts";
import type { Bench, BenchReport } from "../bench.ts";
import { Child } from "./child.ts";
import { summarise } from "./figures.ts";
import type { PeerFigures } from "./messages.ts";
import { readOptions, USAGE } from "./options.ts";
import type { SwarmOptions } from "./options.ts";

type Say = (line: string) => void;

const ORIGIN = "origin";
const JAM = "swarm";
/** How often progress is told, ms. */
const LOOK_MS = 1_000;
/** Nothing at all came in anywhere for so long: the swarm hangs, ms. */
const HANGS_MS = 60_000;

export const swarmBench: Bench = {
  name: "swarm",
  summary: "headless peers in several processes: copies, makespan, CPU time per megabyte, memory per peer",
  usage: USAGE,
  async run(args, say) {
    const options = readOptions(args);
    await import("node-datachannel").catch((cause: unknown) => {
      throw new CannotRunError(`This bench needs node-datachannel, which does not load here: ${String(cause)}`, { cause });
    });
    if (options.profileFolder !== null) await mkdir(options.profileFolder, { recursive: true });
    const folder = await mkdtemp(join(tmpdir(), "beattorrent-swarm-"));
    const swarm = new BenchSwarm(options, folder);
    const interrupt = () => swarm.fail(new BenchFailure("Interrupted."));
    process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
    try {
      return await swarm.measure(say);
    } finally {
      process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
      await swarm.end();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    }
  },
};

class BenchSwarm {
  readonly #options: SwarmOptions;
  readonly #origin: Child;
  readonly #listeners: readonly Child[];
  readonly #completeMs = new Map<string, number>();
  readonly #startedMs = new Map<string, number>();
  readonly #failed: Promise<never>;
  #reject: (error: unknown) => void = () => {};
  #noticeComplete: () => void = () => {};

  constructor(options: SwarmOptions, folder: string) {
    this.#options = options;
    this.#failed = new Promise((_, reject) => (this.#reject = reject));
    this.#failed.catch(() => {}); // whoever waits for something hears of it; nobody may be waiting any more
    const make = (title: string, names: readonly string[]) =>
      new Child({
        title,
        names,
        folder,
        onComplete: (name) => this.#completed(name),
        onFailed: (error) => this.fail(error),
      });
    this.#origin = make(ORIGIN, [ORIGIN]);
    this.#listeners = spread(options.peers, options.processes).map(([first, last]) =>
      make(
        first === last ? `listener ${first}` : `listeners ${first}–${last}`,
        Array.from({ length: last - first + 1 }, (_, at) => `listener ${first + at}`),
      ),
    );
  }

  fail(error: BenchFailure): void {
    this.#reject(error);
  }

  async measure(say: Say): Promise<BenchReport> {
    const { file, peers, upMbit } = this.#options;
    const server = await startJamServer();
    try {
      const order = {
        serverUrl: `ws://127.0.0.1:${server.port}`,
        jamId: JAM,
        capBytesPerSecond: upMbit === null ? null : (upMbit * 1e6) / 8,
      };
      say(`importing ${basename(file)}`);
      await this.#unlessFailed(this.#origin.make({ ...order, file }));
      await this.#untilComplete([ORIGIN]);
      say(`making ${peers} listeners in ${this.#listeners.length} processes`);
      await this.#unlessFailed(Promise.all(this.#listeners.map((child) => child.make({ ...order, file: null }))));
      return await this.#spread(say);
    } finally {
      await server.stop();
    }
  }

  async end(): Promise<void> {
    await Promise.all([this.#origin, ...this.#listeners].map((child) => child.end()));
  }

  async #spread(say: Say): Promise<BenchReport> {
    const { staggerMs, profileFolder } = this.#options;
    const children = [this.#origin, ...this.#listeners];
    const names = this.#listeners.flatMap((child) => child.names);
    for (const child of children) child.measure(profileFolder);
    say("listeners start");
    const startedMs = performance.now();
    const timers = this.#listeners.flatMap((child) =>
      child.names.map((name) => setTimeout(() => this.#start(child, name), names.indexOf(name) * staggerMs)),
    );
    const watch = this.#watch(say);
    try {
      await this.#untilComplete(names);
    } finally {
      clearInterval(watch);
      for (const timer of timers) clearTimeout(timer);
    }
    const [origin, ...listeners] = await this.#unlessFailed(
      Promise.all(children.map(async (child) => ({ title: child.title, figures: await child.look() }))),
    );
    if (!origin) throw new Error("there is always an origin");
    const completeMs = new Map(names.map((name) => [name, (this.#completeMs.get(name) ?? NaN) - startedMs]));
    const tookMs = names.map((name) => (this.#completeMs.get(name) ?? NaN) - (this.#startedMs.get(name) ?? NaN));
    say(`all have everything after ${(Math.max(...completeMs.values()) / 1000).toFixed(2)} s`);
    return summarise({ options: this.#options, origin, listeners, completeMs, tookMs });
  }

  #start(child: Child, name: string): void {
    this.#startedMs.set(name, performance.now());
    child.start(name);
  }

  #completed(name: string): void {
    if (!this.#completeMs.has(name)) this.#completeMs.set(name, performance.now());
    this.#noticeComplete();
  }

  #untilComplete(names: readonly string[]): Promise<void> {
    const complete = new Promise<void>((resolve) => {
      this.#noticeComplete = () => {
        if (names.every((name) => this.#completeMs.has(name))) resolve();
      };
      this.#noticeComplete();
    });
    return this.#unlessFailed(complete);
  }

  #unlessFailed<T>(awaited: Promise<T>): Promise<T> {
    return Promise.race([awaited, this.#failed]);
  }

  /** Tells of progress, and gives up when there is none. */
  #watch(say: Say): NodeJS.Timeout {
    let movedBytes = 0;
    let movedAtMs = performance.now();
    const look = async () => {
      const peers = (await Promise.all(this.#listeners.map((child) => child.look()))).flatMap((figures) => figures.peers);
      const nowBytes = peers.reduce((sum, peer) => sum + peer.bytesFromOrigin + peer.bytesFromListeners, 0);
      if (nowBytes !== movedBytes) movedAtMs = performance.now();
      movedBytes = nowBytes;
      const complete = peers.filter(({ name }) => this.#completeMs.has(name)).length;
      say(`${complete} of ${peers.length} have everything, ${(movedBytes / 1e6).toFixed(1)} MB moved`);
      if (performance.now() - movedAtMs > HANGS_MS) this.fail(new BenchFailure(describeHang(peers)));
    };
    return setInterval(() => void look().catch((error: unknown) => this.#reject(error)), LOOK_MS);
  }
}

function describeHang(peers: readonly PeerFigures[]): string {
  const waiting = peers.filter(({ chunks, chunksHeld }) => chunks === 0 || chunksHeld < chunks);
  const each = waiting.map(
    ({ name, chunks, chunksHeld, links }) => `${name} has ${chunksHeld} of ${chunks || "?"} chunks and ${links} links`,
  );
  return `Nothing moved for ${HANGS_MS / 1000} s: ${each.join("; ")}.`;
}

/** Shares out 1…count as evenly as can be: the first and the last of each share, and none without any. */
function spread(count: number, most: number): readonly (readonly [number, number])[] {
  const shares = Math.min(count, most);
  return Array.from({ length: shares }, (_, at) => [
    Math.floor((at * count) / shares) + 1,
    Math.floor(((at + 1) * count) / shares),
  ]);
}
