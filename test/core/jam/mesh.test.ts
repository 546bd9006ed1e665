/** What comes of many members who each follow the rules of links: their graph. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AIMED_LINKS, FULL_MESH_MEMBERS, HUB_LOW_WATER_LINKS, LOW_WATER_LINKS, MAX_LINKS } from "../../../app/core/index.ts";
import type { PeerId } from "../../../app/core/index.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { MeshWorld } from "./mesh-world.ts";

/** Those who have just come are not linked yet; all others must be joined to each other. */
function countCutOff(world: MeshWorld, origin: PeerId): number {
  const reached = world.distancesFrom(origin);
  return [...world.links.keys()].filter((peerId) => world.degree(peerId) > 0 && !reached.has(peerId)).length;
}

/** The origin first, then a crowd within a second, then some time for links to open. */
function crowd(seed: number, members: number) {
  const world = new MeshWorld(seed);
  const origin = world.join({ isHub: true });
  world.clock.advance(1000);
  world.joinMany(members, 1000);
  return { world, origin };
}

describe("a crowd that comes within a second", () => {
  it.each([
    { members: 50, median: 2, farthest: 3 },
    { members: 200, median: 3, farthest: 4 },
  ])("JM15: $members have enough links each, and the origin is few links away", ({ members, median, farthest }) => {
    const { world, origin } = crowd(1, members);
    world.clock.advance(2000);
    expect(world.degree(origin)).toBeGreaterThanOrEqual(HUB_LOW_WATER_LINKS);
    world.clock.advance(8000);
    const { degrees } = world;
    expect(degrees.filter((degree) => degree < LOW_WATER_LINKS).length).toBeLessThan(0.01 * members);
    expect(degrees.at(-1)).toBe(MAX_LINKS);
    const mean = degrees.reduce((sum, degree) => sum + degree, 0) / degrees.length;
    expect(mean).toBeGreaterThan(12);
    expect(mean).toBeLessThan(16);
    const distances = [...world.distancesFrom(origin).values()];
    expect(distances).toHaveLength(members + 1);
    expect(distances[members >> 1]).toBeLessThanOrEqual(median);
    expect(distances.at(-1)).toBeLessThanOrEqual(farthest);
  });

  it("JM13: nobody ever has more links than the bound, and in the end nothing is left to do", () => {
    const { world } = crowd(2, 100);
    world.clock.advance(90_000);
    world.end();
    expect(world.maxDegree).toBe(MAX_LINKS);
    expect(world.clock.pendingCount).toBe(0);
  });
});

describe("a jam of 200 under churn", () => {
  it("JM18: stays connected and short while a fifth leaves each minute, those with most links first", () => {
    const { world, origin } = crowd(1, 200);
    world.clock.advance(3000);
    for (let replaced = 0; replaced < 200; replaced++) {
      world.clock.advance(1500);
      world.leave(world.busiestBeside(origin));
      world.join();
      expect(countCutOff(world, origin)).toBe(0);
    }
    world.clock.advance(3000);
    expect(world.degrees[0]).toBeGreaterThanOrEqual(LOW_WATER_LINKS - 2);
    expect(Math.max(...world.distancesFrom(origin).values())).toBeLessThanOrEqual(4);
  });

  it("JM18: whoever leaves and whenever, those who stay are connected again soon after", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 20, max: 60 }),
        fc.boolean(),
        (seed, members, isHubFirst) => {
          const random = seededRandom(seed);
          const { world, origin } = crowd(seed, members);
          world.clock.advance(3000);
          // A third of the jam in one blow, then one by one with newcomers between.
          for (let count = 0; count < members / 3; count++) {
            const others = [...world.links.keys()].filter((peerId) => peerId !== origin);
            const chosen = others[Math.floor(random() * others.length)] ?? origin;
            world.leave(isHubFirst ? world.busiestBeside(origin) : chosen);
            if (random() < 0.3) world.join();
            if (random() < 0.5) world.clock.advance(random() * 3000);
          }
          world.clock.advance(10_000);
          expect(world.distancesFrom(origin).size).toBe(world.links.size);
          expect(world.degrees[0]).toBeGreaterThanOrEqual(Math.min(LOW_WATER_LINKS, world.links.size - 1));
          expect(world.maxDegree).toBeLessThanOrEqual(MAX_LINKS);
        },
      ),
      { numRuns: 20 },
    );
  });

  it("JM15: when a hub goes, those who need another link don't all ask at once", () => {
    const { world, origin } = crowd(3, 200);
    for (let count = 0; count < 60; count++) {
      world.clock.advance(300);
      world.leave(world.busiestBeside(origin));
    }
    const before = world.meeting.signals.offers;
    world.leave(origin);
    world.clock.advance(100);
    expect(world.meeting.signals.offers - before).toBeLessThan(10);
  });

  it("JM18: halves that lost each other for minutes, and have linked among themselves, grow together again", () => {
    const { world, origin } = crowd(4, 100);
    world.clock.advance(3000);
    const members = [...world.links.keys()];
    for (const [index, peerId] of members.entries()) world.network.setSide(peerId, index % 2);
    for (const [index, peerId] of members.entries())
      for (const other of [...(world.links.get(peerId) ?? [])])
        if (members.indexOf(other) % 2 !== index % 2) world.network.disconnect(peerId, other);
    world.clock.advance(180_000);
    expect(world.distancesFrom(origin).size).toBeLessThan(members.length);
    expect(world.degrees[0]).toBeGreaterThanOrEqual(LOW_WATER_LINKS);
    for (const peerId of members) world.network.setSide(peerId, 0);
    world.clock.advance(180_000);
    expect(world.distancesFrom(origin).size).toBe(members.length);
  });
});

describe("a jam that grows and shrinks about the bound of a full mesh", () => {
  it("JM13: growing beyond it breaks no link, shrinking below it links all to all", () => {
    const world = new MeshWorld(1);
    const members = world.joinMany(FULL_MESH_MEMBERS, 5000);
    world.clock.advance(5000);
    expect(world.degrees).toEqual(Array.from(members, () => members.length - 1));
    const newcomers = world.joinMany(8, 1000);
    world.clock.advance(10_000);
    for (const peerId of members)
      for (const other of members) if (other !== peerId) expect(world.links.get(peerId)).toContain(other);
    for (const peerId of members.slice(0, 9)) world.leave(peerId);
    world.clock.advance(10_000);
    const left = world.links.size;
    expect(left).toBe(members.length - 9 + newcomers.length);
    expect(world.degrees).toEqual(Array.from({ length: left }, () => left - 1));
  });
});

describe("peer exchange in a jam of 100", () => {
  it("JM20: is worth some bytes per second", () => {
    const { world } = crowd(5, 100);
    world.clock.advance(300_000);
    expect(world.exchangedBytes).toBeGreaterThan(0);
    const perMemberAndSecond = world.exchangedBytes / 101 / 300;
    expect(perMemberAndSecond).toBeLessThan(60);
    expect(world.degrees[0]).toBeGreaterThanOrEqual(AIMED_LINKS - 2);
  });
});
