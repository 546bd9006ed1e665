/**
 * SHA-256 by the browser where it offers it, in JavaScript where it does not: `crypto.subtle` exists only in secure
 * contexts, and a party on `http://192.168.1.20:8000` is not one.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import type { Hasher } from "../../core/index.ts";

/** The part of `crypto.subtle` that is needed. */
type Digester = Pick<SubtleCrypto, "digest">;

export function createHasher(subtle: Digester | undefined = globalThis.crypto?.subtle): Hasher {
  if (!subtle) return { sha256: async (bytes) => sha256(bytes) };
  return {
    async sha256(bytes) {
      return new Uint8Array(await subtle.digest("SHA-256", withOwnBuffer(bytes)));
    },
  };
}

/** Browsers hash no shared memory; everything else goes in as it is. */
function withOwnBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : bytes.slice();
}
