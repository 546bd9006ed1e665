/**
 * Blocks on their way between simulated peers. Each block of the songs is kept once for everybody, and of a message only
 * the few bytes before it: a thousand peers have some hundred megabytes on their way, and for every 64 MB that come and
 * go outside its heap, V8 looks through all of the heap. Takes nothing on trust: what is not a song's block, byte by
 * byte, stays as it is.
 */
import { BLOCK_BYTES } from "../../app/core/index.ts";
import type { Song } from "../support/songs.ts";
import type { Parcel, Parcels } from "../support/virtual-pipe.ts";
import { WireReader } from "./wire-reader.ts";

/** Before a block's payload: an array of six, 18 bytes at most. */
const MAX_HEADER_BYTES = 32;

/** A block, with room before it for whatever message brings it. */
interface Shelved {
  readonly room: Uint8Array;
  readonly payload: Uint8Array;
}

export class BlockShelf implements Parcels {
  /** By piece and block: the same in each song. */
  readonly #blocks: Shelved[][][] = [];

  constructor(songs: Iterable<Song>) {
    for (const { pieces } of songs)
      for (const [index, piece] of pieces.entries())
        for (let offset = 0; offset < piece.byteLength; offset += BLOCK_BYTES)
          this.#add(index, offset / BLOCK_BYTES, piece.subarray(offset, offset + BLOCK_BYTES));
  }

  pack(bytes: Uint8Array): Parcel | null {
    const reader = new WireReader(bytes);
    reader.head(); // the array
    reader.head(); // its type
    reader.reference();
    const candidates = this.#blocks[reader.head()]?.[reader.head() / BLOCK_BYTES];
    reader.head(); // when it was sent
    const payload = reader.take(reader.head());
    const headerBytes = bytes.byteLength - payload.byteLength;
    const shelved = candidates?.find((block) => Buffer.compare(block.payload, payload) === 0);
    return shelved && headerBytes <= MAX_HEADER_BYTES ? new ShelvedBlock(shelved, bytes.slice(0, headerBytes)) : null;
  }

  #add(index: number, block: number, bytes: Uint8Array): void {
    const room = new Uint8Array(MAX_HEADER_BYTES + bytes.byteLength);
    room.set(bytes, MAX_HEADER_BYTES);
    const blocks = (this.#blocks[index] ??= []);
    (blocks[block] ??= []).push({ room, payload: room.subarray(MAX_HEADER_BYTES) });
  }
}

class ShelvedBlock implements Parcel {
  readonly #shelved: Shelved;
  readonly #header: Uint8Array;

  constructor(shelved: Shelved, header: Uint8Array) {
    this.#shelved = shelved;
    this.#header = header;
  }

  /** The header is there until the next message with this block is opened: it is read at once or never. */
  open(): Uint8Array {
    const { room } = this.#shelved;
    const start = MAX_HEADER_BYTES - this.#header.byteLength;
    room.set(this.#header, start);
    return room.subarray(start);
  }
}
