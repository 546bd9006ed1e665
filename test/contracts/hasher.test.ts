import { bytesToHex } from "@noble/hashes/utils.js";
import { describe, expect, it } from "vitest";
import { createHasher } from "../../app/platform/hash/hasher.ts";

const insecure = undefined;

describe.each([
  ["the browser's SHA-256", createHasher(globalThis.crypto.subtle)],
  ["SHA-256 in an insecure context", createHasher(insecure)],
])("%s", (_, hasher) => {
  it.each([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  ])("ID3: gives FIPS 180-4's value for %j", async (text, expected) => {
    expect(bytesToHex(await hasher.sha256(new TextEncoder().encode(text)))).toBe(expected);
  });

  it("ID3: hashes a view as that view, and shared memory too", async () => {
    const expected = await hasher.sha256(Uint8Array.of(2, 3));
    expect(await hasher.sha256(Uint8Array.of(1, 2, 3, 4).subarray(1, 3))).toEqual(expected);
    const shared = new Uint8Array(new SharedArrayBuffer(2));
    shared.set([2, 3]);
    expect(await hasher.sha256(shared)).toEqual(expected);
  });
});
