/**
 * What peers say to each other over a link, as the engine sees it: full names, track ids, whole values. How it looks
 * as bytes is the codec's business (wire/codec.ts). The words are those of BEP 3 and BEP 6.
 */
import * as v from "valibot";
import type { TrackId } from "../ids.ts";
import { BLOCK_BYTES, MAX_CHUNK_BYTES, MAX_CHUNKS_PER_TRACK, MAX_MANIFEST_BYTES, MAX_TRACK_MS } from "../tunables.ts";

export const WIRE_PROTOCOL_VERSION = 1;

/** One step instead of a pipe of four: in a crowd, a peer hears hundreds of messages a second. */
const integer = (min: number, max: number) =>
  v.custom<number>(
    (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
    `expected ${min} to ${max}`,
  );
/** Chunks, and the cover as one more piece. */
const pieceIndex = integer(0, MAX_CHUNKS_PER_TRACK);
const offset = integer(0, MAX_CHUNK_BYTES - 1);
const length = integer(1, BLOCK_BYTES);
const bytes = (maxBytes: number) =>
  v.pipe(
    v.custom<Uint8Array>((value) => value instanceof Uint8Array, "expected bytes"),
    v.maxLength(maxBytes),
  );
const clockMs = integer(0, 0xffff_ffff);
/** What a handle stands for: checked where it was introduced (codec.ts), and not with every message. */
const trackId = v.custom<TrackId>((value) => typeof value === "string", "expected a track id");
const block = { trackId, index: pieceIndex, offset, length };
/** Consecutive blocks of one piece. */
const blocks = { trackId, index: pieceIndex, offset, length: integer(1, MAX_CHUNK_BYTES) };

/** Key order is the order of fields on the wire. */
export const PEER_MESSAGE_SCHEMAS = {
  /**
   * First on every link, from both sides, and again when `uploads` changes. `uploads` false: this peer serves nothing
   * for now, don't ask it.
   */
  hello: v.strictObject({ type: v.literal("hello"), protocol: integer(1, 1000), uploads: v.boolean() }),
  /** "I want pieces of this track": answered with the bitfield, then with `have`s as they come. */
  interested: v.strictObject({ type: v.literal("interested"), trackId }),
  "not-interested": v.strictObject({ type: v.literal("not-interested"), trackId }),
  /** Bit i (most significant first, BEP 3) tells that the sender serves piece i. Empty: has the manifest or nothing. */
  bitfield: v.strictObject({ type: v.literal("bitfield"), trackId, bits: bytes(Math.ceil((MAX_CHUNKS_PER_TRACK + 1) / 8)) }),
  have: v.strictObject({
    type: v.literal("have"),
    trackId,
    indexes: v.pipe(v.array(pieceIndex), v.minLength(1), v.maxLength(256)),
  }),
  /**
   * Asks for manifest bytes from `offset` on; answered by one `manifest-part` (or `manifest-reject`). With `headMs`, a
   * place in the track in ms, it stands for an urgent `request` of every block of the piece that plays there as well:
   * who doesn't have the manifest can't name them. A `manifest-reject` refuses those too.
   */
  "manifest-request": v.strictObject({
    type: v.literal("manifest-request"),
    trackId,
    offset: integer(0, MAX_MANIFEST_BYTES),
    headMs: v.nullable(integer(0, MAX_TRACK_MS)),
  }),
  "manifest-part": v.strictObject({
    type: v.literal("manifest-part"),
    trackId,
    offset: integer(0, MAX_MANIFEST_BYTES),
    totalBytes: integer(1, MAX_MANIFEST_BYTES),
    bytes: bytes(BLOCK_BYTES),
  }),
  "manifest-reject": v.strictObject({ type: v.literal("manifest-reject"), trackId }),
  /** Choking is per link, not per track (BEP 3). A new link is choked both ways. */
  choke: v.strictObject({ type: v.literal("choke") }),
  unchoke: v.strictObject({ type: v.literal("unchoke") }),
  /**
   * Asks for consecutive blocks of a piece, each of which gets its own answer. `urgent`: needed within the playback
   * window; served before everything else, and also to a choked peer.
   */
  request: v.strictObject({ type: v.literal("request"), ...blocks, urgent: v.boolean() }),
  /** `sentMs`: the sender's clock modulo 2^32 when it handed the block over; comes back in `received`. */
  block: v.strictObject({
    type: v.literal("block"),
    trackId,
    index: pieceIndex,
    offset,
    sentMs: clockMs,
    bytes: bytes(BLOCK_BYTES),
  }),
  /**
   * The next block in order came in, `delayMs` after its `sentMs`, by the receiver's clock and modulo 2^32. The clocks
   * have nothing in common, so only changes of the delay mean something: they are the queue (RFC 6817, 3.4.1).
   */
  received: v.strictObject({ type: v.literal("received"), delayMs: clockMs }),
  /** The block is no longer needed; answered by `reject` unless it is already on its way. */
  cancel: v.strictObject({ type: v.literal("cancel"), ...block }),
  /**
   * These blocks will not be served (choked, cancelled, gone, too busy, or another peer was just given the piece): ask
   * elsewhere. Every block that is asked for is answered by exactly one `block` or `reject` (BEP 6).
   */
  reject: v.strictObject({ type: v.literal("reject"), ...blocks }),
} as const;

export type PeerMessageType = keyof typeof PEER_MESSAGE_SCHEMAS;
export type PeerMessage = { [Type in PeerMessageType]: v.InferOutput<(typeof PEER_MESSAGE_SCHEMAS)[Type]> }[PeerMessageType];
