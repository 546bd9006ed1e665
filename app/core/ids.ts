/**
 * Branded identifiers. They are strings everywhere in memory and in JSON; only the wire codec and the store turn
 * a track id into its 32 bytes. What an identifier means is decided here and nowhere else.
 */
import * as v from "valibot";

/** A peer: its Ed25519 public key (32 bytes) in unpadded base64url, so whoever knows the id can check a signature. */
export const PeerIdSchema = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/, "expected a peer id"), v.brand("PeerId"));
export type PeerId = v.InferOutput<typeof PeerIdSchema>;

/** A track: the SHA-256 of its manifest's canonical bytes, 64 lower-case hexadecimal digits (BitTorrent: infohash). */
export const TrackIdSchema = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "expected a track id"), v.brand("TrackId"));
export type TrackId = v.InferOutput<typeof TrackIdSchema>;

/** A jam: what stands after `/j/`; short, speakable, lower case. `jam1` and `mellow-otter-42` are such ids. */
export const JamIdSchema = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, "expected a jam code of letters, digits and hyphens"),
  v.brand("JamId"),
);
export type JamId = v.InferOutput<typeof JamIdSchema>;

/** One entry of a programme: the same track can be in it twice. Chosen by whoever added it. */
export const EntryIdSchema = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{8,32}$/, "expected an entry id"), v.brand("EntryId"));
export type EntryId = v.InferOutput<typeof EntryIdSchema>;

/** One run of one server's clock: times on two of them have nothing in common. Chosen by the server at its start. */
export const ClockIdSchema = v.pipe(v.string(), v.regex(/^[a-z0-9]{1,16}$/, "expected a clock id"), v.brand("ClockId"));
export type ClockId = v.InferOutput<typeof ClockIdSchema>;
