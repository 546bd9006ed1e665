/**
 * The part of canonical CBOR (RFC 8949, 4.2.1) that messages between peers consist of: whole numbers up to 2^32, byte
 * strings, false, true, null, and arrays of these. cborg says and understands the same, and much more, in five times the
 * time; in a crowd, a peer hears hundreds of messages a second.
 */

/** A byte: three bits for the major type, five for the number, or for how many bytes it takes. */
const NUMBER = 0;
const BYTES = 2;
const ARRAY = 4;
const SIMPLE = 7;
const [FALSE, TRUE, NULL] = [0xf4, 0xf5, 0xf6];
const MAX_NUMBER = 0xffff_ffff;
/** A message, and a list within it: nobody nests deeper. */
const MAX_DEPTH = 2;

/** @throws Error for what is not plain. */
export function encodePlain(
  value: unknown,
  allocate: (sizeBytes: number) => Uint8Array = (sizeBytes) => new Uint8Array(sizeBytes),
): Uint8Array {
  const bytes = allocate(sizeOf(value));
  write(bytes, 0, value);
  return bytes;
}

/**
 * Undefined for everything else: what is not plain, not canonical, or not whole.
 * @param isView byte strings are views of `bytes`, and not copies.
 */
export function decodePlain(bytes: Uint8Array, { isView }: { readonly isView: boolean }): unknown {
  const reader = new PlainReader(bytes, isView);
  const value = reader.read(0);
  return reader.isAtEnd ? value : undefined;
}

function sizeOf(value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= MAX_NUMBER) return headSize(value);
  if (typeof value === "boolean" || value === null) return 1;
  if (value instanceof Uint8Array) return headSize(value.byteLength) + value.byteLength;
  if (!Array.isArray(value)) throw new Error(`a ${typeof value} that is not plain`);
  let size = headSize(value.length);
  for (const item of value) size += sizeOf(item);
  return size;
}

function headSize(count: number): number {
  if (count < 24) return 1;
  if (count <= 0xff) return 2;
  return count <= 0xffff ? 3 : 5;
}

/** Returns where it ends. */
function write(bytes: Uint8Array, at: number, value: unknown): number {
  if (typeof value === "number") return writeHead(bytes, at, NUMBER, value);
  if (value instanceof Uint8Array) {
    const start = writeHead(bytes, at, BYTES, value.byteLength);
    bytes.set(value, start);
    return start + value.byteLength;
  }
  if (Array.isArray(value)) {
    let next = writeHead(bytes, at, ARRAY, value.length);
    for (const item of value) next = write(bytes, next, item);
    return next;
  }
  bytes[at] = value === null ? NULL : value === true ? TRUE : FALSE;
  return at + 1;
}

function writeHead(bytes: Uint8Array, at: number, major: number, count: number): number {
  const size = headSize(count);
  if (size === 1) bytes[at] = (major << 5) | count;
  else {
    bytes[at] = (major << 5) | (size === 2 ? 24 : size === 3 ? 25 : 26);
    for (let place = size - 1, rest = count; place > 0; place--, rest >>>= 8) bytes[at + place] = rest & 0xff;
  }
  return at + size;
}

class PlainReader {
  readonly #bytes: Uint8Array;
  readonly #isView: boolean;
  #at = 0;

  constructor(bytes: Uint8Array, isView: boolean) {
    this.#bytes = bytes;
    this.#isView = isView;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.byteLength;
  }

  read(depth: number): unknown {
    const head = this.#bytes[this.#at++];
    if (head === undefined) return undefined;
    const major = head >> 5;
    if (major === SIMPLE) return head === NULL ? null : head === TRUE ? true : head === FALSE ? false : undefined;
    const count = this.#count(head & 0x1f);
    if (count === undefined || major === NUMBER) return count;
    // Whatever it is, it has a byte at least for each that is counted.
    if (count > this.#bytes.byteLength - this.#at) return undefined;
    if (major === BYTES) return this.#take(count);
    return major === ARRAY && depth < MAX_DEPTH ? this.#array(count, depth + 1) : undefined;
  }

  /** Undefined where fewer bytes would have done. */
  #count(minor: number): number | undefined {
    if (minor < 24) return minor;
    if (minor > 26) return undefined;
    let count = 0;
    for (let left = 1 << (minor - 24); left > 0; left--) count = count * 256 + (this.#bytes[this.#at++] ?? 0);
    return count > (minor === 24 ? 23 : minor === 25 ? 0xff : 0xffff) ? count : undefined;
  }

  #take(sizeBytes: number): Uint8Array {
    const start = this.#at;
    this.#at += sizeBytes;
    return this.#isView ? this.#bytes.subarray(start, this.#at) : this.#bytes.slice(start, this.#at);
  }

  #array(count: number, depth: number): unknown {
    const items: unknown[] = [];
    for (let left = count; left > 0; left--) {
      const item = this.read(depth);
      if (item === undefined) return undefined;
      items.push(item);
    }
    return items;
  }
}
