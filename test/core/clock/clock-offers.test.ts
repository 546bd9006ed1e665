import { describe, expect, it } from "vitest";
import { chooseOffer, CLOCK_OFFER_MS, CLOCK_ROOT_LOST_MS, isBetterRoot, isFresh } from "../../../app/core/index.ts";
import type { ClockOffer, ClockView, PeerId } from "../../../app/core/index.ts";
import { peerIdOf } from "../../support/swarm-world.ts";

const [alice, bob, carol, dave] = ["alice", "bob", "carol", "dave"].map(peerIdOf) as [PeerId, PeerId, PeerId, PeerId];

/** `peerId` has the time of `root`, born at 100 s, by a way of ±5 ms; told just now. */
function offer(
  peerId: PeerId,
  root: PeerId | null,
  { bornMs = 100_000, errorMs = 5, ...rest }: Partial<ClockOffer> & { errorMs?: number } = {},
) {
  const reading = { atMs: 0, lowMs: -errorMs, highMs: errorMs, rttMs: 2 * errorMs };
  return { peerId, root, bornMs, ageMs: 0, atMs: 0, reading, ...rest };
}

/** Carol's view: she is nobody's host, and runs on alone since 90 s. */
function view(change: Partial<ClockView> = {}): ClockView {
  return { selfId: carol, hostId: null, following: { root: carol, bornMs: 90_000, source: null }, ...change };
}

describe("whom to follow without the server", () => {
  it("RT3: who hears the server comes before the host, the host before all others, and of those the least peer id", () => {
    expect(isBetterRoot(null, dave, dave)).toBe(true);
    expect(isBetterRoot(dave, alice, dave)).toBe(true);
    expect(isBetterRoot(alice, bob, dave)).toBe(true);
    for (const root of [null, alice, dave]) expect(isBetterRoot(root, root, dave)).toBe(false);
    const offers = [offer(alice, alice), offer(bob, null), offer(dave, dave)];
    expect(chooseOffer(offers, view({ hostId: dave }))?.peerId).toBe(bob);
    expect(
      chooseOffer(
        offers.filter(({ root }) => root !== null),
        view({ hostId: dave }),
      )?.peerId,
    ).toBe(dave);
    expect(
      chooseOffer(
        offers.filter(({ root }) => root !== null),
        view(),
      )?.peerId,
    ).toBe(alice);
  });

  it("RT3: nobody follows who is worse than itself", () => {
    expect(chooseOffer([offer(dave, dave)], view())).toBeNull();
    expect(chooseOffer([offer(alice, alice)], view({ hostId: carol }))).toBeNull();
    expect(chooseOffer([offer(dave, dave)], view({ following: null }))?.peerId).toBe(dave);
  });

  it("RT3: the nearer way is taken, and kept unless another is half as long", () => {
    const following = { root: alice, bornMs: 90_000, source: dave };
    const [near, far] = [offer(bob, alice, { errorMs: 5 }), offer(dave, alice, { errorMs: 8 })];
    expect(chooseOffer([far, near], view())?.peerId).toBe(bob);
    expect(chooseOffer([far, near], view({ following }))?.peerId).toBe(dave);
    expect(chooseOffer([far, offer(bob, alice, { errorMs: 3 })], view({ following }))?.peerId).toBe(bob);
  });

  it("RT3: of those with the same root only one who has it newer is followed instead: no loops", () => {
    const following = { root: alice, bornMs: 100_000, source: null };
    expect(chooseOffer([offer(bob, alice, { bornMs: 100_000 })], view({ following }))).toBeNull();
    expect(chooseOffer([offer(bob, alice, { bornMs: 100_001 })], view({ following }))?.peerId).toBe(bob);
    expect(chooseOffer([offer(bob, carol)], view())).toBeNull();
  });

  it("RT3: a root that nobody has heard of for long is gone, and so is a neighbour that says nothing any more", () => {
    expect(isFresh(offer(bob, alice, { ageMs: CLOCK_ROOT_LOST_MS }), 0)).toBe(true);
    expect(isFresh(offer(bob, alice, { ageMs: CLOCK_ROOT_LOST_MS }), 1)).toBe(false);
    expect(isFresh(offer(bob, alice), CLOCK_OFFER_MS)).toBe(true);
    expect(isFresh(offer(bob, alice), CLOCK_OFFER_MS + 1)).toBe(false);
  });
});
