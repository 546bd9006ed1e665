/** Which pieces of a track somebody holds: one bit each, most significant bit first, spare bits zero (BEP 3). */
import { ProtocolError } from "../errors.ts";

export class Bitfield {
  /** Pieces in all. */
  readonly length: number;
  readonly #bits: Uint8Array;
  #count = 0;

  constructor(length: number) {
    this.length = length;
    this.#bits = new Uint8Array(Math.ceil(length / 8));
  }

  /**
   * Copies `bits`. No bytes at all stand for "none", which is how a peer answers before it knows the manifest.
   * @throws ProtocolError `invalid-message` when the size is not that of `length` pieces, or a spare bit is set.
   */
  static fromBytes(bits: Uint8Array, length: number): Bitfield {
    const field = new Bitfield(length);
    if (bits.byteLength === 0) return field;
    if (bits.byteLength !== field.#bits.byteLength)
      throw new ProtocolError("invalid-message", `bitfield: expected ${field.#bits.byteLength} bytes, found ${bits.byteLength}`);
    for (let index = 0; index < bits.byteLength * 8; index++) {
      if (((bits[index >> 3] ?? 0) & (0x80 >> (index & 7))) === 0) continue;
      if (index >= length) throw new ProtocolError("invalid-message", `bitfield: spare bit ${index} of ${length} is set`);
      field.set(index);
    }
    return field;
  }

  /** How many bits are set. */
  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count === this.length;
  }

  /** False beyond the bounds. */
  has(index: number): boolean {
    return ((this.#bits[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0;
  }

  /** Whether some piece is in both. */
  intersects(other: Bitfield): boolean {
    for (let at = 0; at < this.#bits.length; at++) if (((this.#bits[at] ?? 0) & (other.#bits[at] ?? 0)) !== 0) return true;
    return false;
  }

  /** Returns whether that changed anything. */
  set(index: number): boolean {
    this.#assertBounds(index);
    if (this.has(index)) return false;
    this.#bits[index >> 3] = (this.#bits[index >> 3] ?? 0) | (0x80 >> (index & 7));
    this.#count++;
    return true;
  }

  /** Returns whether that changed anything. */
  clear(index: number): boolean {
    this.#assertBounds(index);
    if (!this.has(index)) return false;
    this.#bits[index >> 3] = (this.#bits[index >> 3] ?? 0) & ~(0x80 >> (index & 7));
    this.#count--;
    return true;
  }

  /** A copy, as it goes over the wire. */
  toBytes(): Uint8Array {
    return this.#bits.slice();
  }

  /** Indexes of the bits that are set, ascending. */
  *indexes(): Generator<number> {
    for (let index = 0; index < this.length; index++) {
      // Eight at a time where there are none.
      if ((index & 7) === 0 && this.#bits[index >> 3] === 0) index += 7;
      else if (this.has(index)) yield index;
    }
  }

  #assertBounds(index: number): void {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) throw new Error(`bit ${index} of ${this.length}`);
  }
}
