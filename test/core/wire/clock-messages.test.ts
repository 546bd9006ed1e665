import { encode } from "cborg";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeClockMessage, encodeClockMessage, LinkCodec, ProtocolError } from "../../../app/core/index.ts";
import type { ClockMessage } from "../../../app/core/index.ts";
import { almostMessages } from "../../support/almost-messages.ts";
import { alice, clockIdOf } from "../../support/people.ts";

const number = fc.nat(0xffff_ffff);
const timeMs = fc.double({ min: 0, max: 1e15, noNaN: true }).map((value) => value + 0); // no -0: CBOR keeps it apart
const messages: fc.Arbitrary<ClockMessage> = fc.oneof(
  fc.record({ kind: fc.constant("ask" as const), number }),
  fc.record({
    kind: fc.constant("tell" as const),
    number,
    clockId: fc.constantFrom(clockIdOf("first"), clockIdOf("0123456789abcdef")),
    referenceMs: timeMs,
    errorMs: fc.double({ min: 0, max: 3_600_000, noNaN: true }).map((value) => value + 0),
    root: fc.constantFrom(null, alice.peerId),
    bornMs: timeMs,
  }),
);
const TELL: ClockMessage = {
  kind: "tell",
  number: 7,
  clockId: clockIdOf("first"),
  referenceMs: 1.7e12 + 0.25,
  errorMs: 1.5,
  root: alice.peerId,
  bornMs: 1.7e12,
};

describe("messages about the time", () => {
  test("WP1: come out as they went in", () => {
    fc.assert(
      fc.property(messages, (message) => {
        expect(decodeClockMessage("control", encodeClockMessage(message))).toEqual(message);
      }),
    );
  });

  test("WP3: whatever the bytes, they are a message within its bounds or none", () => {
    fc.assert(
      fc.property(almostMessages([17, 18]), (bytes) => {
        const message = decodeClockMessage("control", bytes);
        if (message) expect(encodeClockMessage(message)).toEqual(bytes);
      }),
    );
    const good = [18, 7, "first", 1e12, 1.5, alice.peerId, 1e12];
    expect(decodeClockMessage("control", encode(good))).not.toBeNull();
    for (const [place, value] of [
      [1, -1],
      [1, 0.5],
      [2, "No!"],
      [3, -1],
      [3, 1e16],
      [4, -1],
      [4, 1e9],
      [5, "somebody"],
      [6, "now"],
    ] as const)
      expect(decodeClockMessage("control", encode(good.with(place, value)))).toBeNull();
    expect(decodeClockMessage("control", encode([17, 1, 2]))).toBeNull();
    expect(decodeClockMessage("control", encode([17]))).toBeNull();
  });

  test("WP4: travel on the control lane, in less than a hundred bytes", () => {
    const bytes = encodeClockMessage(TELL);
    expect(decodeClockMessage("bulk", bytes)).toBeNull();
    expect(bytes.byteLength).toBeLessThan(100);
  });

  test("WP3: are no messages of the swarm, which counts those that are not valid against their sender", () => {
    expect(() => new LinkCodec().decode(encodeClockMessage(TELL), "control")).toThrow(ProtocolError);
  });
});
