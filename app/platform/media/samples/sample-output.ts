/**
 * One audio context for all music of the page, and what is known of when its samples are heard. It is kept running
 * between pieces of music, because the sound system's word on its latency is worst right after a start.
 */
import { OutputClock } from "../../../core/index.ts";
import type { Cancel, Clock } from "../../../core/index.ts";
import { OutputReader } from "../output-reading.ts";
import { nameStream } from "./lag-memory.ts";
import type { LagMemory } from "./lag-memory.ts";
// oxlint-disable-next-line import/default -- Vite makes the address of what it bundles for such an import
import workletUrl from "./tape-worklet.ts?worker&url";

/** Between two readings, ms: devices take frames every 10 to 50 ms, and the fewer are seen the later a break is noticed. */
const LOOK_MS = 50;
/**
 * Asked for, s; Chromium on PulseAudio keeps three buffers of it. Shorter ("playback": 20 ms): a busy process breaks the
 * sound 2 to 8 times a minute, with this not at all (bench sync); longer: what is to be heard 200 ms after a tap has to
 * be rendered before others have heard of it.
 */
const BUFFER_S = 0.03;
/** Unused for so long it lets the device sleep, ms. Waking it costs the beginning of what is played next. */
const REST_AFTER_MS = 600_000;
/** A context that nobody has touched the page for is refused if it isn't running within this, ms ... */
const REFUSED_AFTER_MS = 500;
/** ... and one that may start has a device that doesn't, ms. */
const HOPELESS_AFTER_MS = 5_000;

export class SampleOutput {
  readonly context: AudioContext;
  /** What everything sounds through. */
  readonly outlet: AudioNode;
  readonly #clock: Clock;
  readonly #memory: LagMemory;
  readonly #reader: OutputReader;
  readonly #outputClock = new OutputClock();
  /** Who wants to sound. */
  readonly #users = new Set<object>();
  readonly #listeners = new Set<() => void>();
  #cancelLook: Cancel = () => {};
  #cancelRest: Cancel = () => {};

  private constructor(context: AudioContext, clock: Clock, memory: LagMemory, lagMs: number | null, outlet: AudioNode) {
    this.context = context;
    this.outlet = outlet;
    this.#clock = clock;
    this.#memory = memory;
    this.#reader = new OutputReader(context);
    if (lagMs !== null) this.#outputClock.remember(lagMs);
    context.addEventListener("statechange", () => {
      this.#outputClock.reset(); // while it stood still its clock did, too
      this.#look();
    });
    this.#look(); // where no gesture is asked for it runs already
  }

  /** Null where this browser has no worklets (insecure pages, too) or refuses ours. */
  static async open(
    clock: Clock,
    memory: LagMemory,
    outlet: (context: AudioContext) => AudioNode = ({ destination }) => destination,
  ): Promise<SampleOutput | null> {
    if (!("AudioContext" in globalThis) || !("AudioWorkletNode" in globalThis)) return null;
    const context = new AudioContext({ latencyHint: BUFFER_S });
    try {
      const [lagMs] = await Promise.all([memory.read(nameStream(context)), context.audioWorklet.addModule(workletUrl)]);
      return new SampleOutput(context, clock, memory, lagMs, outlet(context));
    } catch {
      await context.close();
      return null;
    }
  }

  /** For somebody who wants to sound: the page is there. */
  createNode(): AudioWorkletNode {
    this.#outputClock.forget();
    return new AudioWorkletNode(this.context, "tape", { numberOfInputs: 0, outputChannelCount: [2] });
  }

  /** Inside a gesture, the first time. Resolves false when the browser refuses to sound without one. */
  async wake(user: object): Promise<boolean> {
    this.#users.add(user);
    this.#cancelRest();
    if (this.context.state === "running") return true;
    // A refusal is pending until there is a gesture, so that its end can't be waited for.
    const resumed = this.context.resume().then(
      () => true,
      () => false,
    );
    const patienceMs = navigator.userActivation?.hasBeenActive === true ? HOPELESS_AFTER_MS : REFUSED_AFTER_MS;
    let cancel: Cancel = () => {};
    const lost = new Promise<boolean>((resolve) => {
      cancel = this.#clock.schedule(patienceMs, () => resolve(this.context.state === "running"));
    });
    const isRunning = await Promise.race([resumed, lost]);
    cancel();
    return isRunning;
  }

  /** Nothing of this user is to sound for now. */
  release(user: object): void {
    this.#users.delete(user);
    if (this.#users.size > 0) return;
    this.#cancelRest();
    this.#cancelRest = this.#clock.schedule(REST_AFTER_MS, () => void this.context.suspend());
  }

  /** Calls when there is news of it: twenty times a second while it runs, and when it stops. */
  watch(listener: () => void): Cancel {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What `heardFrame` says is good enough to begin by. */
  get isReady(): boolean {
    return this.context.state === "running" && this.#outputClock.isReady;
  }

  /** The context's frame that is heard at this moment of the local clock, fractional; null while that is not known. */
  heardFrame(localMs: number): number | null {
    const contextMs = this.#outputClock.contextMs(localMs);
    return contextMs === null ? null : (contextMs * this.context.sampleRate) / 1000;
  }

  /** Between a sample's being rendered and being heard. */
  get latencyMs(): number {
    return this.#outputClock.latencyMs ?? 0;
  }

  /** How far apart most of what the output says of that is, to either side. */
  get uncertaintyMs(): number {
    return this.#outputClock.uncertaintyMs;
  }

  #look(): void {
    this.#cancelLook();
    if (this.context.state !== "running") return this.#tell();
    const nowMs = this.#clock.nowMs();
    const reading = this.#reader.read(nowMs);
    if (reading) this.#outputClock.add(reading);
    const { learnedLagMs } = this.#outputClock;
    if (learnedLagMs !== null) this.#memory.keep(nameStream(this.context), learnedLagMs);
    this.#cancelLook = this.#clock.schedule(LOOK_MS, () => this.#look());
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
