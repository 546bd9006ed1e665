/** Reads what is said on a link by itself (RFC 8949): an audit that used the engine's own codec would believe it. */
export class WireReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The number, or the count of items or bytes that follow, of whatever stands here. */
  head(): number {
    const minor = (this.#bytes[this.#at++] ?? 0) & 0x1f;
    if (minor < 24) return minor;
    let value = 0;
    for (let left = 2 ** (minor - 24); left > 0; left--) value = value * 256 + (this.#bytes[this.#at++] ?? 0);
    return value;
  }

  /** So many bytes. */
  take(sizeBytes: number): Uint8Array {
    this.#at += sizeBytes;
    return this.#bytes.subarray(this.#at - sizeBytes, this.#at);
  }

  /** A track where it stands: its handle, and its id where it is introduced (an array of two). */
  reference(): { readonly handle: number; readonly id: Uint8Array | null } {
    const isIntroduction = (this.#bytes[this.#at] ?? 0) >> 5 === 4;
    if (isIntroduction) this.head();
    const handle = this.head();
    return { handle, id: isIntroduction ? this.take(this.head()) : null };
  }
}
