/** The boundary where a member's bytes become a `ClientMessage`, or a `ProtocolError`. */
import * as v from "valibot";
import { ClientMessageSchema, ProtocolError } from "../../app/core/index.ts";
import type { ClientMessage } from "../../app/core/index.ts";

/** Every so many bytes count as one more message, so that size is limited along with rate. */
const BYTES_PER_TOKEN = 16 * 1024;
/** Two Ed25519 checks in JavaScript take as long as relaying some hundred messages. */
const SIGNATURE_TOKENS = 10;

/** What a message takes from its sender's allowance. */
export function messageCost(message: ClientMessage, sizeBytes: number): number {
  return 1 + Math.floor(sizeBytes / BYTES_PER_TOKEN) + (message.type === "publish" ? SIGNATURE_TOKENS : 0);
}

/** @throws ProtocolError `malformed` or `invalid-message`. */
export function parseClientMessage(text: string): ClientMessage {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError("malformed", "message is not JSON", { cause });
  }
  const result = v.safeParse(ClientMessageSchema, json, { abortEarly: true });
  if (!result.success) throw new ProtocolError("invalid-message", v.summarize(result.issues));
  return result.output;
}
