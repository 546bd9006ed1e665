/** The cast: keys that are the same in every run. */
import { ed25519 } from "@noble/curves/ed25519.js";
import * as v from "valibot";
import { bytesToBase64url, ClockIdSchema, PeerIdSchema } from "../../app/core/index.ts";
import type { ClockId, Identity } from "../../app/core/index.ts";

/** An identity whose secret key is `seed` thirty-two times over: for tests alone. */
export function makeIdentity(seed: number): Identity {
  const secretKey = new Uint8Array(32).fill(seed);
  return {
    peerId: v.parse(PeerIdSchema, bytesToBase64url(ed25519.getPublicKey(secretKey))),
    sign: (bytes) => ed25519.sign(bytes, secretKey),
  };
}

export const alice = makeIdentity(1);
export const bob = makeIdentity(2);
export const carol = makeIdentity(3);

/** The clock of a server of the tests. */
export const clockIdOf = (name: string): ClockId => v.parse(ClockIdSchema, name);
