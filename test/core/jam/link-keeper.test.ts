import { describe, expect, it } from "vitest";
import { chooseNeighbours, FULL_MESH_MEMBERS, LinkKeeper, MAX_LINKS, PARTIAL_MESH_LINKS } from "../../../app/core/index.ts";
import type { LinkSignal, PeerId } from "../../../app/core/index.ts";
import { alice, bob, carol, makeIdentity } from "../../support/people.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const OFFER: LinkSignal = { kind: "offer", sdp: "v=0" };
const ANSWER: LinkSignal = { kind: "answer", sdp: "v=0" };
const crowd = (count: number) => Array.from({ length: count }, (_, index) => makeIdentity(10 + index).peerId);

/** Alice's link keeper, and what it does to her links. */
function keepLinks() {
  const clock = new VirtualClock();
  const done: string[] = [];
  const banned = new Set<PeerId>();
  const keeper = new LinkKeeper({
    selfId: alice.peerId,
    clock,
    random: seededRandom(1),
    links: {
      connect: (peerId) => void done.push(`connect ${peerId}`),
      close: (peerId, reason) => void done.push(`close ${peerId} ${reason}`),
      receiveSignal: (peerId, signal) => void done.push(`${signal.kind} ${peerId}`),
    },
    isBanned: (peerId) => banned.has(peerId),
  });
  return { keeper, clock, done, banned };
}

describe("the keeper of links", () => {
  it("JM12: the newcomer links to those present, and those who come later link to it", () => {
    const { keeper, done } = keepLinks();
    keeper.welcome([bob.peerId]);
    keeper.joined(carol.peerId);
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
    keeper.receiveSignal(bob.peerId, OFFER);
    expect(done.at(-1)).toBe(`close ${bob.peerId} bad bytes`);
    expect(clock.pendingCount).toBe(0);
  });

  it("JM12: an answer from somebody to whom nothing was offered is not heard", () => {
    const { keeper, done } = keepLinks();
    keeper.receiveSignal(bob.peerId, ANSWER);
    expect(done).toEqual([]);
  });

  it("JM13: offers beyond the bound of links are not heard", () => {
    const { keeper, done } = keepLinks();
    for (const peerId of crowd(MAX_LINKS + 5)) keeper.receiveSignal(peerId, OFFER);
    expect(done).toHaveLength(MAX_LINKS);
  });

  it("JM12: leaving closes every link and forgets every plan", () => {
    const { keeper, clock, done } = keepLinks();
    keeper.welcome([bob.peerId, carol.peerId]);
    keeper.closed(bob.peerId);
    keeper.stop();
    expect(done.at(-1)).toBe(`close ${carol.peerId} left the jam`);
    expect(clock.pendingCount).toBe(0);
  });
});

describe("whom to link to", () => {
  it("JM13: a small jam is a full mesh", () => {
    const others = crowd(FULL_MESH_MEMBERS - 1);
    expect(chooseNeighbours(others, new Set(), seededRandom(1))).toEqual(others);
  });

  it("JM13: in a large jam a newcomer links to a few, others than its neighbour does", () => {
    const others = crowd(60);
    const [first, second] = [1, 2].map((seed) => chooseNeighbours(others, new Set(), seededRandom(seed)));
    expect(new Set(first).size).toBe(PARTIAL_MESH_LINKS);
    expect(first).not.toEqual(second);
  });
});
