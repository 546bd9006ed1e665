/**
 * This device's output, as its owner adjusts it: the trim that is kept for each output, and the metronome and the test
 * tone by which one hears what is right. It decides nothing about music; the jam is told of what concerns it.
 */
import type { ClickTiming, Output, Platform, SpeakerStatus } from "./platform.ts";
import type { OutputService } from "./services.ts";
import { signal } from "./signals.ts";
import { OUTPUT_DELAY_MAX_MS } from "../core/index.ts";
import type { Cancel } from "../core/index.ts";

export interface OutputDeskOptions {
  readonly platform: Pick<Platform, "outputs" | "settings" | "createSpeaker">;
  readonly timing: ClickTiming;
  /** The trim in force is another; also when an output with its own was plugged in. */
  onTrim(trimMs: number): void;
  /** The metronome has begun or stopped. */
  onClicking(): void;
}

export class OutputDesk implements OutputService {
  readonly trimMs = signal(0);
  readonly trimLimitMs = OUTPUT_DELAY_MAX_MS;
  readonly output = signal<Output | null>(null);
  readonly speaker = signal<SpeakerStatus>({ state: "closed", latencyMs: null });
  readonly isClicking = signal(false);
  readonly #options: OutputDeskOptions;
  readonly #speaker;
  #trims: Readonly<Record<string, number>> = {};
  #unwatch: Cancel = () => {};

  constructor(options: OutputDeskOptions) {
    this.#options = options;
    this.#speaker = options.platform.createSpeaker();
    this.#speaker.onStatus = (status) => this.speaker.set(status);
  }

  /** Reads what is kept, and follows outputs that come and go until `stop`. */
  start(): void {
    const { outputs } = this.#options.platform;
    this.#unwatch();
    this.#unwatch = outputs.watch(() => void this.#readOutput());
    void this.#readOutput();
  }

  stop(): void {
    this.#unwatch();
    this.close();
  }

  setTrim(trimMs: number): void {
    const heldMs = Math.round(Math.min(this.trimLimitMs, Math.max(-this.trimLimitMs, trimMs)));
    const key = this.output.get()?.key;
    if (key !== undefined) this.#keep(key, heldMs);
    this.#apply(heldMs);
  }

  open(): void {
    this.#speaker.open();
  }

  close(): void {
    this.setClicking(false);
    this.#speaker.close();
  }

  setClicking(isClicking: boolean): void {
    if (isClicking === this.isClicking.get()) return;
    this.isClicking.set(isClicking);
    if (isClicking) this.#speaker.startClicks(this.#options.timing);
    else this.#speaker.stopClicks();
    this.#options.onClicking();
  }

  playTone(): void {
    this.#speaker.playTone(this.#options.timing.loudness());
  }

  async #readOutput(): Promise<void> {
    const { outputs, settings } = this.#options.platform;
    const [output, { outputTrims }] = await Promise.all([outputs.current(), settings.read()]);
    this.#trims = outputTrims;
    this.output.set(output);
    // An output that was never adjusted begins at its word: another one's trim says nothing about it.
    this.#apply(outputTrims[output.key] ?? 0);
  }

  #keep(key: string, trimMs: number): void {
    const { [key]: _before, ...others } = this.#trims;
    this.#trims = trimMs === 0 ? others : { ...others, [key]: trimMs };
    void this.#options.platform.settings.update({ outputTrims: this.#trims });
  }

  #apply(trimMs: number): void {
    if (trimMs === this.trimMs.get()) return;
    this.trimMs.set(trimMs);
    this.#options.onTrim(trimMs);
  }
}
