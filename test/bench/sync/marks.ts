/**
 * The sound that tells where a recording is: every quarter of a second a mark, which is a short chirp (its place can be
 * told to a few microseconds, and a changed rate hardly moves it) and six tones that spell the mark's number. Numbers
 * go on from track to track, so that one mark is one moment of the whole programme.
 */

export const MARK_SPACING_MS = 250;
/** Numbers are below this: 68 minutes. */
export const MARK_NUMBERS = 1 << 14;

/** Of the eighteen bits that the tones spell. */
const CHECK_BITS = 4;

const CHIRP_MS = 10;
const CHIRP_FROM_HZ = 1_000;
const CHIRP_TO_HZ = 5_000;
const TONES = 6;
const TONE_MS = 12;
const TONE_GAP_MS = 2;
/** Digits to the base of eight, as pitches so far apart that a rate 3 % off does not turn one into another. */
const PITCHES_HZ = Array.from({ length: 8 }, (_, digit) => 1_200 * 1.2 ** digit);
const CHIRP_LEVEL = 0.6;
/** Lower, so that nothing in a tone resembles the chirp more than a chirp at a changed rate does. */
const TONE_LEVEL = 0.3;
/** Never digital silence: mediabunny 1.61 drops a last FLAC frame of nothing but that, being shorter than 16 bytes. */
const HUM_LEVEL = 0.001;
const HUM_HZ = 100;
/** Of a chirp and of a tone: what fades in and out. */
const FADE_MS = 2;
/** What is listened to of a tone: its middle, so that an inexact place and its fades do not matter. */
const LISTEN_MS = 8;
/** The loudest pitch must have this share of the power of all. */
const CLEAR_SHARE = 0.4;

/** From a mark's beginning to the end of its last tone. */
export const MARK_MS = CHIRP_MS + TONES * (TONE_GAP_MS + TONE_MS);

/** What a recording is searched for. */
export function makeChirp(sampleRateHz: number): Float64Array {
  return Float64Array.from({ length: Math.round((CHIRP_MS / 1000) * sampleRateHz) }, (_, index) =>
    chirpAt((index / sampleRateHz) * 1000),
  );
}

/** Mono samples in [-1, 1] of `marks` marks from number `first` on; the first one begins at 0. */
export function synthesiseMarks(first: number, marks: number, sampleRateHz: number): Float32Array {
  const length = Math.round((marks * MARK_SPACING_MS * sampleRateHz) / 1000);
  const hum = (index: number) => HUM_LEVEL * Math.sin((2 * Math.PI * HUM_HZ * index) / sampleRateHz);
  const samples = Float32Array.from({ length }, (_, index) => hum(index));
  for (let mark = 0; mark < marks; mark++) {
    const digits = spell(first + mark);
    const startMs = mark * MARK_SPACING_MS;
    const from = Math.ceil((startMs * sampleRateHz) / 1000);
    const to = Math.min(length, Math.ceil(((startMs + MARK_MS) * sampleRateHz) / 1000));
    for (let index = from; index < to; index++) {
      samples[index] = hum(index) + markAt(digits, (index / sampleRateHz) * 1000 - startMs);
    }
  }
  return samples;
}

/** The number of the mark that begins at `start` (in samples, fractional) of `samples`; null when none is spelled there. */
export function readNumber(samples: ArrayLike<number>, start: number, sampleRateHz: number): number | null {
  const digits: number[] = [];
  for (let tone = 0; tone < TONES; tone++) {
    const middleMs = toneStartMs(tone) + TONE_MS / 2;
    const from = Math.round(start + ((middleMs - LISTEN_MS / 2) / 1000) * sampleRateHz);
    const digit = loudestPitch(samples, from, Math.round((LISTEN_MS / 1000) * sampleRateHz), sampleRateHz);
    if (digit === null) return null;
    digits.push(digit);
  }
  const value = digits.reduce((sum, digit) => sum * 8 + digit, 0);
  const number = value >> CHECK_BITS;
  return value === protect(number) ? number : null;
}

/** Digits to the base of eight. */
function spell(number: number): readonly number[] {
  if (number < 0 || number >= MARK_NUMBERS) throw new Error(`mark ${number}: numbers are from 0 to ${MARK_NUMBERS - 1}`);
  const value = protect(number);
  return Array.from({ length: TONES }, (_, tone) => (value >> (3 * (TONES - 1 - tone))) & 7);
}

/** The number followed by check bits (a multiplicative hash): one misread digit is another number's in one case of 16. */
function protect(number: number): number {
  const check = (Math.imul(number + 1, 0x9e3779b1) >>> (32 - CHECK_BITS)) & ((1 << CHECK_BITS) - 1);
  return (number << CHECK_BITS) | check;
}

function markAt(digits: readonly number[], sinceMs: number): number {
  if (sinceMs < CHIRP_MS) return CHIRP_LEVEL * chirpAt(sinceMs);
  const tone = Math.floor((sinceMs - CHIRP_MS) / (TONE_GAP_MS + TONE_MS));
  const intoToneMs = sinceMs - toneStartMs(tone);
  const pitchHz = PITCHES_HZ[digits[tone] ?? -1];
  if (pitchHz === undefined || intoToneMs < 0) return 0;
  return TONE_LEVEL * fade(intoToneMs, TONE_MS) * Math.sin((2 * Math.PI * pitchHz * intoToneMs) / 1000);
}

function toneStartMs(tone: number): number {
  return CHIRP_MS + tone * (TONE_GAP_MS + TONE_MS) + TONE_GAP_MS;
}

/** Short enough that a rate that is off by 1 % moves the found place by 0.16 ms and does not blur it; 3 % leaves it readable. */
function chirpAt(sinceMs: number): number {
  const sinceS = sinceMs / 1000;
  const slope = (CHIRP_TO_HZ - CHIRP_FROM_HZ) / (CHIRP_MS / 1000);
  return fade(sinceMs, CHIRP_MS) * Math.sin(2 * Math.PI * (CHIRP_FROM_HZ * sinceS + (slope / 2) * sinceS * sinceS));
}

function fade(sinceMs: number, lengthMs: number): number {
  const edgeMs = Math.min(sinceMs, lengthMs - sinceMs);
  return edgeMs >= FADE_MS ? 1 : 0.5 - 0.5 * Math.cos((Math.PI * Math.max(0, edgeMs)) / FADE_MS);
}

function loudestPitch(samples: ArrayLike<number>, from: number, length: number, sampleRateHz: number): number | null {
  const powers = PITCHES_HZ.map((pitchHz) => powerOf(pitchHz, samples, from, length, sampleRateHz));
  const loudest = Math.max(...powers);
  const all = powers.reduce((sum, power) => sum + power, 0);
  return loudest > CLEAR_SHARE * all ? powers.indexOf(loudest) : null;
}

/** Goertzel 1958, under a Hann window. */
function powerOf(pitchHz: number, samples: ArrayLike<number>, from: number, length: number, sampleRateHz: number): number {
  const turn = (2 * Math.PI * pitchHz) / sampleRateHz;
  let last = 0;
  let beforeLast = 0;
  for (let index = 0; index < length; index++) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * (index + 0.5)) / length);
    const now = window * (samples[from + index] ?? 0) + 2 * Math.cos(turn) * last - beforeLast;
    beforeLast = last;
    last = now;
  }
  return last * last + beforeLast * beforeLast - 2 * Math.cos(turn) * last * beforeLast;
}
