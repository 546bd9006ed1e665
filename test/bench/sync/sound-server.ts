/**
 * A PulseAudio of the bench's own, with one silent sound card of four channels and an output for each browser that is
 * one half of it. Whatever the browsers play is mixed on one sample clock; one recording of the card has it all.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CannotRunError } from "../bench.ts";
import { MarkFinder } from "./mark-finder.ts";
import type { Sighting } from "./mark-finder.ts";
import { stopProcess } from "./stop-process.ts";

export const SAMPLE_RATE_HZ = 48_000;
/** Halves of the card, in the order of a recording's outputs. `both` plays the same on both. */
export type Output = "first" | "second" | "both";

/** PulseAudio's. */
const PROGRAMS = { daemon: "pulseaudio", player: "pacat", recorder: "parec" } as const;
export const SOUND_PROGRAMS: readonly string[] = Object.values(PROGRAMS);

const CARD = "room";
const CHANNELS = 4;
const CHANNEL_MAP = "front-left,front-right,rear-left,rear-right";
const BYTES_PER_FRAME = CHANNELS * 2;
const STARTED_WITHIN_MS = 10_000;
/** How finely the recording is handed over, ms: what "when was this sample" is good to. */
const RECORDING_LATENCY_MS = 10;

export class SoundServer {
  readonly #folder: string;
  readonly #daemon: ChildProcess;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(folder: string, daemon: ChildProcess, env: NodeJS.ProcessEnv) {
    this.#folder = folder;
    this.#daemon = daemon;
    this.#env = env;
    process.once("exit", () => daemon.kill()); // a bench that is stopped by hand leaves no daemon behind
  }

  static async start(): Promise<SoundServer> {
    const folder = await mkdtemp(join(tmpdir(), "beattorrent-sound-"));
    const home = join(folder, "home");
    const socket = join(folder, "native");
    const script = join(folder, "card.pa");
    await mkdir(home);
    await writeFile(script, describeCard(socket));
    const env = { ...process.env, HOME: home, PULSE_RUNTIME_PATH: folder, PULSE_SERVER: `unix:${socket}` };
    const args = ["-n", "-F", script, "--exit-idle-time=-1", "--daemonize=no", "--use-pid-file=no", "--log-level=error"];
    const daemon = spawn(PROGRAMS.daemon, args, {
      env: { ...env, PULSE_SERVER: undefined },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let complaints = "";
    daemon.stderr.setEncoding("utf8").on("data", (text: string) => (complaints += text));
    daemon.on("error", (error) => (complaints += String(error)));
    const deadlineMs = performance.now() + STARTED_WITHIN_MS;
    while (!existsSync(socket)) {
      if (daemon.exitCode !== null || performance.now() > deadlineMs) {
        throw new CannotRunError(`PulseAudio does not start here.\n${complaints.trim()}`);
      }
      await delay(20);
    }
    return new SoundServer(folder, daemon, env);
  }

  /** For a browser that shall be heard there. */
  environmentFor(output: Output): NodeJS.ProcessEnv {
    return { ...this.#env, PULSE_SINK: output === "both" ? CARD : output };
  }

  /** Plays samples straight on both halves, one channel each, and resolves when they are over. */
  async play(first: Float32Array, second: Float32Array): Promise<void> {
    const format = ["--raw", "--format=float32le", `--rate=${SAMPLE_RATE_HZ}`, "--channels=2", "--no-remix"];
    const player = spawn(PROGRAMS.player, [...format, "--channel-map=front-left,rear-left", `--device=${CARD}`], {
      env: this.#env,
      stdio: ["pipe", "ignore", "inherit"],
    });
    const frames = Float32Array.from({ length: 2 * first.length }, (_, at) => (at % 2 ? second : first)[at >> 1] ?? 0);
    player.stdin.end(Buffer.from(frames.buffer));
    await once(player, "exit");
  }

  record(): Recording {
    return new Recording(this.#env);
  }

  async stop(): Promise<void> {
    await stopProcess(this.#daemon);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Listens to both outputs and keeps the marks that it hears. */
export class Recording {
  readonly sightings: Sighting[] = [];
  readonly #parec: ChildProcess;
  readonly #finder = new MarkFinder(SAMPLE_RATE_HZ, (sighting) => this.sightings.push(sighting));
  #frames = 0;
  #rest = Buffer.alloc(0);
  /** `performance.now()` at the recording's first sample, by the block that came soonest. */
  #startedAtMs = Infinity;

  constructor(env: NodeJS.ProcessEnv) {
    const format = [
      "--raw",
      "--format=s16le",
      `--rate=${SAMPLE_RATE_HZ}`,
      `--channels=${CHANNELS}`,
      `--channel-map=${CHANNEL_MAP}`,
    ];
    this.#parec = spawn(PROGRAMS.recorder, [...format, `--device=${CARD}.monitor`, `--latency-msec=${RECORDING_LATENCY_MS}`], {
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#parec.stdout?.on("data", (bytes: Buffer) => this.#take(bytes));
  }

  /** How much has been listened to, ms. */
  get lengthMs(): number {
    return (this.#frames / SAMPLE_RATE_HZ) * 1000;
  }

  /** Where in the recording a moment of `performance.now()` is, ms; some 10 ms late at most. */
  timeOf(atMs: number): number {
    return atMs - this.#startedAtMs;
  }

  async stop(): Promise<void> {
    await stopProcess(this.#parec);
  }

  #take(bytes: Buffer): void {
    const arrivedAtMs = performance.now();
    const all = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes;
    const frames = Math.floor(all.length / BYTES_PER_FRAME);
    for (let frame = 0; frame < frames; frame++) {
      const at = frame * BYTES_PER_FRAME;
      this.#finder.push(all.readInt16LE(at) / 32_768, all.readInt16LE(at + BYTES_PER_FRAME / 2) / 32_768);
    }
    this.#rest = Buffer.from(all.subarray(frames * BYTES_PER_FRAME));
    this.#frames += frames;
    this.#startedAtMs = Math.min(this.#startedAtMs, arrivedAtMs - this.lengthMs);
  }
}

/** `norewinds`: Firefox rewrites what it has queued, which this card would play late. */
function describeCard(socket: string): string {
  const half = (name: Output, side: "front" | "rear") =>
    `load-module module-remap-sink sink_name=${name} master=${CARD} channels=2 remix=no ` +
    `channel_map=front-left,front-right master_channel_map=${side}-left,${side}-right`;
  return [
    `load-module module-null-sink sink_name=${CARD} rate=${SAMPLE_RATE_HZ} channels=${CHANNELS} ` +
      `channel_map=${CHANNEL_MAP} norewinds=1`,
    half("first", "front"),
    half("second", "rear"),
    `load-module module-native-protocol-unix socket=${socket} auth-anonymous=1`,
    "",
  ].join("\n");
}
