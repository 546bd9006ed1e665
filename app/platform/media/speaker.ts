/**
 * A test tone and a metronome through Web Audio, because there a sound can be given its moment to the sample. It exists
 * from a gesture on until it is closed; nothing of it runs before or after.
 */
import { OutputClock, planClicks } from "../../core/index.ts";
import type { Cancel, Clock } from "../../core/index.ts";
import { OutputReader } from "./output-reading.ts";
import { clickSamples, toneSamples } from "./short-sounds.ts";

declare global {
  interface Navigator {
    /** WebKit: without it an iPhone's ringer switch silences Web Audio, though not the music. Not in TypeScript's library. */
    readonly audioSession?: { type: "auto" | "playback" };
  }
}

export interface SpeakerStatus {
  readonly state: "closed" | "suspended" | "running";
  /** What lies between rendering and hearing, as far as the browser tells, ms; null while it does not. */
  readonly latencyMs: number | null;
}

export interface ClickTiming {
  referenceMs(localMs: number): number | null;
  localMs(referenceMs: number): number | null;
  loudness(): number;
}

/** How often clocks are read and clicks planned, ms. */
const LOOK_MS = 100;
/** Clicks are handed over so far ahead of being heard, ms: a busy page misses none, and the knob is heard soon. */
const AHEAD_MS = 400;
/** The hardware needs a click this long before it renders it, ms. */
const HAND_OVER_MS = 10;

/** @param outlet where everything that sounds goes through */
export function createSpeaker(clock: Clock, outlet: Outlet = (context) => context.destination): WebAudioSpeaker {
  return new WebAudioSpeaker(clock, outlet);
}

type Outlet = (context: AudioContext) => AudioNode;

interface Clicking {
  readonly timing: ClickTiming;
  /** Between the clicks and the loudspeaker: cut, and those handed over are silent. */
  readonly gain: GainNode;
  /** On the reference clock; null before anything was planned. */
  plannedMs: number | null;
}

class WebAudioSpeaker {
  onStatus: (status: SpeakerStatus) => void = () => {};
  readonly #clock: Clock;
  readonly #outlet: Outlet;
  readonly #outputClock = new OutputClock();
  #context: AudioContext | null = null;
  #reader: OutputReader | null = null;
  #clicking: Clicking | null = null;
  #latencyMs: number | null = null;
  #told = "";
  #cancelLook: Cancel = () => {};

  constructor(clock: Clock, outlet: Outlet) {
    this.#clock = clock;
    this.#outlet = outlet;
  }

  open(): void {
    const context = (this.#context ??= this.#create());
    // A refusal is no news: the state stays "suspended", and that is reported.
    context.resume().catch(() => {});
    this.#look();
  }

  close(): void {
    this.#cancelLook();
    this.stopClicks();
    const context = this.#context;
    this.#context = null;
    // Closing fails only where it is closed already.
    context?.close().catch(() => {});
    if (context && navigator.audioSession) navigator.audioSession.type = "auto";
    this.#tell();
  }

  playTone(loudness: number): void {
    this.open();
    if (this.#context) playSamples(this.#context, toneSamples(this.#context.sampleRate), 0, this.#fade(this.#context, loudness));
  }

  startClicks(timing: ClickTiming): void {
    this.open();
    this.stopClicks();
    if (!this.#context) return;
    this.#clicking = { timing, gain: this.#fade(this.#context, timing.loudness()), plannedMs: null };
    this.#look();
  }

  stopClicks(): void {
    this.#clicking?.gain.disconnect();
    this.#clicking = null;
  }

  #create(): AudioContext {
    if (navigator.audioSession) navigator.audioSession.type = "playback";
    const context = new AudioContext();
    this.#reader = new OutputReader(context);
    this.#outputClock.reset();
    context.addEventListener("statechange", () => {
      // While it stood still its clock did, too.
      this.#outputClock.reset();
      this.#tell();
    });
    return context;
  }

  #look(): void {
    this.#cancelLook();
    const context = this.#context;
    if (!context) return;
    const reading = context.state === "running" ? this.#reader?.read(this.#clock.nowMs()) : null;
    if (reading && this.#outputClock.add(reading)) this.#planClicks(context);
    this.#tell();
    this.#cancelLook = this.#clock.schedule(LOOK_MS, () => this.#look());
  }

  #planClicks(context: AudioContext): void {
    const clicking = this.#clicking;
    const nowMs = this.#clock.nowMs();
    const nowReferenceMs = clicking?.timing.referenceMs(nowMs) ?? null;
    if (!clicking || nowReferenceMs === null || !this.#outputClock.isReady) return;
    const { timing, gain } = clicking;
    gain.gain.value = timing.loudness();
    // What the output is late by has to be on its way before.
    const untilReferenceMs = nowReferenceMs + AHEAD_MS + (this.#outputClock.latencyMs ?? 0);
    // A reference clock that was set meanwhile begins anew.
    const { plannedMs } = clicking;
    const isOnTime = plannedMs !== null && plannedMs >= nowReferenceMs && plannedMs <= untilReferenceMs;
    const clicks = planClicks({
      afterReferenceMs: isOnTime ? plannedMs : nowReferenceMs,
      untilReferenceMs,
      contextMs: (referenceMs) => {
        const localMs = timing.localMs(referenceMs);
        return localMs === null ? null : this.#outputClock.contextMs(localMs);
      },
      earliestContextMs: context.currentTime * 1000 + HAND_OVER_MS,
    });
    clicking.plannedMs = untilReferenceMs;
    for (const { contextMs, isAccented } of clicks) {
      playSamples(context, clickSamples(context.sampleRate, isAccented), contextMs / 1000, gain);
    }
  }

  #fade(context: AudioContext, loudness: number): GainNode {
    const gain = context.createGain();
    gain.gain.value = loudness;
    gain.connect(this.#outlet(context));
    return gain;
  }

  #tell(): void {
    const state = !this.#context ? "closed" : this.#context.state === "running" ? "running" : "suspended";
    // While it is not to be relied on, what was told before stands.
    if (state !== "running") this.#latencyMs = null;
    else if (this.#outputClock.isReady) this.#latencyMs = Math.round(this.#outputClock.latencyMs ?? 0);
    const status: SpeakerStatus = { state, latencyMs: this.#latencyMs };
    const told = JSON.stringify(status);
    if (told === this.#told) return;
    this.#told = told;
    this.onStatus(status);
  }
}

/** @param atS context time; 0: at once */
function playSamples(context: AudioContext, samples: Float32Array<ArrayBuffer>, atS: number, into: AudioNode): void {
  const buffer = context.createBuffer(1, samples.length, context.sampleRate);
  buffer.copyToChannel(samples, 0);
  const source = context.createBufferSource();
  source.buffer = buffer;
  source.connect(into);
  source.start(atS);
}
