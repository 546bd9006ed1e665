import { encode } from "cborg";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BLOCK_BYTES, laneOf, LinkCodec, MAX_WIRE_MESSAGE_BYTES, ProtocolError } from "../../../app/core/index.ts";
import type { PeerMessage, TrackId } from "../../../app/core/index.ts";
import { trackIdOfNumber } from "../../support/store-fixtures.ts";

const trackId = fc.integer({ min: 0, max: 5 }).map(trackIdOfNumber);
const index = fc.integer({ min: 0, max: 10_800 });
const offset = fc.integer({ min: 0, max: 4 * 1024 * 1024 - 1 });
const length = fc.integer({ min: 1, max: BLOCK_BYTES });
const clockMs = fc.integer({ min: 0, max: 0xffff_ffff });
const manifestBytes = fc.integer({ min: 1, max: 640 * 1024 });
const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const of = <Type extends PeerMessage["type"]>(type: Type) => fc.constant(type);
const address = { trackId, index, offset, length };

/** Everything but blocks, which need somebody who asked. */
const controlMessage: fc.Arbitrary<PeerMessage> = fc.oneof(
  fc.record({ type: of("hello"), protocol: fc.integer({ min: 1, max: 1000 }), uploads: fc.boolean() }),
  fc.record({ type: of("interested"), trackId }),
  fc.record({ type: of("not-interested"), trackId }),
  fc.record({ type: of("bitfield"), trackId, bits: bytes(1351) }),
  fc.record({ type: of("have"), trackId, indexes: fc.array(index, { minLength: 1, maxLength: 256 }) }),
  fc.record({ type: of("manifest-request"), trackId, offset: manifestBytes, headMs: fc.option(fc.nat(6 * 3600 * 1000)) }),
  fc.record({ type: of("manifest-part"), trackId, offset: manifestBytes, totalBytes: manifestBytes, bytes: bytes(BLOCK_BYTES) }),
  fc.record({ type: of("manifest-reject"), trackId }),
  fc.record({ type: of("choke") }),
  fc.record({ type: of("unchoke") }),
  fc.record({ type: of("request"), ...address, urgent: fc.boolean() }),
  fc.record({ type: of("received"), delayMs: clockMs }),
  fc.record({ type: of("cancel"), ...address }),
  fc.record({ type: of("reject"), ...address }),
);

const request = (id: TrackId): PeerMessage => ({
  type: "request",
  trackId: id,
  index: 3,
  offset: 0,
  length: BLOCK_BYTES,
  urgent: true,
});
const block = (id: TrackId): PeerMessage => ({
  type: "block",
  trackId: id,
  index: 3,
  offset: 0,
  sentMs: 7,
  bytes: new Uint8Array(BLOCK_BYTES),
});

describe("LinkCodec", () => {
  test("WP1: every message comes out as it went in", () => {
    fc.assert(
      fc.property(fc.array(controlMessage, { maxLength: 20 }), (messages) => {
        const [alice, bob] = [new LinkCodec(), new LinkCodec()];
        for (const message of messages) expect(bob.decode(alice.encode(message), laneOf(message.type))).toEqual(message);
      }),
    );
  });

  test("WP1: a block comes out as it went in, whoever else has introduced tracks before", () => {
    fc.assert(
      fc.property(
        fc.array(trackId),
        fc.array(trackId),
        trackId,
        bytes(BLOCK_BYTES),
        clockMs,
        (asAlice, asBob, id, payload, sentMs) => {
          const [alice, bob] = [new LinkCodec(), new LinkCodec()];
          for (const other of asAlice) bob.decode(alice.encode({ type: "interested", trackId: other }), "control");
          for (const other of asBob) alice.decode(bob.encode({ type: "interested", trackId: other }), "control");
          bob.decode(alice.encode(request(id)), "control");
          const answer: PeerMessage = { type: "block", trackId: id, index: 3, offset: 0, sentMs, bytes: payload };
          expect(alice.decode(bob.encode(answer), "bulk")).toEqual(answer);
        },
      ),
    );
  });

  test("WP2: a track id travels once per link and direction", () => {
    const alice = new LinkCodec();
    const first = alice.encode(request(trackIdOfNumber(1)));
    const second = alice.encode(request(trackIdOfNumber(1)));
    expect(first.byteLength - second.byteLength).toBe(32 + 3); // the id, its header, and the pair around it
    expect(second.byteLength).toBeLessThan(16);
  });

  test("WP2: tracks keep their handles, however many there are", () => {
    const [alice, bob] = [new LinkCodec(), new LinkCodec()];
    const ids = Array.from({ length: 40 }, (_, number) => trackIdOfNumber(number));
    const say = (id: TrackId): PeerMessage => bob.decode(alice.encode(request(id)), "control");
    expect([...ids, ...ids].map(say)).toEqual([...ids, ...ids].map(request));
    expect(ids.map((id) => alice.decode(bob.encode(block(id)), "bulk"))).toEqual(ids.map(block));
  });

  test("what is to be sent is written where the sender wants it", () => {
    const place = new Uint8Array(MAX_WIRE_MESSAGE_BYTES);
    const written = new LinkCodec().encode(request(trackIdOfNumber(1)), (sizeBytes) => place.subarray(0, sizeBytes));
    expect(written.buffer).toBe(place.buffer);
    expect(written).toEqual(new LinkCodec().encode(request(trackIdOfNumber(1))));
  });

  test("WP2: a block that overtakes everything its sender said on the control lane is understood", () => {
    const [alice, bob] = [new LinkCodec(), new LinkCodec()];
    bob.decode(alice.encode(request(trackIdOfNumber(1))), "control");
    const lateInterest = bob.encode({ type: "interested", trackId: trackIdOfNumber(1) });
    const answer = bob.encode(block(trackIdOfNumber(1)));
    expect(alice.decode(answer, "bulk")).toMatchObject({ type: "block", trackId: trackIdOfNumber(1) });
    expect(alice.decode(lateInterest, "control")).toMatchObject({ type: "interested" });
  });

  test("WP2: a block of a track that the peer never asked for cannot even be said", () => {
    expect(() => new LinkCodec().encode(block(trackIdOfNumber(1)))).toThrow("never asked for");
  });

  test("WP3: random bytes never do more than a protocol error", () => {
    let refused = 0;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom("control", "bulk"), (noise, lane) => {
        try {
          new LinkCodec().decode(noise, lane);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
          refused++;
        }
      }),
    );
    expect(refused).toBeGreaterThan(90);
  });

  test("WP3: a message with some bytes changed is understood or refused, never anything else", () => {
    let understood = 0;
    let refused = 0;
    fc.assert(
      fc.property(
        controlMessage,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }),
        (message, changes) => {
          const mutated = new LinkCodec().encode(message);
          for (const [at, byte] of changes) mutated[at % mutated.byteLength] = byte;
          try {
            new LinkCodec().decode(mutated, laneOf(message.type));
            understood++;
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
            refused++;
          }
        },
      ),
      { numRuns: 500 },
    );
    expect(Math.min(understood, refused)).toBeGreaterThan(10);
  });

  test.each<[string, unknown, string]>([
    ["something that is not an array", { type: "hello" }, "invalid-message"],
    ["nothing", [], "invalid-message"],
    ["an unknown type", [99], "invalid-message"],
    ["too few fields", [1, 1], "invalid-message"],
    ["too many fields", [9, 1], "invalid-message"],
    ["a value out of bounds", [1, 0, true], "invalid-message"],
    ["a handle that nobody introduced", [2, 0], "unknown-track"],
    ["a handle that is not a number", [2, "0"], "invalid-message"],
    ["an introduction out of turn", [2, [1, new Uint8Array(32)]], "invalid-message"],
    ["an introduction of something short", [2, [0, new Uint8Array(31)]], "invalid-message"],
    ["an index beyond any track", [11, [0, new Uint8Array(32)], 10_801, 0, 1, true], "invalid-message"],
    ["a length of nothing", [11, [0, new Uint8Array(32)], 0, 0, 0, true], "invalid-message"],
  ])("WP3: %s is refused", (_, value, code) => {
    expect(() => new LinkCodec().decode(encode(value), "control")).toThrow(
      expect.objectContaining({ name: "ProtocolError", code }),
    );
  });

  test("WP3: a track introduced twice is refused, and so is a message that is too large", () => {
    const codec = new LinkCodec();
    codec.decode(encode([2, [0, new Uint8Array(32)]]), "control");
    expect(() => codec.decode(encode([2, [1, new Uint8Array(32)]]), "control")).toThrow("introduced twice");
    expect(() => codec.decode(new Uint8Array(MAX_WIRE_MESSAGE_BYTES + 1), "control")).toThrow(
      expect.objectContaining({ code: "too-large" }),
    );
  });

  test("WP4: blocks travel on the bulk lane and everything else on the control lane; the other way round is refused", () => {
    const [alice, bob] = [new LinkCodec(), new LinkCodec()];
    bob.decode(alice.encode(request(trackIdOfNumber(1))), "control");
    expect(() => alice.decode(bob.encode(block(trackIdOfNumber(1))), "control")).toThrow("block on the control lane");
    expect(() => bob.decode(alice.encode({ type: "unchoke" }), "bulk")).toThrow("unchoke on the bulk lane");
  });

  test("WP5: request, block, report and have together add less than 1 % to the payload", () => {
    const [alice, bob] = [new LinkCodec(), new LinkCodec()];
    const id = trackIdOfNumber(1);
    bob.decode(alice.encode(request(id)), "control");
    const perBlock: [LinkCodec, PeerMessage][] = [
      [alice, { type: "request", trackId: id, index: 10_000, offset: 1_000_000, length: BLOCK_BYTES, urgent: false }],
      [bob, { type: "block", trackId: id, index: 10_000, offset: 1_000_000, sentMs: 4e9, bytes: new Uint8Array(BLOCK_BYTES) }],
      [alice, { type: "received", delayMs: 4e9 }],
      [alice, { type: "have", trackId: id, indexes: [10_000] }],
    ];
    const wireBytes = perBlock.reduce((sum, [codec, message]) => sum + codec.encode(message).byteLength, 0);
    expect(wireBytes).toBeLessThan(BLOCK_BYTES * 1.01);
  });
});
