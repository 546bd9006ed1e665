/**
 * What the mesh says on a link, beside what the swarm says (messages.ts, codec.ts): one message that names no track and
 * needs no memory of what was said before. Its type number is one of codec.ts's numbering.
 */
import { decode, encode } from "cborg";
import * as v from "valibot";
import { PeerIdSchema } from "../ids.ts";
import type { Lane } from "../ports.ts";
import { MAX_LINKS } from "../tunables.ts";
import { STRICT } from "./codec.ts";

const NEIGHBOURS = 16;
/** RFC 8949, 3.1: an array of three, and a type number in one byte. */
const HEADER = [0x83, NEIGHBOURS] as const;

export const MESH_LANE: Lane = "control";

const peerIds = v.pipe(v.array(PeerIdSchema), v.maxLength(MAX_LINKS));
const NeighboursSchema = v.strictTuple([v.literal(NEIGHBOURS), peerIds, peerIds]);

/** Peer exchange (compare BEP 11): links made and links lost since the sender last said so on this link. */
export interface Neighbours {
  readonly added: v.InferOutput<typeof peerIds>;
  readonly removed: v.InferOutput<typeof peerIds>;
}

export function encodeNeighbours({ added, removed }: Neighbours): Uint8Array {
  return encode([NEIGHBOURS, added, removed]);
}

/** Null for whatever else the bytes are: the swarm's, or nothing valid. */
export function decodeNeighbours(lane: Lane, bytes: Uint8Array): Neighbours | null {
  if (lane !== MESH_LANE || HEADER.some((byte, index) => bytes[index] !== byte)) return null;
  let decoded: unknown;
  try {
    decoded = decode(bytes, STRICT);
  } catch {
    return null; // no canonical CBOR
  }
  const message = v.safeParse(NeighboursSchema, decoded);
  return message.success ? { added: message.output[1], removed: message.output[2] } : null;
}
