/**
 * Decoded music on the jam's timeline: laid down in blocks, read at any place and any speed. Each track is a lane with a
 * sample rate of its own and a window outside of which it is silent (encoder delay, padding).
 */
import { Interpolator } from "./interpolator.ts";

export interface TapeBlock {
  /** Blocks of one lane have the same. */
  readonly laneKey: string;
  /** Place of the lane's sample 0 on the timeline, ms. */
  readonly laneStartMs: number;
  readonly sampleRateHz: number;
  /** [windowStartMs, windowEndMs) of the timeline is the lane's. */
  readonly windowStartMs: number;
  readonly windowEndMs: number;
  readonly startSample: number;
  /** One or two, of equal length. */
  readonly channels: readonly Float32Array[];
}

interface Lane {
  readonly startMs: number;
  readonly sampleRateHz: number;
  windowStartMs: number;
  windowEndMs: number;
  /** Ascending, not overlapping. */
  blocks: readonly Stretch[];
  interpolator: { readonly step: number; readonly of: Interpolator } | null;
}

interface Stretch {
  readonly startSample: number;
  readonly endSample: number;
  readonly channels: readonly Float32Array[];
}

/** Nearer to a whole sample than this is one. */
const ROUNDING = 1e-4;
/** A kernel is good for steps that differ from its own by less than this share: rates near 1 share one. */
const KERNEL_SHARE = 0.06;

export class Tape {
  readonly #lanes = new Map<string, Lane>();
  #scratch = new Float32Array(1024);

  add(block: TapeBlock): void {
    const { laneKey, laneStartMs, sampleRateHz, windowStartMs, windowEndMs, startSample, channels } = block;
    const lane = this.#lanes.get(laneKey) ?? { startMs: laneStartMs, sampleRateHz, blocks: [], interpolator: null };
    const stretch = { startSample, endSample: startSample + (channels[0]?.length ?? 0), channels };
    const blocks = [...cut(lane.blocks, stretch.startSample, stretch.endSample), stretch];
    blocks.sort((a, b) => a.startSample - b.startSample);
    this.#lanes.set(laneKey, { ...lane, windowStartMs, windowEndMs, blocks });
  }

  /** Takes [startMs, endMs) off the tape. */
  remove(startMs: number, endMs: number): void {
    for (const [key, lane] of this.#lanes) {
      const sampleAt = (ms: number) => Math.round(((ms - lane.startMs) * lane.sampleRateHz) / 1000);
      lane.blocks = cut(lane.blocks, sampleAt(startMs), sampleAt(endMs));
      // The window goes with its music: other music may lie there next.
      if (startMs <= lane.windowStartMs) lane.windowStartMs = Math.max(lane.windowStartMs, endMs);
      if (endMs >= lane.windowEndMs) lane.windowEndMs = Math.min(lane.windowEndMs, startMs);
      if (lane.blocks.length === 0) this.#lanes.delete(key);
    }
  }

  /** Fills the outputs with what lies from `fromMs` on, `stepMs` of the timeline per frame; silence where nothing does. */
  read(fromMs: number, stepMs: number, outputs: readonly Float32Array[]): void {
    const frames = outputs[0]?.length ?? 0;
    for (const output of outputs) output.fill(0);
    for (const lane of this.#lanes.values()) {
      const first = Math.max(0, Math.ceil((lane.windowStartMs - fromMs) / stepMs));
      const last = Math.min(frames, Math.ceil((lane.windowEndMs - fromMs) / stepMs));
      if (last <= first) continue;
      const parts = outputs.map((output) => output.subarray(first, last));
      this.#readLane(lane, fromMs + first * stepMs, stepMs, parts, last - first);
    }
  }

  #readLane(lane: Lane, fromMs: number, stepMs: number, outputs: readonly Float32Array[], count: number): void {
    const at = ((fromMs - lane.startMs) * lane.sampleRateHz) / 1000;
    const step = (stepMs * lane.sampleRateHz) / 1000;
    const interpolator = interpolatorOf(lane, step);
    const whole = Math.floor(at + ROUNDING);
    const isExact = Math.abs(step - 1) < 1e-9 && Math.abs(at - whole) < ROUNDING;
    const from = whole - interpolator.reach;
    const length = Math.ceil(count * step) + 2 * interpolator.reach + 1;
    if (this.#scratch.length < length) this.#scratch = new Float32Array(length);
    for (const [channel, output] of outputs.entries()) {
      this.#gather(lane, channel, from, length);
      if (isExact) output.set(this.#scratch.subarray(interpolator.reach, interpolator.reach + count));
      else interpolator.read(this.#scratch, at - from, step, output);
    }
  }

  /** Copies samples into the scratch, with silence where there are none. */
  #gather(lane: Lane, channel: number, from: number, length: number): void {
    const scratch = this.#scratch;
    let at = from;
    for (const { startSample, endSample, channels } of lane.blocks) {
      if (endSample <= at) continue;
      if (startSample >= from + length) break;
      if (startSample > at) scratch.fill(0, at - from, startSample - from);
      at = Math.max(at, startSample);
      const until = Math.min(endSample, from + length);
      const samples = channels[Math.min(channel, channels.length - 1)] ?? new Float32Array();
      scratch.set(samples.subarray(at - startSample, until - startSample), at - from);
      at = until;
    }
    scratch.fill(0, at - from, length);
  }
}

function interpolatorOf(lane: Lane, step: number): Interpolator {
  const known = lane.interpolator;
  if (known && Math.abs(known.step - step) <= KERNEL_SHARE * step) return known.of;
  lane.interpolator = { step, of: new Interpolator(step) };
  return lane.interpolator.of;
}

/** What is left of them outside [from, to). */
function cut(stretches: readonly Stretch[], from: number, to: number): Stretch[] {
  return stretches.flatMap((stretch) => {
    const { startSample, endSample } = stretch;
    if (endSample <= from || startSample >= to) return [stretch];
    return [part(stretch, startSample, Math.min(endSample, from)), part(stretch, Math.max(startSample, to), endSample)].filter(
      (rest) => rest.endSample > rest.startSample,
    );
  });
}

function part({ startSample, channels }: Stretch, from: number, to: number): Stretch {
  return {
    startSample: from,
    endSample: to,
    channels: channels.map((samples) => samples.subarray(from - startSample, to - startSample)),
  };
}
