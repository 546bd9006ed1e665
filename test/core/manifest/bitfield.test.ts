import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Bitfield, ProtocolError } from "../../../app/core/index.ts";

describe("Bitfield", () => {
  test("WP6: bit 0 is the most significant bit of the first byte, as in BEP 3", () => {
    const field = new Bitfield(10);
    field.set(0);
    field.set(9);
    expect([...field.toBytes()]).toEqual([0b1000_0000, 0b0100_0000]);
  });

  test("WP6: what was set and cleared is what comes back from its bytes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.array(fc.tuple(fc.nat(), fc.boolean())), (length, changes) => {
        const field = new Bitfield(length);
        const model = new Set<number>();
        for (const [number, isSet] of changes) {
          const index = number % length;
          expect(isSet ? field.set(index) : field.clear(index)).toBe(isSet !== model.has(index));
          if (isSet) model.add(index);
          else model.delete(index);
        }
        const copy = Bitfield.fromBytes(field.toBytes(), length);
        expect([...copy.indexes()]).toEqual([...model].toSorted((a, b) => a - b));
        expect(copy.count).toBe(model.size);
        expect(copy.isFull).toBe(model.size === length);
      }),
    );
  });

  test("WP6: no bytes at all mean that nothing is held", () => {
    expect(Bitfield.fromBytes(new Uint8Array(0), 20).count).toBe(0);
  });

  test.each([
    ["too short", new Uint8Array(2), 20],
    ["too long", new Uint8Array(4), 20],
    ["with a spare bit set", Uint8Array.of(0, 0, 0b0000_1000), 20],
  ])("WP6: a bitfield that is %s is a protocol error", (_, bytes, length) => {
    expect(() => Bitfield.fromBytes(bytes, length)).toThrow(ProtocolError);
  });

  test("two fields meet where some piece is in both", () => {
    const indexes = fc.uniqueArray(fc.nat(299), { maxLength: 20 });
    const fieldOf = (some: readonly number[]): Bitfield => {
      const field = new Bitfield(300);
      for (const index of some) field.set(index);
      return field;
    };
    fc.assert(
      fc.property(indexes, indexes, (ours, theirs) => {
        expect(fieldOf(ours).intersects(fieldOf(theirs))).toBe(ours.some((index) => theirs.includes(index)));
      }),
    );
  });

  test("beyond its bounds nothing is held, and nothing can be set", () => {
    const field = new Bitfield(3);
    expect(field.has(3)).toBe(false);
    expect(field.has(1000)).toBe(false);
    expect(() => field.set(3)).toThrow("bit 3 of 3");
    expect(() => field.clear(-1)).toThrow("bit -1 of 3");
  });
});
