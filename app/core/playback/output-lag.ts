/**
 * By how much what is heard lags behind the frames that were counted, from what the sound system tells of it. The lag
 * itself stays where it is for as long as the device does; what is told of it doesn't (PulseAudio's client library draws
 * a line through its last five seconds, and when one of them held a stumble the line leaves the truth by up to 40 ms and
 * swings back to it). How fast the told lag moves tells how wrong it is: recorded beside the acoustic truth (`bench sync`),
 * words that move less than 0.3 ms a second are right to 1 ms, those that move 3 ms a second are 10 ms short. So what is
 * said is put right by its movement, counts the less the faster it moves, and is remembered for long.
 */
import { lineThrough, weightedQuantile } from "./statistics.ts";

/** A word, put right by its movement. */
interface Word {
  readonly atMs: number;
  readonly heardMs: number;
  /** How little it may be relied on: the movement of what was told, ms a second. */
  readonly movesMsPerS: number;
}

interface Sample {
  readonly atMs: number;
  readonly lagMs: number;
  readonly movesMsPerS: number;
}

interface Told {
  readonly atMs: number;
  readonly heardMs: number;
}

/** The count of the last so many ms is averaged: the device takes frames at moments that differ by 10 ms. Longer follows a quartz later. */
export const COUNT_MS = 4_000;
/** What is remembered, ms: several times as long as a stumble is felt. */
const MEMORY_MS = 60_000;
/** Samples are kept this far apart, ms: 300 of them. */
const KEEP_EVERY_MS = 200;
/** The movement is measured over so long, ms; shorter drowns in noise, longer is hardly ever free of jumps (every 1.5 s) ... */
const MOVEMENT_MS = 500;
const MIN_MOVEMENT_MS = 200;
/** ... by so many readings ... */
const MIN_READINGS = 5;
/** ... of which none is further from the line, ms: what doesn't run along one (Firefox) has no movement to be put right by. */
const STRAIGHT_MS = 0.5;
/** The line jumps where two words differ by more than this, ms, and this much per ms between them. */
const JUMP_MS = 0.1;
const JUMP_PER_MS = 0.02;
/** The truth is where the told line was so long ago, s: half of what it is drawn through. In 60 recorded pages 2.5 to 3.5 do. */
const PIVOT_S = 3;
/** A movement of which nothing is known counts as this, ms a second; none is better known than to the other. */
const UNKNOWN_MS_PER_S = 3;
const CALM_MS_PER_S = 0.5;
/** What an earlier page of this device has learned counts as calm words of so long would, ms ... */
const REMEMBERED_FOR_MS = 15_000;
/** ... and is what this page leaves to the next one when it has heard so much, ms, that agrees within this, ms. */
const LEARNED_AFTER_MS = 20_000;
const LEARNED_MS = 1.5;
/** All words of so long, ms, that agree within this, ms ... */
const AGREEING_FOR_MS = 2_000;
const AGREEING_MS = 3;
/** ... and are further from what is remembered than calm words err, ms (others: than any stumble has brought about), tell of another lag. */
const OTHER_LAG_MS = 6;
const OTHER_DEVICE_MS = 40;

export class OutputLag {
  /** Of the line of frames that is counted now: all of them are held against the same count, which they wait to know well. */
  #words: readonly Word[] = [];
  /** Held against the count of their time. */
  #samples: readonly Sample[] = [];
  #line: readonly Told[] = [];
  #rememberedMs: number | null = null;
  #ms: number | null = null;
  #uncertaintyMs = 0;

  /** What an earlier page has learned of this device. To be told before the first word. */
  remember(lagMs: number): void {
    this.#rememberedMs = lagMs;
    this.#ms = lagMs;
  }

  /** What was told until now was told while the page opened, when the machine had most to do: only what is sure stays. */
  forget(): void {
    if (this.learnedMs !== null) return;
    this.#words = [];
    this.#samples = [];
    this.#line = [];
    this.#ms = this.#rememberedMs;
  }

  /** What is known so well that the next page may begin with it; null before. */
  get learnedMs(): number | null {
    const isLong = this.#samples.length * KEEP_EVERY_MS >= LEARNED_AFTER_MS;
    return isLong && this.#uncertaintyMs <= LEARNED_MS ? this.#ms : null;
  }

  /** Null before the first word. */
  get ms(): number | null {
    return this.#ms;
  }

  /** Half of what most of what is remembered lies within, and what the best of it may lack. */
  get uncertaintyMs(): number {
    return this.#uncertaintyMs;
  }

  /** @param countedMs where the counted frames are, against our clock; @param heardMs where what is heard is told to be */
  add(atMs: number, countedMs: number, heardMs: number): void {
    this.#words = [...this.#words, this.#read(atMs, heardMs)];
    this.#keep(atMs - COUNT_MS, countedMs);
    const recent = this.#words.map((word) => sampleOf(word, countedMs));
    if (this.#hasChanged(recent)) {
      this.#samples = [];
      this.#rememberedMs = null;
    }
    this.#samples = this.#samples.filter((each) => atMs - each.atMs < MEMORY_MS);
    this.#judge([...this.#samples, ...recent]);
  }

  /** The frames stumbled at this moment: what is told from then on belongs to another line. @param countedMs of the line before */
  interrupt(atMs: number, countedMs: number): void {
    this.#keep(atMs, countedMs);
    this.#words = [];
    this.#line = [];
  }

  /** Words before this moment are held against the count. */
  #keep(beforeMs: number, countedMs: number): void {
    for (const word of this.#words) {
      if (word.atMs >= beforeMs || word.atMs - (this.#samples.at(-1)?.atMs ?? -Infinity) < KEEP_EVERY_MS) continue;
      this.#samples = [...this.#samples, sampleOf(word, countedMs)];
    }
    this.#words = this.#words.filter((word) => word.atMs >= beforeMs);
  }

  #judge(samples: readonly Sample[]): void {
    const told = samples.map(({ lagMs, movesMsPerS }) => ({ value: lagMs, weight: weightOf(movesMsPerS) }));
    if (this.#rememberedMs !== null)
      told.push({ value: this.#rememberedMs, weight: (REMEMBERED_FOR_MS / KEEP_EVERY_MS) * weightOf(0) });
    this.#ms = weightedQuantile(told, 0.5);
    const spreadMs = (weightedQuantile(told, 0.9) ?? 0) - (weightedQuantile(told, 0.1) ?? 0);
    const leastMs = this.#rememberedMs === null ? Math.min(...samples.map(({ movesMsPerS }) => movesMsPerS)) : 0;
    this.#uncertaintyMs = spreadMs / 2 + leastMs;
  }

  #read(atMs: number, heardMs: number): Word {
    const last = this.#line.at(-1);
    const hasJumped = last && Math.abs(heardMs - last.heardMs) > JUMP_MS + JUMP_PER_MS * (atMs - last.atMs);
    const line = hasJumped ? [] : this.#line.filter((told) => atMs - told.atMs < MOVEMENT_MS);
    this.#line = [...line, { atMs, heardMs }];
    const isLong = this.#line.length >= MIN_READINGS && atMs - (this.#line[0]?.atMs ?? atMs) >= MIN_MOVEMENT_MS;
    const fit = isLong ? lineThrough(this.#line.map((told) => [told.atMs - atMs, told.heardMs])) : null;
    if (!fit || fit.largestMissBy > STRAIGHT_MS) return { atMs, heardMs, movesMsPerS: UNKNOWN_MS_PER_S };
    const perS = fit.slope * 1_000;
    return { atMs, heardMs: fit.atZero - PIVOT_S * perS, movesMsPerS: Math.abs(perS) };
  }

  #hasChanged(recent: readonly Sample[]): boolean {
    const sinceMs = (recent.at(-1)?.atMs ?? 0) - AGREEING_FOR_MS;
    const latest = recent.filter(({ atMs }) => atMs >= sinceMs);
    const lags = latest.map(({ lagMs }) => lagMs);
    const [least, most] = [Math.min(...lags), Math.max(...lags)];
    const isLong = (recent[0]?.atMs ?? Infinity) < sinceMs;
    if (!isLong || most - least > AGREEING_MS || this.#ms === null) return false;
    const areCalm = latest.every(({ movesMsPerS }) => movesMsPerS <= CALM_MS_PER_S);
    const farMs = areCalm ? OTHER_LAG_MS : OTHER_DEVICE_MS;
    return least > this.#ms + farMs || most < this.#ms - farMs;
  }
}

function weightOf(movesMsPerS: number): number {
  return (CALM_MS_PER_S + movesMsPerS) ** -2;
}

function sampleOf({ atMs, heardMs, movesMsPerS }: Word, countedMs: number): Sample {
  return { atMs, lagMs: countedMs - heardMs, movesMsPerS };
}
