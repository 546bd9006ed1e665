/** The metronome on a real AudioContext: what is rendered, and when it reaches the output. */
import { expect, test } from "vitest";
import { CLICK_EVERY_MS } from "../../app/core/index.ts";
import { browserClock } from "../../app/platform/clock/browser-clock.ts";
import { createSpeaker } from "../../app/platform/media/speaker.ts";
import type { SpeakerStatus } from "../../app/platform/media/speaker.ts";

/** The reference clock of this test is that much ahead of ours, ms. */
const OFFSET_MS = 12_345.6;
/** What the analyser holds: 0.7 s at 48 kHz. */
const ANALYSED_SAMPLES = 32_768;
/** Louder than any rounding, quieter than any click. */
const AUDIBLE = 0.05;
/** Between two sounds there is as much silence at least: 0.1 s at 48 kHz. */
const SILENT_SAMPLES = 4_800;

/** A speaker, and an ear before it. */
function openSpeaker() {
  let analyser: AnalyserNode | null = null;
  const speaker = createSpeaker(browserClock(), (context) => {
    analyser = context.createAnalyser();
    analyser.fftSize = ANALYSED_SAMPLES;
    analyser.connect(context.destination);
    return analyser;
  });
  const statuses: SpeakerStatus[] = [];
  speaker.onStatus = (status) => statuses.push(status);
  return { speaker, statuses, onset: () => (analyser ? findOnset(analyser) : null) };
}

interface Onset {
  readonly context: AudioContext;
  readonly contextMs: number;
}

/** Where the last sound began; null of silence, and of one whose beginning is no longer there. */
function findOnset(analyser: AnalyserNode): Onset | null {
  const { context } = analyser;
  if (!(context instanceof AudioContext)) return null;
  const samples = new Float32Array(ANALYSED_SAMPLES);
  const endMs = context.currentTime * 1000;
  analyser.getFloatTimeDomainData(samples);
  const isSilentBefore = (index: number) =>
    samples.slice(Math.max(0, index - SILENT_SAMPLES), index).every((sample) => !isHeard(sample));
  const first = samples.findLastIndex((sample, index) => isHeard(sample) && isSilentBefore(index));
  return first < SILENT_SAMPLES ? null : { context, contextMs: endMs - ((ANALYSED_SAMPLES - first) * 1000) / context.sampleRate };
}

function isHeard(sample: number): boolean {
  return Math.abs(sample) > AUDIBLE;
}

/** By how much it leaves the hardware beside a half second of the reference clock, as moved by the trim. */
function errorOf({ context, contextMs }: Onset, trimMs: number): number {
  const { contextTime = NaN, performanceTime = NaN } = context.getOutputTimestamp();
  const referenceMs = performanceTime + contextMs - contextTime * 1000 + OFFSET_MS + trimMs;
  const beyondMs = referenceMs % CLICK_EVERY_MS;
  return Math.min(beyondMs, CLICK_EVERY_MS - beyondMs);
}

test.for([0, 180, -75])("PB33: clicks leave the output at the jam's half seconds, moved by a trim of %d ms", async (trimMs) => {
  const { speaker, onset } = openSpeaker();
  speaker.startClicks({
    referenceMs: (localMs) => localMs + OFFSET_MS,
    localMs: (referenceMs) => referenceMs - OFFSET_MS - trimMs,
    loudness: () => 1,
  });
  const errorsMs: number[] = [];
  let lastMs = -Infinity;
  await expect
    .poll(() => {
      const heard = onset();
      if (!heard || heard.contextMs < lastMs + CLICK_EVERY_MS / 2) return errorsMs.length;
      lastMs = heard.contextMs;
      return errorsMs.push(errorOf(heard, trimMs));
    })
    .toBeGreaterThan(6);
  speaker.close();
  expect(errorsMs.toSorted((a, b) => a - b)[errorsMs.length >> 1]).toBeLessThan(15);
});

test("tells the output's latency while it is open, and holds nothing afterwards", async () => {
  const { speaker, statuses } = openSpeaker();
  speaker.open();
  await expect.poll(() => statuses.at(-1)).toMatchObject({ state: "running", latencyMs: expect.any(Number) });
  speaker.close();
  expect(statuses.at(-1)).toEqual({ state: "closed", latencyMs: null });
});

test("falls silent at once, clicks that were handed over included", async () => {
  const { speaker, onset } = openSpeaker();
  speaker.startClicks({ referenceMs: (ms) => ms, localMs: (ms) => ms, loudness: () => 1 });
  await expect.poll(() => onset()).not.toBeNull();
  speaker.stopClicks();
  await expect.poll(() => onset()).toBeNull();
  speaker.close();
});

test("plays a tone that can be heard", async () => {
  const { speaker, onset } = openSpeaker();
  speaker.playTone(0.5);
  await expect.poll(() => onset()).not.toBeNull();
  speaker.close();
});
