import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  UPLINK_ASSUMED_BYTES_PER_MS,
  UPLOAD_SLOT_BYTES_PER_MS,
  UPLOAD_SLOTS_MAX,
  UPLOAD_SLOTS_MIN,
} from "../../../app/core/index.ts";
import { chooseUnchoked, uploadSlots } from "../../../app/core/swarm/choker.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { peerIdOf } from "../../support/swarm-world.ts";

const candidate = (name: string, givesBytesPerMs = 0, hasUrgent = false) => ({
  peerId: peerIdOf(name),
  givesBytesPerMs,
  hasUrgent,
});
const random = seededRandom(1);

describe("choker", () => {
  test("CK1: with slots for everybody, everybody is unchoked", () => {
    const { unchoked, optimistic } = chooseUnchoked([candidate("bob"), candidate("carol")], 2, null, random);
    expect([...unchoked]).toEqual([peerIdOf("bob"), peerIdOf("carol")]);
    expect(optimistic).toBeNull();
  });

  test("CK1: never more than the slots, never somebody who wants nothing, and all slots are used", () => {
    const candidates = fc.uniqueArray(fc.record({ name: fc.nat(40), gives: fc.nat(5), urgent: fc.boolean() }), {
      selector: ({ name }) => name,
    });
    fc.assert(
      fc.property(candidates, fc.integer({ min: 1, max: 20 }), fc.nat(40), fc.nat(), (some, slots, optimistic, seed) => {
        const given = some.map(({ name, gives, urgent }) => candidate(`bob${name}`, gives, urgent));
        const { unchoked } = chooseUnchoked(given, slots, peerIdOf(`bob${optimistic}`), seededRandom(seed));
        expect(unchoked.size).toBe(Math.min(slots, given.length));
        for (const peerId of unchoked) expect(given.map((one) => one.peerId)).toContain(peerId);
      }),
    );
  });

  test("CK2: who waits for something urgent goes first, then who gives most", () => {
    const { unchoked } = chooseUnchoked(
      [candidate("bob", 50), candidate("carol", 0, true), candidate("dave", 10), candidate("erin", 90)],
      3,
      peerIdOf("dave"),
      random,
    );
    expect(unchoked).toEqual(new Set([peerIdOf("carol"), peerIdOf("erin"), peerIdOf("dave")]));
  });

  test("CK3: the optimistic slot stays with its peer while that has no merit, and falls to a random loser otherwise", () => {
    const many = ["bob", "carol", "dave", "erin", "frank"].map((name, place) => candidate(name, 100 - place));
    expect(chooseUnchoked(many, 2, peerIdOf("frank"), random).optimistic).toBe(peerIdOf("frank"));
    const chosen = new Set(
      Array.from({ length: 200 }, (_, seed) => chooseUnchoked(many, 2, peerIdOf("bob"), seededRandom(seed)).optimistic),
    );
    expect(chosen).toEqual(new Set(["carol", "dave", "erin", "frank"].map(peerIdOf)));
  });

  test("CK1: an uplink that is not measured yet counts as a home's", () => {
    expect(uploadSlots(0)).toBe(uploadSlots(UPLINK_ASSUMED_BYTES_PER_MS));
  });

  test.each([
    [50, UPLOAD_SLOTS_MIN],
    [12 * UPLOAD_SLOT_BYTES_PER_MS, 12],
    [1e6, UPLOAD_SLOTS_MAX],
  ])("CK1: an uplink of %d bytes per ms has %d slots", (uplinkBytesPerMs, slots) => {
    expect(uploadSlots(uplinkBytesPerMs)).toBe(slots);
  });
});
