import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AIMED_LINKS,
  chooseNeighbours,
  countMissingLinks,
  FEW_LINKS,
  FULL_MESH_MEMBERS,
  hasRoomForLink,
  HUB_LOW_WATER_LINKS,
  isLinkNeeded,
  LINKS_OPEN_TO_ALL,
  LOW_WATER_LINKS,
  MAX_LINKS,
  PARTIAL_MESH_LINKS,
} from "../../../app/core/index.ts";
import type { MeshView } from "../../../app/core/index.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { peerIdOf } from "../../support/swarm-world.ts";

const crowd = (count: number) => Array.from({ length: count }, (_, index) => peerIdOf(`p${index}`));
const nobody: ReadonlySet<never> = new Set();

/** A member of a large jam with so many links, all open, and no reason for more. */
const having = (links: number, more: Partial<MeshView> = {}): MeshView => ({
  othersCount: 100,
  linkCount: links,
  heldCount: links,
  isFilling: false,
  isStretching: false,
  isHub: false,
  ...more,
});

describe("how many links are missing", () => {
  it.each<[string, MeshView, number]>([
    ["JM13: in a small jam a link to everyone", having(3, { othersCount: FULL_MESH_MEMBERS - 1 }), FULL_MESH_MEMBERS - 4],
    ["JM13: alone, none", having(0, { othersCount: 0 }), 0],
    ["JM13: in a small jam with links to some who are out of sight, none below zero", having(9, { othersCount: 3 }), 0],
    ["JM13: a newcomer to a large jam opens a few", having(0), PARTIAL_MESH_LINKS],
    ["JM13: a jam that outgrows the full mesh needs no more", having(FULL_MESH_MEMBERS - 1, { othersCount: 12 }), 0],
    [
      "JM15: below the low-water mark, up to what a newcomer opens",
      having(LOW_WATER_LINKS - 1),
      PARTIAL_MESH_LINKS - LOW_WATER_LINKS + 1,
    ],
    ["JM15: at the mark, none", having(LOW_WATER_LINKS), 0],
    [
      "JM15: at the mark while they are filled up, the rest",
      having(LOW_WATER_LINKS, { isFilling: true }),
      PARTIAL_MESH_LINKS - LOW_WATER_LINKS,
    ],
    ["JM15: with others' offers taken, none", having(PARTIAL_MESH_LINKS + 4, { isFilling: true }), 0],
    [
      "JM17: the origin fills up to the bound",
      having(HUB_LOW_WATER_LINKS - 1, { isHub: true }),
      MAX_LINKS - HUB_LOW_WATER_LINKS + 1,
    ],
    ["JM17: and not for every link that it loses", having(HUB_LOW_WATER_LINKS, { isHub: true }), 0],
    ["JM18: one more from time to time", having(AIMED_LINKS - 1, { isStretching: true }), 1],
    ["JM18: but not where there are enough", having(AIMED_LINKS, { isStretching: true }), 0],
    ["JM19: attempts that take too long are not counted on", having(0, { heldCount: 4 }), PARTIAL_MESH_LINKS],
    ["JM19: but they take up room", having(0, { heldCount: MAX_LINKS - 2 }), 2],
  ])("%s", (_, view, missing) => {
    expect(countMissingLinks(view)).toBe(missing);
  });
});

describe("whom to link to", () => {
  it("JM13: a newcomer links to others than its neighbour does", () => {
    const [first, second] = [1, 2].map((seed) => chooseNeighbours(8, crowd(60), nobody, seededRandom(seed)));
    expect(new Set(first).size).toBe(8);
    expect(first).not.toEqual(second);
  });

  it("JM20: those who are not two links away come first", () => {
    const others = crowd(60);
    const far = others.slice(20, 23);
    const nearby = new Set(others.filter((peerId) => !far.includes(peerId)));
    const chosen = chooseNeighbours(8, others, nearby, seededRandom(1));
    expect(chosen).toHaveLength(8);
    expect(new Set(chosen.slice(0, 3))).toEqual(new Set(far));
  });

  it("JM13: everyone has the same chance, nobody is chosen twice, and nobody who is no candidate", () => {
    fc.assert(
      fc.property(fc.nat(30), fc.nat(20), fc.nat(30), fc.integer(), (count, missing, near, seed) => {
        const candidates = crowd(count);
        const chosen = chooseNeighbours(missing, candidates, new Set(crowd(near)), seededRandom(seed));
        expect(chosen).toHaveLength(Math.min(count, missing));
        expect(new Set(chosen).size).toBe(chosen.length);
        expect(candidates).toEqual(expect.arrayContaining([...chosen]));
      }),
    );
    const random = seededRandom(1);
    const counts = new Map<string, number>();
    for (let round = 0; round < 3000; round++)
      for (const peerId of chooseNeighbours(3, crowd(10), nobody, random)) counts.set(peerId, (counts.get(peerId) ?? 0) + 1);
    for (const count of counts.values()) expect(Math.abs(count - 900)).toBeLessThan(120);
  });
});

describe("room for others' links", () => {
  it.each([
    ["anybody", LINKS_OPEN_TO_ALL - 1, false, true],
    ["nobody who has enough", LINKS_OPEN_TO_ALL, false, false],
    ["who needs it", MAX_LINKS - 1, true, true],
    ["nobody", MAX_LINKS, true, false],
  ])("JM17: is for %s at %d links", (_, links, isNeeded, hasRoom) => {
    expect(hasRoomForLink(links, isNeeded)).toBe(hasRoom);
  });

  it("JM17: is needed by who has hardly any link, and by the origin", () => {
    expect([isLinkNeeded(FEW_LINKS - 1, false), isLinkNeeded(FEW_LINKS, false), isLinkNeeded(15, true)]).toEqual([
      true,
      false,
      true,
    ]);
  });
});
