/**
 * What members and the server say to each other: JSON over a WebSocket at `/ws/:jam`. The server relays and checks;
 * it stamps the sender, and never sees music.
 *
 *   server                    member
 *   challenge  ─────────────▶
 *              ◀─────────────  join (proof of the key, documents it knows)
 *   welcome    ─────────────▶
 *   then, in any order: signal both ways, publish (host), intent (to the host), ping and pong
 */
import * as v from "valibot";
import { IntentSchema } from "../jam/intents.ts";
import { SignedDocumentSchema } from "../jam/documents.ts";
import { LinkSignalSchema } from "./link-signal.ts";
import { ClockIdSchema, PeerIdSchema } from "../ids.ts";

export const SIGNALLING_PROTOCOL_VERSION = 1;

/** Reasons for which the server ends a connection, as WebSocket close codes (4000–4999 are the application's). */
export const CLOSE_CODES = {
  /** A message broke its schema, its size or the order of the protocol. Coming back with the same will not help. */
  protocolError: 4000,
  /** The signature does not prove the peer id. */
  badProof: 4001,
  /** The jam has all the members it may have. */
  jamFull: 4002,
  /** Too many messages or connections: come back later. */
  rateLimited: 4003,
  /** The same member has connected again (another tab, or a network change): this connection is obsolete. */
  replaced: 4004,
  /** Heartbeat missed, or too slow to take what is sent. Come back. */
  unresponsive: 4005,
  /** The server is stopping. Come back. */
  serverStopping: 4006,
  /** Not a jam id. */
  badJam: 4007,
} as const;

/** After these, trying again by itself would be wrong. */
export const FINAL_CLOSE_CODES: ReadonlySet<number> = new Set([
  CLOSE_CODES.protocolError,
  CLOSE_CODES.badProof,
  CLOSE_CODES.replaced,
  CLOSE_CODES.badJam,
]);

/** Control characters, and marks that turn the direction of whatever text follows the name on the screen. */
const UNSEEN = /[\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** What a member is called; shown, never trusted. */
export const MemberNameSchema = v.pipe(
  v.string(),
  v.maxLength(200),
  v.transform((name) => name.replaceAll(UNSEEN, "").trim()),
  v.minLength(1),
  v.maxLength(40),
);

export const MemberSchema = v.strictObject({ peerId: PeerIdSchema, name: MemberNameSchema });
export type Member = v.InferOutput<typeof MemberSchema>;

const timeMs = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1e15));
const documents = v.pipe(v.array(SignedDocumentSchema), v.minLength(1), v.maxLength(2));

/** Member → server. */
export const ClientMessageSchema = v.variant("type", [
  v.strictObject({
    type: v.literal("join"),
    protocol: v.literal(SIGNALLING_PROTOCOL_VERSION),
    peerId: PeerIdSchema,
    name: MemberNameSchema,
    /** base64url Ed25519 signature over `joinProof(jamId, challenge)`. */
    proof: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{86}$/)),
    /** The newest documents that the member knows: they restore the jam on a server that forgot it. */
    documents: v.pipe(v.array(SignedDocumentSchema), v.maxLength(2)),
  }),
  v.strictObject({ type: v.literal("signal"), to: PeerIdSchema, signal: LinkSignalSchema }),
  /** Host only. */
  v.strictObject({ type: v.literal("publish"), documents }),
  /** A listener's wish; relayed to the host, who applies it under the jam's permissions. */
  v.strictObject({ type: v.literal("intent"), intent: IntentSchema }),
  v.strictObject({ type: v.literal("rename"), name: MemberNameSchema }),
  /** Clock probe: `sentMs` is the member's own reading, echoed. */
  v.strictObject({ type: v.literal("ping"), sentMs: timeMs }),
]);
export type ClientMessage = v.InferOutput<typeof ClientMessageSchema>;

/** Why a message was refused although it was well-formed; the connection stays. */
export const RefusalReasonSchema = v.picklist([
  "not-host",
  "stale-document",
  "wrong-jam",
  "bad-signature",
  "no-such-member",
  "host-absent",
]);
export type RefusalReason = v.InferOutput<typeof RefusalReasonSchema>;

/** Server → member. */
export const ServerMessageSchema = v.variant("type", [
  v.strictObject({ type: v.literal("challenge"), challenge: v.pipe(v.string(), v.maxLength(128)) }),
  /** The whole state, once after `join`; and again to all when somebody's documents restored a host after a restart. */
  v.strictObject({
    type: v.literal("welcome"),
    hostId: PeerIdSchema,
    /** Everyone present, oneself included, in order of joining. */
    members: v.pipe(v.array(MemberSchema), v.maxLength(10_000)),
    documents: v.pipe(v.array(SignedDocumentSchema), v.maxLength(2)),
    iceServers: v.pipe(
      v.array(
        v.strictObject({
          urls: v.pipe(v.array(v.pipe(v.string(), v.maxLength(512))), v.minLength(1), v.maxLength(16)),
          username: v.optional(v.pipe(v.string(), v.maxLength(512))),
          credential: v.optional(v.pipe(v.string(), v.maxLength(512))),
        }),
      ),
      v.maxLength(16),
    ),
    /** Another one when the server has started anew. */
    clockId: ClockIdSchema,
    /** The server's reference clock when it wrote this: a first, rough reading. */
    referenceMs: timeMs,
  }),
  /** Also for somebody who is present already: the same member has connected again. */
  v.strictObject({ type: v.literal("member-joined"), member: MemberSchema }),
  v.strictObject({ type: v.literal("member-left"), peerId: PeerIdSchema }),
  v.strictObject({ type: v.literal("member-renamed"), member: MemberSchema }),
  v.strictObject({ type: v.literal("signal"), from: PeerIdSchema, signal: LinkSignalSchema }),
  v.strictObject({ type: v.literal("documents"), documents }),
  v.strictObject({ type: v.literal("intent"), from: PeerIdSchema, intent: IntentSchema }),
  /** RFC 5905's four timestamps without the last: member sent, server received, server sent. */
  v.strictObject({ type: v.literal("pong"), sentMs: timeMs, receivedReferenceMs: timeMs, answeredReferenceMs: timeMs }),
  v.strictObject({ type: v.literal("refused"), reason: RefusalReasonSchema, what: v.pipe(v.string(), v.maxLength(40)) }),
]);
export type ServerMessage = v.InferOutput<typeof ServerMessageSchema>;
