/**
 * The true length of a Vorbis packet. The last one's is not told where the end of the music cuts into it, yet browsers
 * play it whole unless they know how much there is to cut. A packet overlaps the one before it, and its length follows
 * from the block sizes of both (Vorbis I, 4.3.8); so packets with the same two modes are equally long.
 */
export class VorbisLengths {
  readonly #byModes = new Map<number, number>();
  #previousMode = 0;

  /** To be called for every packet but the last, in order. */
  learn(packet: Uint8Array, durationSamples: number): void {
    this.#byModes.set(this.#modes(packet), durationSamples);
    this.#previousMode = modeOf(packet);
  }

  /** Length of the packet that follows the last one learnt; 0 if there was none of its kind. */
  lengthOf(packet: Uint8Array): number {
    return this.#byModes.get(this.#modes(packet)) ?? 0;
  }

  #modes(packet: Uint8Array): number {
    return 2 * this.#previousMode + modeOf(packet);
  }
}

/** Behind the packet type, one bit chooses between the short and the long block: encoders write two modes. */
function modeOf(packet: Uint8Array): number {
  return ((packet[0] ?? 0) >> 1) & 1;
}
