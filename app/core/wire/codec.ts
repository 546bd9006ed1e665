/**
 * How peer messages look as bytes: one CBOR array `[type number, ...fields]` each, fields in the order of their
 * schema. A track id travels once per link and direction, as `[handle, id]` where it is first needed, and is a small
 * integer from then on (compare the extension ids of BEP 10): a request takes 13 bytes, a block 20 more than its
 * payload. Knows nothing of what messages mean.
 */
import { decode } from "cborg";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import * as v from "valibot";
import { ProtocolError } from "../errors.ts";
import type { TrackId } from "../ids.ts";
import { TrackIdSchema } from "../ids.ts";
import type { Lane } from "../ports.ts";
import { MAX_TRACK_HANDLES, MAX_WIRE_MESSAGE_BYTES } from "../tunables.ts";
import { PEER_MESSAGE_SCHEMAS } from "./messages.ts";
import type { PeerMessage, PeerMessageType } from "./messages.ts";
import { decodePlain, encodePlain } from "./plain-cbor.ts";

/** Fixed for ever: a number is never used again for something else. 16 is the mesh's, 17 and 18 are the clock's. */
const TYPE_NUMBERS: { readonly [Type in PeerMessageType]: number } = {
  hello: 1,
  interested: 2,
  "not-interested": 3,
  bitfield: 4,
  have: 5,
  "manifest-request": 6,
  "manifest-part": 7,
  "manifest-reject": 8,
  choke: 9,
  unchoke: 10,
  request: 11,
  block: 12,
  cancel: 13,
  reject: 14,
  received: 15,
};

interface Layout {
  readonly type: PeerMessageType;
  readonly schema: (typeof PEER_MESSAGE_SCHEMAS)[PeerMessageType];
  /** Without `type`. */
  readonly fields: readonly string[];
}

const LAYOUTS: readonly Layout[] = Object.entries(PEER_MESSAGE_SCHEMAS).map(([, schema]) => ({
  type: schema.entries.type.literal,
  schema,
  fields: Object.keys(schema.entries).filter((field) => field !== "type"),
}));
const LAYOUT_OF_TYPE = new Map(LAYOUTS.map((layout) => [layout.type, layout]));
const LAYOUT_OF_NUMBER = new Map(LAYOUTS.map((layout) => [TYPE_NUMBERS[layout.type], layout]));

/** Whatever is not the one canonical form of what it says is refused. */
export const STRICT = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: false,
  rejectDuplicateMapKeys: true,
};

/** Blocks are bulk; everything else is small and must not wait behind them. */
export function laneOf(type: PeerMessageType): Lane {
  return type === "block" ? "bulk" : "control";
}

/** More than a jam usually has at a time: below, looking through them is quicker than a map, and takes no memory. */
const FEW_TRACKS = 8;

/** The track ids that one end of a link has introduced; a handle is the place in the order of introduction. */
class Introductions {
  #ids: TrackId[] = [];
  #handles: Map<TrackId, number> | null = null;

  get count(): number {
    return this.#ids.length;
  }

  add(trackId: TrackId): void {
    if (this.#ids.length < FEW_TRACKS) {
      this.#ids = this.#ids.concat(trackId); // exactly as long as it is: there are two of them on every link
      return;
    }
    this.#handles ??= new Map(this.#ids.map((id, handle) => [id, handle]));
    this.#handles.set(trackId, this.#ids.length);
    this.#ids.push(trackId);
  }

  handleOf(trackId: TrackId): number | undefined {
    if (this.#handles) return this.#handles.get(trackId);
    const handle = this.#ids.indexOf(trackId);
    return handle === -1 ? undefined : handle;
  }

  idOf(handle: number): TrackId | undefined {
    return this.#ids[handle];
  }
}

/**
 * Both directions of one link, since a block names its track by the handle of the peer that asked for it. The asker
 * introduced it, so it knows the handle whatever order the two lanes deliver in; an introduction by the answerer, on
 * the control lane, could come after its block on the bulk lane.
 */
export class LinkCodec {
  readonly #ours = new Introductions();
  readonly #theirs = new Introductions();

  /**
   * Bytes for the lane `laneOf(message.type)`; must be sent in the order of the calls.
   * @param allocate where they are written; into memory of their own by default
   */
  encode(message: PeerMessage, allocate?: (sizeBytes: number) => Uint8Array): Uint8Array {
    const layout = LAYOUT_OF_TYPE.get(message.type);
    if (!layout) throw new Error(`no layout for ${message.type}`);
    const values: Readonly<Record<string, unknown>> = message;
    const items: unknown[] = [TYPE_NUMBERS[message.type]];
    for (const field of layout.fields)
      items.push("trackId" in message && field === "trackId" ? this.#reference(message.trackId, message.type) : values[field]);
    return encodePlain(items, allocate);
  }

  /**
   * The payload of a block is a view of `bytes`.
   * @throws ProtocolError, whatever the bytes.
   */
  decode(bytes: Uint8Array, lane: Lane): PeerMessage {
    if (bytes.byteLength > MAX_WIRE_MESSAGE_BYTES) throw new ProtocolError("too-large", `message of ${bytes.byteLength} bytes`);
    const decoded = decodePlain(bytes, { isView: lane === "bulk" }) ?? decodeAnything(bytes);
    if (!Array.isArray(decoded)) throw new ProtocolError("invalid-message", "expected an array");
    const [number]: unknown[] = decoded;
    const layout = typeof number === "number" ? LAYOUT_OF_NUMBER.get(number) : undefined;
    if (!layout) throw new ProtocolError("invalid-message", "unknown message type");
    if (decoded.length !== layout.fields.length + 1)
      throw new ProtocolError(
        "invalid-message",
        `${layout.type}: expected ${layout.fields.length} fields, found ${decoded.length - 1}`,
      );
    if (lane !== laneOf(layout.type)) throw new ProtocolError("invalid-message", `${layout.type} on the ${lane} lane`);
    const record: Record<string, unknown> = { type: layout.type };
    let place = 1;
    for (const field of layout.fields) {
      const value: unknown = decoded[place++];
      record[field] = field === "trackId" ? this.#resolve(value, layout.type) : value;
    }
    const result = v.safeParse(layout.schema, record);
    if (!result.success) throw new ProtocolError("invalid-message", `${layout.type}: ${v.summarize(result.issues)}`);
    return result.output;
  }

  #reference(trackId: TrackId, type: PeerMessageType): number | [number, Uint8Array] {
    if (type === "block") {
      const handle = this.#theirs.handleOf(trackId);
      if (handle === undefined) throw new Error("a block of a track that the peer never asked for");
      return handle;
    }
    const known = this.#ours.handleOf(trackId);
    if (known !== undefined) return known;
    const handle = this.#ours.count;
    if (handle >= MAX_TRACK_HANDLES) throw new Error(`more than ${MAX_TRACK_HANDLES} tracks on one link`);
    this.#ours.add(trackId);
    return [handle, hexToBytes(trackId)];
  }

  #resolve(reference: unknown, type: PeerMessageType): TrackId {
    if (typeof reference === "number") {
      const known = (type === "block" ? this.#ours : this.#theirs).idOf(reference);
      if (known === undefined)
        throw new ProtocolError("unknown-track", `${type}: track handle ${reference} was never introduced`);
      return known;
    }
    if (type === "block" || !Array.isArray(reference) || reference.length !== 2)
      throw new ProtocolError("invalid-message", `${type}: expected a track handle or an introduction`);
    const [handle, id]: unknown[] = reference;
    if (handle !== this.#theirs.count || handle >= MAX_TRACK_HANDLES)
      throw new ProtocolError(
        "invalid-message",
        `${type}: expected track handle ${this.#theirs.count} below ${MAX_TRACK_HANDLES}`,
      );
    if (!(id instanceof Uint8Array) || id.byteLength !== 32)
      throw new ProtocolError("invalid-message", `${type}: expected 32 bytes of track id`);
    const trackId = v.parse(TrackIdSchema, bytesToHex(id));
    if (this.#theirs.handleOf(trackId) !== undefined)
      throw new ProtocolError("invalid-message", `${type}: track introduced twice`);
    this.#theirs.add(trackId);
    return trackId;
  }
}

/** What is not plain may still be CBOR: then it is for the schema to say what is wrong with it. */
function decodeAnything(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, STRICT);
  } catch (cause) {
    throw new ProtocolError("malformed", "message is not canonical CBOR", { cause });
  }
}
