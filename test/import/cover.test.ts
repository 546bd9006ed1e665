import { expect, test } from "vitest";
import { MAX_COVER_BYTES } from "../../app/core/index.ts";
import { prepareCover } from "../../app/platform/import/cover.ts";

const JPEG = [0xff, 0xd8, 0xff, 0xe0];
const small = { bytes: Uint8Array.from(JPEG), mimeType: "image/jpeg" } as const;

test("a small picture stays as it is, its type read from its bytes", async () => {
  const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]);
  expect(await prepareCover(png, () => Promise.resolve(small))).toEqual({ bytes: png, mimeType: "image/png" });
});

test("a large picture is made smaller", async () => {
  const large = new Uint8Array(MAX_COVER_BYTES + 1);
  large.set(JPEG);
  expect(await prepareCover(large, () => Promise.resolve(small))).toBe(small);
});

test("a picture of another kind is turned into one that every browser shows", async () => {
  const bmp = Uint8Array.from([0x42, 0x4d, 0, 0]);
  expect(await prepareCover(bmp, () => Promise.resolve(small))).toBe(small);
});

test("a picture that cannot be made small enough is left out", async () => {
  const large = new Uint8Array(MAX_COVER_BYTES + 1);
  expect(await prepareCover(large, () => Promise.resolve(null))).toBeNull();
  expect(await prepareCover(large, () => Promise.resolve({ bytes: large, mimeType: "image/jpeg" }))).toBeNull();
});
