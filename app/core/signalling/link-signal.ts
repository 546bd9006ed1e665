/** What two browsers must tell each other before they have a link, as the server relays it. */
import * as v from "valibot";

const sdp = v.pipe(v.string(), v.maxLength(64 * 1024));

/** Offer, answer or candidate, as WebRTC gives them, or a refusal. A null candidate ends the gathering. */
export const LinkSignalSchema = v.variant("kind", [
  v.strictObject({
    kind: v.literal("offer"),
    sdp,
    /** The offerer has hardly any links, or is where the music comes from: let it in where others are refused. */
    needed: v.optional(v.boolean()),
  }),
  v.strictObject({
    kind: v.literal("answer"),
    sdp,
    /** ICE ufrag of the offer it answers: an answer to a page that was reloaded since must not reach its successor. */
    answers: v.optional(v.pipe(v.string(), v.maxLength(256))),
  }),
  v.strictObject({
    kind: v.literal("candidate"),
    candidate: v.pipe(v.string(), v.maxLength(1024)),
    sdpMid: v.nullable(v.pipe(v.string(), v.maxLength(64))),
    sdpMLineIndex: v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(64))),
  }),
  /** The offer is not taken: look for somebody else. */
  v.strictObject({ kind: v.literal("refused"), reason: v.picklist(["full"]) }),
]);
export type LinkSignal = v.InferOutput<typeof LinkSignalSchema>;
