import { ed25519 } from "@noble/curves/ed25519.js";
import { hexToBytes } from "@noble/hashes/utils.js";
import { expect, it } from "vitest";
import { base64urlToBytes, isSignedBy } from "../../app/core/index.ts";
import { identityFromSecret } from "../../app/platform/identity/identity.ts";

/** RFC 8032, section 7.1, test 2. */
const secret = hexToBytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
const publicKey = hexToBytes("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");

it("ID4: the peer id is the public key, and what the identity signs is verified by it", () => {
  const identity = identityFromSecret(secret);
  expect(base64urlToBytes(identity.peerId)).toEqual(publicKey);
  const signature = identity.sign(Uint8Array.of(0x72));
  expect(ed25519.verify(signature, Uint8Array.of(0x72), publicKey)).toBe(true);
  expect(isSignedBy(identity.peerId, signature, Uint8Array.of(0x72))).toBe(true);
  expect(isSignedBy(identity.peerId, signature, Uint8Array.of(0x73))).toBe(false);
});

it("ID4: keeps its own copy of the secret", () => {
  const given = secret.slice();
  const identity = identityFromSecret(given);
  given.fill(0);
  expect(isSignedBy(identity.peerId, identity.sign(Uint8Array.of(1)), Uint8Array.of(1))).toBe(true);
});
