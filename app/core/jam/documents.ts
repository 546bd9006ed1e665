/**
 * The jam's state: two documents, `transport` and `programme`, each signed by the host and numbered. The newest valid
 * one wins, wherever it comes from. The server and every peer verify alike: with `openDocument`.
 */
import { decode, encode } from "cborg";
import { ed25519 } from "@noble/curves/ed25519.js";
import * as v from "valibot";
import { base64urlToBytes, bytesToBase64url } from "../base64url.ts";
import { ProtocolError } from "../errors.ts";
import { ClockIdSchema, EntryIdSchema, JamIdSchema, PeerIdSchema, TrackIdSchema } from "../ids.ts";
import type { JamId, PeerId } from "../ids.ts";
import type { Identity } from "../ports.ts";

const milliseconds = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1e15));
const counter = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const shortText = v.pipe(v.string(), v.maxLength(300));

const heading = {
  jamId: JamIdSchema,
  hostId: PeerIdSchema,
  /** Reigns: grows when a successor takes over. */
  epoch: counter,
  /** Grows with every change by the same host. */
  seq: counter,
};

/**
 * Which entry is playing, and from which position at which reference time. Before `atReferenceMs` a playing transport
 * stands still at `positionMs`: that is how "play" is scheduled a moment ahead.
 */
export const TransportSchema = v.strictObject({
  kind: v.literal("transport"),
  ...heading,
  entryId: v.nullable(EntryIdSchema),
  playing: v.boolean(),
  positionMs: milliseconds,
  atReferenceMs: milliseconds,
  /** Which clock `atReferenceMs` is on; absent where it doesn't matter, or isn't known. */
  clockId: v.optional(ClockIdSchema),
});
export type Transport = v.InferOutput<typeof TransportSchema>;

/** Tags and length stand here too, so that a newcomer sees the queue before it has any manifest. */
export const ProgrammeEntrySchema = v.strictObject({
  entryId: EntryIdSchema,
  trackId: TrackIdSchema,
  addedBy: PeerIdSchema,
  title: shortText,
  artist: shortText,
  durationMs: v.pipe(v.number(), v.finite(), v.minValue(1), v.maxValue(6 * 3600 * 1000)),
});
export type ProgrammeEntry = v.InferOutput<typeof ProgrammeEntrySchema>;

export const MAX_PROGRAMME_ENTRIES = 300;

export const ProgrammeSchema = v.strictObject({
  kind: v.literal("programme"),
  ...heading,
  entries: v.pipe(v.array(ProgrammeEntrySchema), v.maxLength(MAX_PROGRAMME_ENTRIES)),
  listenersMayAdd: v.boolean(),
});
export type Programme = v.InferOutput<typeof ProgrammeSchema>;

export type JamDocument = Transport | Programme;
const JamDocumentSchema = v.variant("kind", [TransportSchema, ProgrammeSchema]);

/** A document under way: canonical CBOR and its Ed25519 signature, both in base64url. */
export const SignedDocumentSchema = v.strictObject({
  body: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]*$/), v.maxLength(200_000)),
  signature: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{86}$/)),
});
export type SignedDocument = v.InferOutput<typeof SignedDocumentSchema>;

/** Keeps a signature made for one purpose from being shown for another. */
const DOCUMENT_CONTEXT = new Uint8Array([..."beattorrent document 1\n"].map((letter) => letter.charCodeAt(0)));

export function signDocument(document: JamDocument, identity: Identity): SignedDocument {
  const body = encode(document);
  return { body: bytesToBase64url(body), signature: bytesToBase64url(identity.sign(withContext(body))) };
}

/**
 * Checks shape and signature; whether `hostId` is this jam's host is the caller's question.
 * @throws ProtocolError `malformed`, `invalid-message` or `bad-signature`.
 */
export function openDocument(signed: SignedDocument): JamDocument {
  let decoded: unknown;
  let body: Uint8Array;
  try {
    body = base64urlToBytes(signed.body);
    decoded = decode(body, { strict: true, rejectDuplicateMapKeys: true });
  } catch (cause) {
    throw new ProtocolError("malformed", "document is not canonical CBOR", { cause });
  }
  const result = v.safeParse(JamDocumentSchema, decoded);
  if (!result.success) throw new ProtocolError("invalid-message", `document: ${v.summarize(result.issues)}`);
  if (!isSignedBy(result.output.hostId, base64urlToBytes(signed.signature), withContext(body)))
    throw new ProtocolError("bad-signature", `${result.output.kind} is not signed by ${result.output.hostId}`);
  return result.output;
}

/** True when `candidate` replaces `current`: a later reign, or a later number in the same reign. */
export function isNewer(candidate: JamDocument, current: JamDocument | null): boolean {
  if (!current) return true;
  return candidate.epoch > current.epoch || (candidate.epoch === current.epoch && candidate.seq > current.seq);
}

export function isSignedBy(peerId: PeerId, signature: Uint8Array, bytes: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, bytes, base64urlToBytes(peerId));
  } catch {
    return false; // a public key that is not a point on the curve verifies nothing
  }
}

/** What a member signs to prove to the server that it owns its peer id. */
export function joinProof(jamId: JamId, challenge: string): Uint8Array {
  return new Uint8Array([...`beattorrent join 1\n${jamId}\n${challenge}`].map((letter) => letter.charCodeAt(0)));
}

function withContext(body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(DOCUMENT_CONTEXT.length + body.length);
  bytes.set(DOCUMENT_CONTEXT);
  bytes.set(body, DOCUMENT_CONTEXT.length);
  return bytes;
}
