/**
 * How neighbours ask each other for the time while the server is away: two messages on the control lane, beside those of
 * the swarm (codec.ts) and of the mesh (mesh-messages.ts), whose type numbers they share. An answer has some 90 bytes.
 */
import { decode, encode } from "cborg";
import * as v from "valibot";
import { ClockIdSchema, PeerIdSchema } from "../ids.ts";
import type { ClockId, PeerId } from "../ids.ts";
import type { Lane } from "../ports.ts";
import { STRICT } from "./codec.ts";

const ASK = 17;
const TELL = 18;
/** RFC 8949, 3.1: arrays of two and of seven. */
const HEADERS: readonly (readonly [number, number])[] = [
  [0x82, ASK],
  [0x87, TELL],
];

export const CLOCK_LANE: Lane = "control";

const askNumber = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(0xffff_ffff));
const timeMs = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1e15));
const AskSchema = v.strictTuple([v.literal(ASK), askNumber]);
const TellSchema = v.strictTuple([
  v.literal(TELL),
  askNumber,
  ClockIdSchema,
  timeMs,
  v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(3_600_000)),
  v.nullable(PeerIdSchema),
  timeMs,
]);

export interface ClockAsk {
  readonly kind: "ask";
  /** Comes back in the answer. */
  readonly number: number;
}

/** Compare the fields of an NTP packet: reference id, root dispersion and reference timestamp (RFC 5905, 7.3). */
export interface ClockTell {
  readonly kind: "tell";
  readonly number: number;
  readonly clockId: ClockId;
  /** The time at which it is told. */
  readonly referenceMs: number;
  /** How far that may be from the root's time. */
  readonly errorMs: number;
  /** Whose time it is in the end; null for the server's. */
  readonly root: PeerId | null;
  /** When the root had it, by the root's own reckoning: what is newer has come by another way. */
  readonly bornMs: number;
}

export type ClockMessage = ClockAsk | ClockTell;

export function encodeClockMessage(message: ClockMessage): Uint8Array {
  if (message.kind === "ask") return encode([ASK, message.number]);
  const { number, clockId, referenceMs, errorMs, root, bornMs } = message;
  return encode([TELL, number, clockId, referenceMs, errorMs, root, bornMs]);
}

/** Null for whatever else the bytes are: the swarm's, or nothing valid. */
export function decodeClockMessage(lane: Lane, bytes: Uint8Array): ClockMessage | null {
  if (lane !== CLOCK_LANE || !HEADERS.some(([array, type]) => bytes[0] === array && bytes[1] === type)) return null;
  let decoded: unknown;
  try {
    decoded = decode(bytes, STRICT);
  } catch {
    return null; // no canonical CBOR
  }
  const ask = v.safeParse(AskSchema, decoded);
  if (ask.success) return { kind: "ask", number: ask.output[1] };
  const tell = v.safeParse(TellSchema, decoded);
  if (!tell.success) return null;
  const [, number, clockId, referenceMs, errorMs, root, bornMs] = tell.output;
  return { kind: "tell", number, clockId, referenceMs, errorMs, root, bornMs };
}
