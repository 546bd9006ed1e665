/**
 * Who this browser is: an Ed25519 key pair whose secret never leaves it. Made with `getRandomValues` and signed with in
 * JavaScript, because WebCrypto's Ed25519 is missing in insecure contexts.
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import * as v from "valibot";
import { bytesToBase64url, PeerIdSchema } from "../../core/index.ts";
import type { Identity } from "../../core/index.ts";

/** Bytes of an Ed25519 secret (RFC 8032, 5.1.5). */
export const SECRET_BYTES = 32;

/** Where the secret is kept. */
export interface SecretVault {
  /**
   * Returns the secret kept before, or else keeps `fresh` and returns it; atomic, so that two tabs opened at once
   * become the same member.
   */
  keepSecret(fresh: Uint8Array): Promise<Uint8Array>;
}

/** The identity of this browser, made on the first call. A vault that fails costs the coming back, not the jam. */
export async function loadIdentity(vault: SecretVault, onFailure: (error: unknown) => void): Promise<Identity> {
  const fresh = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  try {
    return identityFromSecret(await vault.keepSecret(fresh));
  } catch (error) {
    onFailure(error);
    return identityFromSecret(fresh);
  }
}

/** @param secret {@link SECRET_BYTES} bytes; copied. */
export function identityFromSecret(secret: Uint8Array): Identity {
  const ownSecret = secret.slice();
  const peerId = v.parse(PeerIdSchema, bytesToBase64url(ed25519.getPublicKey(ownSecret)));
  return { peerId, sign: (bytes) => ed25519.sign(bytes, ownSecret) };
}
