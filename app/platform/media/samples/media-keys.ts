/**
 * Chromium gives a page the keyboard's media keys, and a place on the system's media panel, only while a media element of
 * it plays something that lasts (5 s and more). Music that is samples has none: so silence is played beside it, for ever.
 */
const LENGTH_S = 6;
const SAMPLE_RATE_HZ = 8_000;
/** In 8-bit PCM. */
const SILENCE = 128;

export class MediaKeys {
  readonly #element = new Audio();

  hold(): void {
    if (!this.#element.src) {
      this.#element.src = URL.createObjectURL(new Blob([silentWav()], { type: "audio/wav" }));
      this.#element.loop = true;
    }
    // Refused without a gesture, and then the music is, too: it asks for one.
    this.#element.play().catch(() => {});
  }

  release(): void {
    this.#element.pause();
  }
}

/** RIFF WAVE, one channel of 8 bits. */
function silentWav(): Uint8Array<ArrayBuffer> {
  const length = LENGTH_S * SAMPLE_RATE_HZ;
  const wav = new Uint8Array(44 + length).fill(SILENCE, 44);
  const view = new DataView(wav.buffer);
  const write = (at: number, text: string) => void new TextEncoder().encodeInto(text, wav.subarray(at));
  write(0, "RIFF");
  view.setUint32(4, 36 + length, true);
  write(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // mono
  view.setUint32(24, SAMPLE_RATE_HZ, true);
  view.setUint32(28, SAMPLE_RATE_HZ, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  write(36, "data");
  view.setUint32(40, length, true);
  return wav;
}
