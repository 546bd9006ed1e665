/**
 * What must be true after every event, whatever the scenario. Judges by what is said on the links and what the stores
 * were given, never by what an engine says of itself.
 */
import { bytesToHex } from "@noble/hashes/utils.js";
import {
  BLOCK_BYTES,
  MAX_CHUNK_BYTES,
  MAX_LINKS,
  OUTSTANDING_MAX_BYTES,
  OUTSTANDING_URGENT_EXTRA_BYTES,
  TrackIdSchema,
} from "../../app/core/index.ts";
import type { Lane, PeerId, SwarmEvent, TrackId } from "../../app/core/index.ts";
import * as v from "valibot";
import type { WorldWatcher } from "../support/swarm-world.ts";
import { WireReader } from "./wire-reader.ts";

/** Type numbers on the wire. */
const BITFIELD = 4;
const HAVE = 5;
const REQUEST = 11;
const BLOCK = 12;
const CANCEL = 13;
const REJECT = 14;
const LOOKED_INTO = new Set([BITFIELD, HAVE, REQUEST, CANCEL]);
/** A CBOR array of two where the track's handle would be: its introduction. */
const INTRODUCTION = 0x82;

/** Beyond the bound by one block at most, since a block is asked for whole. */
const MAX_OUTSTANDING_BYTES = OUTSTANDING_MAX_BYTES + OUTSTANDING_URGENT_EXTRA_BYTES + BLOCK_BYTES;
/** Rounding, and the packet that is on the line. */
const UPLINK_SLACK_BYTES = 16 * 1024;
const MAX_VIOLATIONS = 20;

/** One end of a link. */
interface LinkEnd {
  /** Tracks that this end has introduced, by handle. */
  readonly tracks: TrackId[];
  /** Bytes asked for by this end and not answered nor taken back, by block. */
  readonly asked: Map<number, number>;
  askedBytes: number;
}

interface Line {
  readonly bytesPerMs: number;
  readonly sinceMs: number;
  carriedBytes: number;
}

export interface AuditOptions {
  readonly nowMs: () => number;
  readonly holds: (peerId: PeerId, trackId: TrackId, index: number) => boolean;
}

export class Audit implements WorldWatcher {
  readonly violations: string[] = [];
  /** What was looked at: a run in which nothing was proves nothing. */
  readonly seen = { messages: 0, announced: 0, requests: 0, blocks: 0, rejects: 0, cancels: 0, bans: 0 };
  /** Links that one peer had at a time, at most. */
  maxDegree = 0;
  /** Most that one peer owed another at a time. */
  maxOutstandingBytes = 0;
  readonly #options: AuditOptions;
  readonly #ends = new Map<PeerId, Map<PeerId, LinkEnd>>();
  readonly #lines = new Map<PeerId, Line>();
  readonly #trackNumbers = new Map<TrackId, number>();

  constructor(options: AuditOptions) {
    this.#options = options;
  }

  /** A peer comes, with an uplink. */
  joins(peerId: PeerId, upBytesPerMs: number): void {
    this.#lines.set(peerId, { bytesPerMs: upBytesPerMs, sinceMs: this.#options.nowMs(), carriedBytes: 0 });
  }

  violate(sentence: string): void {
    if (this.violations.length < MAX_VIOLATIONS) this.violations.push(`${this.#options.nowMs().toFixed(3)} ms: ${sentence}`);
  }

  opened(peerId: PeerId, other: PeerId): void {
    let links = this.#ends.get(peerId);
    if (!links) this.#ends.set(peerId, (links = new Map()));
    links.set(other, { tracks: [], asked: new Map(), askedBytes: 0 });
    this.maxDegree = Math.max(this.maxDegree, links.size);
    if (links.size > MAX_LINKS) this.violate(`${shortName(peerId)} has ${links.size} links`);
  }

  closed(peerId: PeerId, other: PeerId): void {
    this.#ends.get(peerId)?.delete(other);
  }

  sends(peerId: PeerId, to: PeerId, _lane: Lane, bytes: Uint8Array): void {
    this.seen.messages++;
    const end = this.#ends.get(peerId)?.get(to);
    if (!end) return this.violate(`${shortName(peerId)} sends to ${shortName(to)} without a link`);
    const type = bytes[1] ?? 0;
    const isIntroduction = bytes[2] === INTRODUCTION;
    if (!isIntroduction && !LOOKED_INTO.has(type)) return;
    const reader = open(bytes);
    const { handle, id } = reader.reference();
    if (id) end.tracks[handle] = v.parse(TrackIdSchema, bytesToHex(id));
    const trackId = end.tracks[handle];
    if (type === HAVE) for (let left = reader.head(); left > 0; left--) this.#announces(peerId, trackId, reader.head());
    if (type === BITFIELD) for (const index of setBits(reader.take(reader.head()))) this.#announces(peerId, trackId, index);
    if (type === REQUEST) this.#requests(peerId, end, trackId, reader);
    if (type === CANCEL) {
      this.seen.cancels++;
      this.#settle(end, trackId, reader);
    }
  }

  receives(peerId: PeerId, from: PeerId, _lane: Lane, bytes: Uint8Array): void {
    const line = this.#lines.get(from);
    if (line) {
      line.carriedBytes += bytes.byteLength;
      const mostBytes = (this.#options.nowMs() - line.sinceMs) * line.bytesPerMs + UPLINK_SLACK_BYTES;
      if (line.carriedBytes > mostBytes) this.violate(`${shortName(from)} sent more than its uplink carries`);
    }
    const type = bytes[1];
    if (type !== BLOCK && type !== REJECT) return;
    const end = this.#ends.get(peerId)?.get(from);
    if (!end) return;
    const reader = open(bytes);
    const { handle } = reader.reference();
    // A block bears the handle of who asked, a reject that of who rejects.
    const namer = type === BLOCK ? end : this.#ends.get(from)?.get(peerId);
    if (type === BLOCK) this.seen.blocks++;
    else this.seen.rejects++;
    if (namer) this.#settle(end, namer.tracks[handle], reader);
  }

  tells(_peerId: PeerId, event: SwarmEvent): void {
    if (event.kind === "peer-banned") this.seen.bans++;
    if (event.kind === "protocol-error") this.violate(`protocol error ${event.code}: ${event.message}`);
    if (event.kind === "store-failed") this.violate(`a store failed: ${event.message}`);
  }

  #announces(peerId: PeerId, trackId: TrackId | undefined, index: number): void {
    this.seen.announced++;
    if (trackId === undefined || !this.#options.holds(peerId, trackId, index))
      this.violate(`${shortName(peerId)} announces piece ${index} that was never verified`);
  }

  #requests(peerId: PeerId, end: LinkEnd, trackId: TrackId | undefined, reader: WireReader): void {
    this.seen.requests++;
    const [index, offset, length] = [reader.head(), reader.head(), reader.head()];
    const key = this.#keyOf(trackId, index, offset);
    if (end.asked.has(key)) this.violate(`${shortName(peerId)} asks twice for ${index}/${offset}`);
    end.asked.set(key, length);
    end.askedBytes += length;
    this.maxOutstandingBytes = Math.max(this.maxOutstandingBytes, end.askedBytes);
    if (end.askedBytes > MAX_OUTSTANDING_BYTES)
      this.violate(`${shortName(peerId)} waits for ${end.askedBytes} bytes of one link`);
  }

  /** Answered, or taken back. */
  #settle(end: LinkEnd, trackId: TrackId | undefined, reader: WireReader): void {
    const key = this.#keyOf(trackId, reader.head(), reader.head());
    end.askedBytes -= end.asked.get(key) ?? 0;
    end.asked.delete(key);
  }

  /** One number for a block of a track: there are very many of them. */
  #keyOf(trackId: TrackId | undefined, index: number, offset: number): number {
    let track = trackId === undefined ? 0 : this.#trackNumbers.get(trackId);
    if (track === undefined) this.#trackNumbers.set(v.parse(TrackIdSchema, trackId), (track = this.#trackNumbers.size + 1));
    return (track * 2 ** 14 + index) * MAX_CHUNK_BYTES + offset;
  }
}

/** A message, read up to its track. */
function open(bytes: Uint8Array): WireReader {
  const reader = new WireReader(bytes);
  reader.head(); // the array
  reader.head(); // its type
  return reader;
}

function* setBits(bits: Uint8Array): Generator<number> {
  for (const [at, byte] of bits.entries()) for (let bit = 0; bit < 8; bit++) if ((byte >> (7 - bit)) & 1) yield at * 8 + bit;
}

function shortName(peerId: PeerId): string {
  return peerId.replace(/_+$/, "");
}
