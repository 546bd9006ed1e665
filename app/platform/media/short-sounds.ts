/** The few sounds that are not music, as samples: functions of the sample rate alone. */

const CLICK_MS = 40;
const PLAIN_HZ = 1_000;
const ACCENTED_HZ = 1_600;
/** Quiet beside the accent, so that the bar is heard without counting. */
const PLAIN_LOUDNESS = 0.6;
const TONE_MS = 900;
/** A fourth upwards: short, and plainly not the music. */
const TONE_NOTES = [
  { hz: 523.25, fromMs: 0 },
  { hz: 698.46, fromMs: 300 },
] as const;
/** Against a crackle at the beginning of a note. */
const ATTACK_MS = 8;

/** Its very first sample is the moment that counts: no attack, so that the ear can tell milliseconds. */
export function clickSamples(sampleRate: number, isAccented: boolean): Float32Array<ArrayBuffer> {
  const hz = isAccented ? ACCENTED_HZ : PLAIN_HZ;
  const loudness = isAccented ? 1 : PLAIN_LOUDNESS;
  return samples(sampleRate, CLICK_MS, (ms) => loudness * Math.cos((2 * Math.PI * hz * ms) / 1000) * Math.exp(-ms / 6));
}

export function toneSamples(sampleRate: number): Float32Array<ArrayBuffer> {
  return samples(sampleRate, TONE_MS, (ms) =>
    TONE_NOTES.reduce((sum, { hz, fromMs }) => sum + (ms < fromMs ? 0 : noteAt(hz, ms - fromMs)), 0),
  );
}

function noteAt(hz: number, ms: number): number {
  return 0.5 * Math.sin((2 * Math.PI * hz * ms) / 1000) * Math.exp(-ms / 160) * Math.min(1, ms / ATTACK_MS);
}

/** Faded out at the end, where an exponential would be cut. */
function samples(sampleRate: number, durationMs: number, at: (ms: number) => number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: Math.round((sampleRate * durationMs) / 1000) }, (_, index) => {
    const ms = (index * 1000) / sampleRate;
    return at(ms) * Math.min(1, (durationMs - ms) / 10);
  });
}
