import { describe, expect, it } from "vitest";
import {
  decodeNeighbours,
  encodeNeighbours,
  LinkCodec,
  LINKS_TOLD_EVERY_MS,
  MAX_LINKS,
  PeerExchange,
} from "../../../app/core/index.ts";
import type { Neighbours, PeerId } from "../../../app/core/index.ts";
import { alice, bob, carol } from "../../support/people.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { peerIdOf } from "../../support/swarm-world.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const crowd = (count: number) => Array.from({ length: count }, (_, index) => peerIdOf(`p${index}`));
const told = (added: PeerId[], removed: PeerId[] = []) => encodeNeighbours({ added, removed });

/** Alice's exchange, and what it says to whom. */
function exchange({ isFullMesh = false } = {}) {
  const clock = new VirtualClock();
  const said: [PeerId, Neighbours | null][] = [];
  const peers = new PeerExchange({
    clock,
    random: seededRandom(1),
    isFullMesh: () => isFullMesh,
    links: {
      send: (peerId, lane, bytes) => {
        said.push([peerId, decodeNeighbours(lane, bytes)]);
        return true;
      },
    },
  });
  return { clock, said, peers };
}

describe("peer exchange", () => {
  it("JM20: tells each neighbour of the others, after a while, and from then on only of changes", () => {
    const { clock, said, peers } = exchange();
    peers.opened(bob.peerId);
    peers.opened(carol.peerId);
    clock.advance(LINKS_TOLD_EVERY_MS / 2 - 1);
    expect(said).toEqual([]);
    clock.advance(LINKS_TOLD_EVERY_MS);
    expect(said).toEqual([
      [bob.peerId, { added: [carol.peerId], removed: [] }],
      [carol.peerId, { added: [bob.peerId], removed: [] }],
    ]);
    said.length = 0;
    clock.advance(3 * LINKS_TOLD_EVERY_MS);
    expect(said).toEqual([]);
    const [dave] = crowd(1);
    if (dave) peers.opened(dave);
    peers.closed(carol.peerId);
    clock.advance(2 * LINKS_TOLD_EVERY_MS);
    expect(said).toEqual([
      [bob.peerId, { added: [dave], removed: [carol.peerId] }],
      [dave, { added: [bob.peerId], removed: [] }],
    ]);
  });

  it("JM20: in a full mesh nothing is told", () => {
    const { clock, said, peers } = exchange({ isFullMesh: true });
    for (const peerId of crowd(5)) peers.opened(peerId);
    clock.advance(5 * LINKS_TOLD_EVERY_MS);
    expect(said).toEqual([]);
  });

  it("JM20: knows who is two links away, as long as the neighbour between is there", () => {
    const { peers } = exchange();
    peers.opened(bob.peerId);
    const [dave = bob.peerId, erin = bob.peerId] = crowd(2);
    peers.receive(bob.peerId, "control", told([dave, erin]));
    peers.receive(bob.peerId, "control", told([carol.peerId], [dave]));
    expect(peers.nearby()).toEqual(new Set([erin, carol.peerId]));
    peers.closed(bob.peerId);
    expect(peers.nearby()).toEqual(new Set());
  });

  it("JM20: takes no more from one neighbour than it may have, nothing from strangers, and nothing invalid", () => {
    const { peers } = exchange();
    const [first, second] = [crowd(40).slice(0, MAX_LINKS), crowd(40).slice(MAX_LINKS)];
    peers.receive(bob.peerId, "control", told(first));
    expect(peers.nearby().size).toBe(0);
    peers.opened(bob.peerId);
    peers.receive(bob.peerId, "control", told(first));
    peers.receive(bob.peerId, "control", told(second));
    expect(peers.receive(bob.peerId, "control", Uint8Array.of(0x83, 16, 1))).toBe(false);
    expect(peers.receive(bob.peerId, "control", new LinkCodec().encode({ type: "choke" }))).toBe(false);
    expect(peers.nearby()).toEqual(new Set(first));
  });

  it("JM20: after stopping nothing is scheduled", () => {
    const { clock, peers } = exchange();
    peers.opened(bob.peerId);
    peers.stop();
    expect(clock.pendingCount).toBe(0);
    const other = exchange();
    other.peers.opened(alice.peerId);
    other.peers.closed(alice.peerId);
    other.clock.advance(2 * LINKS_TOLD_EVERY_MS);
    expect(other.clock.pendingCount).toBe(0);
  });
});
