import { encode } from "cborg";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeNeighbours, encodeNeighbours, LinkCodec, MAX_LINKS, ProtocolError } from "../../../app/core/index.ts";
import { almostMessages } from "../../support/almost-messages.ts";
import { peerIdOf } from "../../support/swarm-world.ts";

const peerIds = fc.array(
  fc.nat(99).map((number) => peerIdOf(`p${number}`)),
  { maxLength: MAX_LINKS },
);

describe("messages of the mesh", () => {
  test("WP1: come out as they went in", () => {
    fc.assert(
      fc.property(peerIds, peerIds, (added, removed) => {
        expect(decodeNeighbours("control", encodeNeighbours({ added, removed }))).toEqual({ added, removed });
      }),
    );
  });

  test("WP3: whatever the bytes, they are a message within its bounds or none", () => {
    fc.assert(
      fc.property(almostMessages([16]), (bytes) => {
        const message = decodeNeighbours("control", bytes);
        if (message) expect(encodeNeighbours(message)).toEqual(bytes);
      }),
    );
    const crowd = Array.from({ length: MAX_LINKS + 1 }, (_, index) => peerIdOf(`p${index}`));
    for (const fields of [
      [16, crowd, []],
      [16, [], crowd],
      [16, ["somebody"], []],
      [16, []],
      [16, [], [], []],
      [1, [], []],
    ])
      expect(decodeNeighbours("control", encode(fields))).toBeNull();
  });

  test("WP4: travel on the control lane", () => {
    expect(decodeNeighbours("bulk", encodeNeighbours({ added: [], removed: [] }))).toBeNull();
  });

  test("WP3: are no messages of the swarm, which counts those that are not valid against their sender", () => {
    const bytes = encodeNeighbours({ added: [], removed: [] });
    expect(() => new LinkCodec().decode(bytes, "control")).toThrow(ProtocolError);
  });
});
