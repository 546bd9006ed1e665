/** The plain part of CBOR, judged by cborg, which knows all of it. */
import { decode, encode } from "cborg";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { STRICT } from "../../../app/core/wire/codec.ts";
import { decodePlain, encodePlain } from "../../../app/core/wire/plain-cbor.ts";

const number = fc.oneof(fc.nat(30), fc.nat(300), fc.nat(70_000), fc.nat(0xffff_ffff));
const scalar = fc.oneof(number, fc.boolean(), fc.constant(null), fc.uint8Array({ maxLength: 300 }));
/** As deep as messages are. */
const plain = fc.array(fc.oneof(scalar, fc.array(scalar, { maxLength: 30 })), { maxLength: 8 });
const copied = { isView: false };

/** What cborg makes of it; undefined where it refuses it. */
function decodeStrictly(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, STRICT);
  } catch {
    return undefined;
  }
}

describe("plain CBOR", () => {
  test("WP1: what it says is canonical, and what is canonical it understands", () => {
    fc.assert(
      fc.property(plain, (value) => {
        const bytes = encode(value);
        expect(encodePlain(value)).toEqual(new Uint8Array(bytes));
        expect(decodePlain(bytes, copied)).toEqual(value);
      }),
    );
  });

  test("WP3: of any bytes it understands what strict CBOR says, or nothing", () => {
    const mutated = fc
      .tuple(plain, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 2 }), fc.nat(3))
      .map(([value, changes, cut]) => {
        const bytes = Uint8Array.from(encode(value));
        for (const [at, byte] of changes) bytes[at % bytes.byteLength] = byte;
        return bytes.subarray(0, bytes.byteLength - cut);
      });
    let understood = 0;
    let refused = 0;
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 12 }), mutated), (bytes) => {
        const value = decodePlain(bytes, copied);
        if (value === undefined) return void refused++;
        understood++;
        expect(value).toEqual(decodeStrictly(bytes));
      }),
      { numRuns: 2000 },
    );
    expect(Math.min(understood, refused)).toBeGreaterThan(100);
  });

  test.each([
    ["a number in more bytes than it needs", [0x18, 23]],
    ["a count in more bytes than it needs", [0x59, 0, 1, 7]],
    ["a list that is not whole", [0x82, 1]],
    ["something behind the end", [1, 1]],
    ["lists within lists within lists", [0x81, 0x81, 0x81, 0]],
    ["nothing", []],
  ])("WP3: %s is not plain", (_, bytes) => {
    expect(decodePlain(Uint8Array.from(bytes), copied)).toBeUndefined();
  });

  test("byte strings are copies, or views where that is asked for", () => {
    const bytes = encodePlain([Uint8Array.of(1, 2, 3)]);
    const [copy] = decodePlain(bytes, copied) as Uint8Array[];
    const [view] = decodePlain(bytes, { isView: true }) as Uint8Array[];
    bytes.fill(9);
    expect([copy, view]).toEqual([Uint8Array.of(1, 2, 3), Uint8Array.of(9, 9, 9)]);
  });

  test.each([[-1], [0.5], [2 ** 32], [NaN], ["text"], [undefined], [{}]])("%s is not plain and cannot be said", (value) => {
    expect(() => encodePlain([value])).toThrow("not plain");
  });
});
