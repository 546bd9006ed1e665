/**
 * One track of the jam as this peer sees it: what it holds, what is arriving, and how many listeners around serve each
 * piece. Everything the picker looks at is kept up to date step by step here, so that a pick never counts anything.
 */
import type { PeerId, TrackId } from "../ids.ts";
import { Bitfield } from "../manifest/bitfield.ts";
import { pieceCount, pieceInfo } from "../manifest/manifest.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Random } from "../ports.ts";
import { Giving } from "./giving.ts";
import { PieceAssembly } from "./piece-assembly.ts";

export interface TrackCounters {
  bytesUploaded: number;
  bytesFromOrigin: number;
  bytesFromListeners: number;
  bytesFromStore: number;
  /** Came in vain: once too often, or in a piece that failed its hash. */
  bytesDuplicate: number;
  hashFailures: number;
}

export class TrackState {
  readonly trackId: TrackId;
  /** Who added it. */
  originId: PeerId;
  /** The store has not answered yet what it holds: until then, nothing is fetched that may be here already. */
  isLoading = true;
  /** The manifest hashes to the id and still cannot be read: whoever made it, made it so. Nobody is to blame. */
  isUnreadable = false;
  readonly counters: TrackCounters = {
    bytesUploaded: 0,
    bytesFromOrigin: 0,
    bytesFromListeners: 0,
    bytesFromStore: 0,
    bytesDuplicate: 0,
    hashFailures: 0,
  };
  readonly giving = new Giving();
  /** Pieces that came in bad from several peers at once, by index: evidence until a good copy is here. */
  readonly evidence = new Map<number, PieceAssembly>();

  #manifest: Manifest | null = null;
  #manifestBytes: Uint8Array | null = null;
  #bytesPerMs = 0;
  #held = new Bitfield(0);
  /** As `pieceStates`, without what is arriving. */
  #heldStates = new Uint8Array(0);
  readonly #arriving = new Map<number, PieceAssembly>();
  /** Pieces neither held nor arriving, in no order; `#placeOf` is where each stands, −1 where it does not. */
  readonly #untouched: number[] = [];
  #untouchedBits = new Bitfield(0);
  #placeOf = new Int32Array(0);
  #availability = new Uint16Array(0);
  #lots = new Float32Array(0);
  /** Held chunks, without the cover. */
  #chunksHeld = 0;

  constructor(trackId: TrackId, originId: PeerId) {
    this.trackId = trackId;
    this.originId = originId;
  }

  get manifest(): Manifest | null {
    return this.#manifest;
  }

  get manifestBytes(): Uint8Array | null {
    return this.#manifestBytes;
  }

  get held(): Bitfield {
    return this.#held;
  }

  get arriving(): ReadonlyMap<number, PieceAssembly> {
    return this.#arriving;
  }

  get untouched(): readonly number[] {
    return this.#untouched;
  }

  get untouchedBits(): Bitfield {
    return this.#untouchedBits;
  }

  get chunksHeld(): number {
    return this.#chunksHeld;
  }

  get isComplete(): boolean {
    return this.#manifest !== null && this.#held.isFull;
  }

  /** Still to be fetched, as far as anyone knows. */
  get isWanted(): boolean {
    return !this.isLoading && !this.isUnreadable && !this.isComplete;
  }

  adoptManifest(manifest: Manifest, bytes: Uint8Array, random: Random): void {
    if (this.#manifest) return;
    const count = pieceCount(manifest);
    this.#manifest = manifest;
    this.#manifestBytes = bytes;
    this.#bytesPerMs = manifest.chunks.reduce((sum, chunk) => sum + chunk.sizeBytes, 0) / (manifest.durationUs / 1000);
    this.#held = new Bitfield(count);
    this.#heldStates = new Uint8Array(count);
    this.#availability = new Uint16Array(count);
    this.#lots = Float32Array.from({ length: count }, random);
    this.#placeOf = new Int32Array(count).fill(-1);
    this.#untouchedBits = new Bitfield(count);
    for (let index = 0; index < count; index++) this.#addUntouched(index);
  }

  /** Of the music, without the cover. */
  get bytesPerMs(): number {
    return this.#bytesPerMs;
  }

  /** Of a piece, at most. */
  missingBytes(index: number): number {
    if (this.held.has(index)) return 0;
    return this.#arriving.get(index)?.missingBytes ?? this.sizeBytes(index);
  }

  sizeBytes(index: number): number {
    return this.#manifest ? (pieceInfo(this.#manifest, index)?.sizeBytes ?? 0) : 0;
  }

  /** Returns whether it was not held before. */
  hold(index: number): boolean {
    if (!this.#held.set(index)) return false;
    this.#heldStates[index] = 2;
    this.#arriving.delete(index);
    this.#removeUntouched(index);
    if (index < (this.#manifest?.chunks.length ?? 0)) this.#chunksHeld++;
    return true;
  }

  /** The piece is lost and may be fetched again. */
  lose(index: number): void {
    if (!this.#held.clear(index)) return;
    this.#heldStates[index] = 0;
    if (index < (this.#manifest?.chunks.length ?? 0)) this.#chunksHeld--;
    this.#addUntouched(index);
  }

  /** Starts (or goes on with) fetching a piece. */
  assemble(index: number, onlyFrom: PeerId | null = null): PieceAssembly {
    let assembly = this.#arriving.get(index);
    if (!assembly) {
      assembly = new PieceAssembly(index, this.sizeBytes(index), onlyFrom);
      this.#arriving.set(index, assembly);
      this.#removeUntouched(index);
    }
    return assembly;
  }

  /** Throws away what has arrived of a piece. */
  abandon(index: number): void {
    if (this.#arriving.delete(index)) this.#addUntouched(index);
  }

  /** How many listeners around can be expected to serve the piece. */
  availability(index: number): number {
    return this.#availability[index] ?? 0;
  }

  /** Drawn once for each piece, 0…1: who of many goes first. */
  lot(index: number): number {
    return this.#lots[index] ?? 0;
  }

  countSource(bits: Bitfield, change: 1 | -1): void {
    for (const index of bits.indexes()) this.countSourceOf(index, change);
  }

  countSourceOf(index: number, change: 1 | -1): void {
    this.#availability[index] = this.availability(index) + change;
  }

  /** As SwarmApi.pieceStates. */
  pieceStates(): Uint8Array {
    const states = this.#heldStates.slice();
    for (const index of this.#arriving.keys()) states[index] = 1;
    return states;
  }

  #addUntouched(index: number): void {
    if (this.#placeOf[index] !== -1) return;
    this.#placeOf[index] = this.#untouched.length;
    this.#untouched.push(index);
    this.#untouchedBits.set(index);
  }

  #removeUntouched(index: number): void {
    const place = this.#placeOf[index] ?? -1;
    const last = this.#untouched.pop();
    if (last === undefined) return;
    if (place === -1) {
      this.#untouched.push(last);
      return;
    }
    this.#placeOf[index] = -1;
    this.#untouchedBits.clear(index);
    if (last === index) return;
    this.#untouched[place] = last;
    this.#placeOf[last] = place;
  }
}
