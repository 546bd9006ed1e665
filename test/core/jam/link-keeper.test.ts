import { describe, expect, it } from "vitest";
import {
  AIMED_LINKS,
  FULL_REST_MS,
  LINK_OVERDUE_MS,
  LinkKeeper,
  LINKS_OPEN_TO_ALL,
  LOW_WATER_LINKS,
  MAX_LINKS,
  NEWCOMER_GRACE_MS,
  PARTIAL_MESH_LINKS,
  REFILL_SPREAD_MS,
  REFUSALS_AT_ONCE,
  STRETCH_EVERY_MS,
} from "../../../app/core/index.ts";
import type { LinkSignal, PeerId } from "../../../app/core/index.ts";
import { alice, bob, carol } from "../../support/people.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { peerIdOf } from "../../support/swarm-world.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const NEEDED: LinkSignal = { kind: "offer", sdp: "v=0", needed: true };
const OFFER: LinkSignal = { kind: "offer", sdp: "v=0", needed: false };
const ANSWER: LinkSignal = { kind: "answer", sdp: "v=0" };
const REFUSED: LinkSignal = { kind: "refused", reason: "full" };
const crowd = (count: number) => Array.from({ length: count }, (_, index) => peerIdOf(`p${index}`));

/** Alice's link keeper, and what it does to her links. */
function keepLinks() {
  const clock = new VirtualClock();
  const done: string[] = [];
  /** To whom links were offered that neither opened nor ended yet. */
  const trying = new Set<PeerId>();
  const banned = new Set<PeerId>();
  const keeper = new LinkKeeper({
    selfId: alice.peerId,
    clock,
    random: seededRandom(1),
    links: {
      connect: (peerId) => {
        trying.add(peerId);
        done.push(`connect ${peerId}`);
      },
      close: (peerId, reason) => void done.push(`close ${peerId} ${reason}`),
      receiveSignal: (peerId, signal) => void done.push(`${signal.kind} ${peerId}`),
    },
    sendSignal: (peerId, signal) => void done.push(`send ${signal.kind} ${peerId}`),
    isBanned: (peerId) => banned.has(peerId),
    nearby: () => new Set(),
  });
  const openAll = (): PeerId[] => {
    const opened = [...trying];
    trying.clear();
    for (const peerId of opened) keeper.opened(peerId);
    return opened;
  };
  /** As the transport does upon a refusal. */
  const refuse = (peerId: PeerId): void => {
    keeper.receiveSignal(peerId, REFUSED);
    trying.delete(peerId);
    keeper.closed(peerId);
  };
  return { keeper, clock, done, banned, trying, openAll, refuse };
}

/** The same in a jam of a hundred, with the links open that a newcomer opens. */
function keepLinksInCrowd() {
  const kept = keepLinks();
  kept.keeper.welcome(crowd(100));
  const linked = kept.openAll();
  kept.clock.advance(LINK_OVERDUE_MS);
  kept.done.length = 0;
  return { ...kept, linked };
}

describe("the keeper of links", () => {
  it("JM12: the host's link is wanted first", () => {
    const { keeper, done } = keepLinks();
    const others = crowd(6);
    const hostId = others[4];
    if (!hostId) throw new Error("expected a host");
    keeper.welcome(others, hostId);
    expect(done).toHaveLength(6);
    expect(done[0]).toBe(`connect ${hostId}`);
  });

  it("JM12: the newcomer links to those present, and those who come later link to it", () => {
    const { keeper, done } = keepLinks();
    keeper.welcome([bob.peerId]);
    keeper.joined(carol.peerId);
    expect(done).toEqual([`connect ${bob.peerId}`]);
  });

  it("JM12: a newcomer to a small jam who does not offer by itself is offered a link", () => {
    const { keeper, clock, done } = keepLinks();
    keeper.welcome([]);
    keeper.joined(bob.peerId);
    clock.advance(NEWCOMER_GRACE_MS - 1);
    expect(done).toEqual([]);
    clock.advance(1);
    expect(done).toEqual([`connect ${bob.peerId}`]);
  });

  it("JM12: a link that breaks is tried again, later each time, while its other end is present", () => {
    const { keeper, clock, done } = keepLinks();
    keeper.welcome([bob.peerId]);
    const attemptsAt: number[] = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      done.length = 0;
      const brokenAtMs = clock.nowMs();
      keeper.closed(bob.peerId);
      clock.step();
      expect(done).toEqual([`connect ${bob.peerId}`]);
      attemptsAt.push(clock.nowMs() - brokenAtMs);
    }
    expect(attemptsAt[1]).toBe(2 * (attemptsAt[0] ?? 0));
    expect(attemptsAt[2]).toBe(4 * (attemptsAt[0] ?? 0));
  });

  it("JM12: nobody calls after one who has left", () => {
    const { keeper, clock, done } = keepLinks();
    keeper.welcome([bob.peerId]);
    keeper.left(bob.peerId);
    done.length = 0;
    keeper.closed(bob.peerId);
    expect(clock.pendingCount).toBe(0);
    expect(done).toEqual([]);
  });

  it("JM12: a banned peer's offer is not heard, and its link is not tried again", () => {
    const { keeper, clock, done, banned } = keepLinks();
    keeper.welcome([bob.peerId]);
    banned.add(bob.peerId);
    keeper.ban(bob.peerId, "bad bytes");
    keeper.closed(bob.peerId);
    keeper.receiveSignal(bob.peerId, NEEDED);
    keeper.joined(bob.peerId);
    keeper.welcome([bob.peerId]);
    expect(done.at(-1)).toBe(`close ${bob.peerId} bad bytes`);
    expect(clock.pendingCount).toBe(0);
  });

  it("JM12: an answer from somebody to whom nothing was offered is not heard", () => {
    const { keeper, done } = keepLinks();
    keeper.receiveSignal(bob.peerId, ANSWER);
    expect(done).toEqual([]);
  });

  it("JM12: leaving closes every link and forgets every plan", () => {
    const { keeper, clock, done } = keepLinks();
    keeper.welcome([bob.peerId, carol.peerId]);
    keeper.closed(bob.peerId);
    keeper.stop();
    expect(done.at(-1)).toBe(`close ${carol.peerId} left the jam`);
    expect(clock.pendingCount).toBe(0);
    keeper.closed(carol.peerId);
    expect(clock.pendingCount).toBe(0);
  });
});

describe("links in a large jam", () => {
  it("JM15: are replaced when few are left, at a random moment, up to what a newcomer opens", () => {
    const { keeper, clock, done, linked } = keepLinksInCrowd();
    for (const peerId of linked.slice(LOW_WATER_LINKS)) keeper.closed(peerId);
    clock.advance(REFILL_SPREAD_MS);
    expect(done).toEqual([]);
    keeper.closed(linked[0] ?? bob.peerId);
    expect(done).toEqual([]);
    clock.advance(REFILL_SPREAD_MS);
    expect(done).toHaveLength(PARTIAL_MESH_LINKS - LOW_WATER_LINKS + 1);
  });

  it("JM15: are not replaced one by one as soon as they have been filled up", () => {
    const { keeper, clock, done, openAll } = keepLinks();
    keeper.welcome(crowd(100));
    const linked = openAll();
    for (const peerId of linked.slice(LOW_WATER_LINKS)) keeper.closed(peerId);
    clock.advance(REFILL_SPREAD_MS);
    expect(done).toHaveLength(PARTIAL_MESH_LINKS);
  });

  it("JM15: are all replaced at once when none is left", () => {
    const { keeper, clock, done, linked } = keepLinksInCrowd();
    for (const peerId of linked) keeper.closed(peerId);
    clock.advance(REFILL_SPREAD_MS);
    expect(done).toHaveLength(PARTIAL_MESH_LINKS);
  });

  it("JM18: grow one by one, minutes apart, up to the number aimed at", () => {
    const { clock, done, openAll } = keepLinksInCrowd();
    const times: number[] = [];
    for (let minute = 0; minute < 60 * 10; minute++) {
      clock.advance(STRETCH_EVERY_MS / 60);
      if (openAll().length > 0) times.push(clock.nowMs());
    }
    expect(done).toHaveLength(AIMED_LINKS - PARTIAL_MESH_LINKS);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(STRETCH_EVERY_MS / 2);
    expect(clock.pendingCount).toBe(0);
  });

  it("JM19: an attempt that takes long does not hold up another", () => {
    const { keeper, clock, done, trying } = keepLinks();
    keeper.welcome(crowd(100));
    const [slow, ...quick] = trying;
    for (const peerId of quick) keeper.opened(peerId);
    clock.advance(LINK_OVERDUE_MS - 1);
    expect(done).toHaveLength(PARTIAL_MESH_LINKS);
    clock.advance(1);
    expect(done).toHaveLength(PARTIAL_MESH_LINKS + 1);
    if (slow) keeper.opened(slow);
    clock.advance(LINK_OVERDUE_MS);
    expect(done).toHaveLength(PARTIAL_MESH_LINKS + 1);
  });
});

describe("offers to somebody who has enough", () => {
  it("JM16: are refused in words, and never taken beyond the bound", () => {
    const { keeper, done } = keepLinks();
    const peers = crowd(MAX_LINKS + 2);
    for (const peerId of peers) keeper.receiveSignal(peerId, NEEDED);
    expect(done.slice(0, MAX_LINKS)).toEqual(peers.slice(0, MAX_LINKS).map((peerId) => `offer ${peerId}`));
    expect(done.slice(MAX_LINKS)).toEqual(peers.slice(MAX_LINKS).map((peerId) => `send refused ${peerId}`));
  });

  it("JM17: are taken beyond the first bound from those who need them", () => {
    const { keeper, done } = keepLinks();
    const [needy, wealthy, ...others] = crowd(LINKS_OPEN_TO_ALL + 2);
    for (const peerId of others) keeper.receiveSignal(peerId, OFFER);
    if (wealthy) keeper.receiveSignal(wealthy, OFFER);
    if (needy) keeper.receiveSignal(needy, NEEDED);
    expect(done.slice(LINKS_OPEN_TO_ALL)).toEqual([`send refused ${wealthy}`, `offer ${needy}`]);
  });

  it("JM17: say that they are needed from who has few links, and from the origin", () => {
    const { keeper, trying } = keepLinks();
    keeper.welcome(crowd(100));
    const needed = [...trying].map((peerId) => keeper.complete(peerId, { kind: "offer", sdp: "" }));
    expect(needed.filter((signal) => signal.kind === "offer" && signal.needed)).toHaveLength(3);
    expect(keeper.complete(bob.peerId, ANSWER)).toEqual(ANSWER);
    const origin = keepLinks();
    origin.keeper.setHub(true);
    origin.keeper.welcome(crowd(100));
    expect(origin.trying.size).toBe(MAX_LINKS);
    for (const peerId of origin.trying)
      expect(origin.keeper.complete(peerId, { kind: "offer", sdp: "" })).toMatchObject({ needed: true });
  });

  it("JM16: who is refused asks somebody else at once, and not the same one for a while", () => {
    const { keeper, clock, trying, refuse, openAll } = keepLinks();
    keeper.welcome(crowd(13));
    const [full = bob.peerId] = trying;
    refuse(full);
    clock.advance(0);
    expect(trying.size).toBe(PARTIAL_MESH_LINKS);
    expect(trying).not.toContain(full);
    for (const peerId of openAll()) keeper.closed(peerId);
    clock.advance(FULL_REST_MS / 2);
    expect(trying).not.toContain(full);
  });

  it("JM16: after many refusals in a row the next offers wait, longer each time", () => {
    const { keeper, clock, trying, refuse } = keepLinks();
    keeper.welcome(crowd(200));
    const waits: number[] = [];
    for (let refusals = 1; refusals <= REFUSALS_AT_ONCE + 3; refusals++) {
      const [next] = trying;
      if (next) refuse(next);
      const beforeMs = clock.nowMs();
      const { size } = trying;
      while (trying.size === size && clock.step());
      waits.push(clock.nowMs() - beforeMs);
      for (const peerId of [...trying].slice(PARTIAL_MESH_LINKS)) refuse(peerId);
    }
    expect(waits.slice(0, REFUSALS_AT_ONCE)).toEqual(Array.from({ length: REFUSALS_AT_ONCE }, () => 0));
    expect(waits.slice(REFUSALS_AT_ONCE)).toEqual([500, 1000, 2000]);
  });

  it("JM16: a refusal by somebody to whom nothing was offered changes nothing", () => {
    const { keeper, clock, linked, done } = keepLinksInCrowd();
    for (let count = 0; count < 30; count++) for (const peerId of linked) keeper.receiveSignal(peerId, REFUSED);
    keeper.receiveSignal(bob.peerId, REFUSED);
    done.length = 0;
    for (const peerId of linked) keeper.closed(peerId);
    clock.advance(REFILL_SPREAD_MS);
    expect(done).toHaveLength(PARTIAL_MESH_LINKS);
  });
});
