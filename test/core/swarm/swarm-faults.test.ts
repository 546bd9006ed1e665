/** Jams in which something is wrong: peers that lie, peers that sleep, stores that fail. */
import { describe, expect, test } from "vitest";
import { BLOCK_BYTES, CROWD, GIVING_HOLD_MS, MAX_PROTOCOL_ERRORS, UPLOAD_SLOTS_MAX } from "../../../app/core/index.ts";
import type { PeerMessage, SwarmEvent } from "../../../app/core/index.ts";
import { MemoryChunkStore } from "../../../app/platform/store/memory-chunk-store.ts";
import { blocksOf } from "../../../app/core/swarm/block-run.ts";
import type { BlockRun } from "../../../app/core/swarm/block-run.ts";
import { equalBytes } from "../../../app/core/swarm/equal-bytes.ts";
import { ScriptedPeer } from "../../support/scripted-peer.ts";
import { makeSong } from "../../support/songs.ts";
import { peerIdOf, poison, SwarmWorld } from "../../support/swarm-world.ts";
import type { WorldPeer } from "../../support/swarm-world.ts";
import { HOME } from "../../support/virtual-network.ts";

const SONG = makeSong({ chunks: 40 });
const { trackId } = SONG;

async function startJam(seed: number): Promise<SwarmWorld> {
  const world = new SwarmWorld({ seed, songs: [SONG] });
  await world.addOrigin();
  await world.run(500);
  world.play();
  return world;
}

const eventsOf = <Kind extends SwarmEvent["kind"]>(peer: WorldPeer, kind: Kind): Extract<SwarmEvent, { kind: Kind }>[] =>
  peer.events.filter((event): event is Extract<SwarmEvent, { kind: Kind }> => event.kind === kind);
/** Byte for byte what piece `index` should be. */
const isSong = (index: number, bytes: Uint8Array | null): boolean =>
  bytes !== null && equalBytes(bytes, SONG.pieces[index] ?? new Uint8Array(0));
const request = (index: number, offset: number, length: number, urgent: boolean): PeerMessage => ({
  type: "request",
  trackId,
  index,
  offset,
  length,
  urgent,
});

const songBytes = (index: number, offset: number, length: number): Uint8Array =>
  SONG.pieces[index]?.subarray(offset, offset + length) ?? new Uint8Array(0);

/** It links to somebody who wants the song, and has all of it. */
async function offerAll(world: SwarmWorld, peer: ScriptedPeer, to: WorldPeer, isUnchoking = true): Promise<void> {
  await peer.link(to);
  if (isUnchoking) peer.say({ type: "unchoke" });
  if (peer.heardOf("manifest-request").length > 0) {
    const bytes = SONG.manifestBytes;
    peer.say({ type: "manifest-part", trackId, offset: 0, totalBytes: bytes.byteLength, bytes });
  }
  peer.say({ type: "bitfield", trackId, bits: new Uint8Array(5).fill(255) });
  await world.run(300);
}

describe("bad bytes", () => {
  test.each([1, 2, 3])(
    "SW6: a listener that poisons what it serves is banned, and the others complete (seed %d)",
    async (seed) => {
      const world = await startJam(seed);
      world.add("mallory", { tamper: poison });
      await world.run(1500);
      for (const name of ["bob", "carol"]) world.add(name);
      const honest = ["bob", "carol"].map((name) => world.peer(name));
      expect(await world.run(30_000, () => honest.every(({ completeMs }) => completeMs !== null))).toBe(true);
      const bans = honest.flatMap((peer) => eventsOf(peer, "peer-banned"));
      expect(bans.length).toBeGreaterThan(0);
      for (const { peerId } of bans) expect(peerId).toBe(peerIdOf("mallory"));
      expect(honest.some(({ name }) => world.stats(name).hashFailures > 0)).toBe(true);
      for (const { swarm } of honest) {
        for (let index = 0; index < 40; index++) expect(isSong(index, await swarm.readPiece(trackId, index))).toBe(true);
        const isBanned = swarm.isBanned(peerIdOf("mallory"));
        expect(swarm.neighbourStats().find(({ peerId }) => peerId === peerIdOf("mallory"))?.banned).toBe(isBanned);
      }
    },
  );

  test("SW6: who is banned is not let in again", async () => {
    const world = await startJam(4);
    world.add("mallory", { tamper: poison });
    await world.run(1500);
    const bob = world.add("bob");
    await world.run(5000, () => bob.swarm.isBanned(peerIdOf("mallory")));
    world.network.connect(bob.peerId, peerIdOf("mallory"));
    await world.run(500);
    expect(
      bob.swarm
        .neighbourStats()
        .filter(({ banned }) => !banned)
        .map(({ peerId }) => peerId),
    ).toEqual([peerIdOf("alice")]);
  });

  test("SW1: a manifest that does not hash to its id is not taken, its sender is banned, and another is asked", async () => {
    const world = new SwarmWorld({ seed: 5, songs: [SONG] });
    const bob = world.add("bob");
    const mallory = new ScriptedPeer(world, "mallory");
    await mallory.link(bob);
    expect(mallory.heardOf("manifest-request")).toHaveLength(1);
    mallory.say({ type: "manifest-part", trackId, offset: 0, totalBytes: 100, bytes: new Uint8Array(100) });
    await world.run(300);
    expect(bob.swarm.isBanned(mallory.peerId)).toBe(true);
    expect(bob.swarm.manifest(trackId)).toBeNull();
    await world.addOrigin();
    expect(await world.run(2000, () => bob.swarm.manifest(trackId) !== null)).toBe(true);
  });

  test("SW15: the origin is told of every piece, though it has them all", async () => {
    const world = new SwarmWorld({ seed: 16, songs: [SONG] });
    const bob = world.add("bob");
    const alice = new ScriptedPeer(world, "alice");
    await offerAll(world, alice, bob);
    for (const { index, offset, length } of alice.heardOf("request").flatMap(blocksOf))
      alice.say({ type: "block", trackId, index, offset, sentMs: 0, bytes: songBytes(index, offset, length) });
    await world.run(500);
    const held = eventsOf(bob, "piece-held").map(({ index }) => index);
    expect(held.length).toBeGreaterThan(0);
    expect(alice.heardOf("have").flatMap(({ indexes }) => indexes)).toEqual(held);
  });

  test("SW6: who is banned leaves no blocks behind in pieces that others complete", async () => {
    const world = new SwarmWorld({ seed: 19, songs: [SONG] });
    const bob = world.add("bob");
    const mallory = new ScriptedPeer(world, "mallory");
    await offerAll(world, mallory, bob);
    const asked = mallory.heardOf("request").flatMap(blocksOf);
    const [first = 0, second = 0] = new Set(asked.map(({ index }) => index));
    expect(second).not.toBe(first);
    const lies = [...asked.filter(({ index }) => index === second).slice(0, 1), ...asked.filter(({ index }) => index === first)];
    for (const { index, offset, length } of lies)
      mallory.say({ type: "block", trackId, index, offset, sentMs: 0, bytes: new Uint8Array(length) });
    await world.run(300);
    expect(bob.swarm.isBanned(mallory.peerId)).toBe(true);
    const carol = new ScriptedPeer(world, "carol");
    await offerAll(world, carol, bob);
    let answered = 0;
    await world.run(1000, () => {
      for (const { index, offset, length } of carol.heardOf("request").slice(answered).flatMap(blocksOf))
        carol.say({ type: "block", trackId, index, offset, sentMs: 0, bytes: songBytes(index, offset, length) });
      answered = carol.heardOf("request").length;
      return eventsOf(bob, "piece-held").length > 4;
    });
    expect(world.stats("bob").hashFailures).toBe(1);
    expect(eventsOf(bob, "piece-held").map(({ index }) => index)).toContain(second);
  });

  test("SW6: a piece that one peer alone shall send, so that a liar is found, waits for nobody who chokes us", async () => {
    const world = new SwarmWorld({ seed: 20, songs: [SONG] });
    const bob = world.add("bob");
    const [mallory, carol, dave] = ["mallory", "carol", "dave"].map((name) => new ScriptedPeer(world, name));
    if (!mallory || !carol || !dave) throw new Error("somebody is missing");
    const give = (peer: ScriptedPeer, blocks: Iterable<BlockRun>): void => {
      for (const { index, offset, length } of blocks)
        peer.say({ type: "block", trackId, index, offset, sentMs: 0, bytes: songBytes(index, offset, length) });
    };
    await offerAll(world, mallory, bob);
    give(mallory, mallory.heardOf("request").flatMap(blocksOf));
    const isLater = ({ urgent, length }: { urgent: boolean; length: number }): boolean => !urgent && length > BLOCK_BYTES;
    await world.run(300, () => mallory.heardOf("request").some(isLater));
    const spoilt = mallory.heardOf("request").find(isLater);
    if (!spoilt) throw new Error("nothing was asked for in good time");
    const { index, length } = spoilt;
    mallory.say({ type: "block", trackId, index, offset: 0, sentMs: 0, bytes: new Uint8Array(BLOCK_BYTES) });
    mallory.say({ type: "reject", trackId, index, offset: BLOCK_BYTES, length: length - BLOCK_BYTES });
    for (const peer of [carol, dave]) await offerAll(world, peer, bob, peer === carol);
    let given = 0;
    await world.run(2000, () => {
      const asked = carol.heardOf("request");
      give(carol, asked.slice(given).flatMap(blocksOf));
      given = asked.length;
      return world.stats("bob").hashFailures > 0;
    });
    const before = [mallory, carol].map((peer) => peer.heardOf("request").length);
    await world.run(1000);
    expect(world.stats("bob").hashFailures).toBe(1);
    const since = [mallory, carol].flatMap((peer, place) => peer.heardOf("request").slice(before[place]));
    expect(
      since
        .filter((asked) => asked.index === index)
        .flatMap(blocksOf)
        .map(({ offset }) => offset),
    ).toContain(0);
  });

  test("SW2: a piece that does not match its hash is neither kept nor announced", async () => {
    const world = new SwarmWorld({ seed: 6, songs: [SONG] });
    const bob = world.add("bob");
    const mallory = new ScriptedPeer(world, "mallory");
    await mallory.link(bob);
    mallory.say({ type: "interested", trackId }, { type: "unchoke" });
    mallory.say({
      type: "manifest-part",
      trackId,
      offset: 0,
      totalBytes: SONG.manifestBytes.byteLength,
      bytes: SONG.manifestBytes,
    });
    mallory.say({ type: "bitfield", trackId, bits: new Uint8Array(5).fill(255) });
    await world.run(300);
    const asked = mallory.heardOf("request");
    expect(asked.length).toBeGreaterThan(0);
    for (const { index, offset, length } of asked.flatMap(blocksOf))
      mallory.say({ type: "block", trackId, index, offset, sentMs: 0, bytes: new Uint8Array(length) });
    await world.run(500);
    expect(world.stats("bob").hashFailures).toBeGreaterThan(0);
    expect(eventsOf(bob, "piece-held")).toEqual([]);
    expect((await bob.store.getTrack(trackId))?.heldPieces).toEqual([]);
    expect(mallory.heardOf("have")).toEqual([]);
    expect(bob.swarm.isBanned(mallory.peerId)).toBe(true);
  });
});

describe("bad manners", () => {
  test("SW15: in a crowd the origin gives nothing more to a peer whose pieces nobody else comes to have", async () => {
    const world = await startJam(18);
    const mallory = new ScriptedPeer(world, "mallory");
    const crowd = Array.from({ length: CROWD }, (_, place) => new ScriptedPeer(world, `bob${place}`));
    for (const peer of [mallory, ...crowd]) {
      peer.isReporting = true;
      await peer.link(world.peer("alice"));
      peer.say({ type: "interested", trackId });
    }
    const [bob] = crowd;
    for (const index of [10, 11, 12]) mallory.say(request(index, 0, BLOCK_BYTES, false));
    for (const [place, peer] of crowd.entries()) peer.say(request(20 + place, 0, BLOCK_BYTES, false));
    await world.run(1000);
    for (const index of [20, 21, 22, 23, 24, 25, 26]) crowd.at(-1)?.say({ type: "have", trackId, indexes: [index] });
    bob?.say({ type: "have", trackId, indexes: [27] });
    await world.run(GIVING_HOLD_MS);
    for (const peer of [mallory, bob]) peer?.say(request(30, 0, BLOCK_BYTES, false));
    await world.run(500);
    expect(mallory.heardOf("reject").map(({ index }) => index)).toEqual([30]);
    expect(bob?.heardOf("reject")).toEqual([]);
    mallory.say(request(31, 0, BLOCK_BYTES, true));
    await world.run(500);
    expect(mallory.heardOf("block").map(({ index }) => index)).toContain(31);
  });

  test("SW9: a protocol error costs its sender that link, and the third the jam", async () => {
    const world = await startJam(7);
    const alice = world.peer("alice");
    const mallory = new ScriptedPeer(world, "mallory");
    for (let error = 1; error <= MAX_PROTOCOL_ERRORS; error++) {
      await mallory.link(alice);
      mallory.sayBytes("control", Uint8Array.of(0xff, 0x00));
      await world.run(300);
      expect(mallory.isLinked).toBe(false);
      expect(eventsOf(alice, "protocol-error")).toHaveLength(error);
      expect(alice.swarm.isBanned(mallory.peerId)).toBe(error === MAX_PROTOCOL_ERRORS);
    }
    world.add("bob");
    expect(await world.runToCompletion(20_000)).toBe(true);
  });

  test.each<[string, PeerMessage]>([
    ["a block that nobody asked for", { type: "block", trackId, index: 0, offset: 0, sentMs: 0, bytes: new Uint8Array(9) }],
    ["a bitfield of the wrong size", { type: "bitfield", trackId, bits: new Uint8Array(9) }],
    ["a have beyond the track", { type: "have", trackId, indexes: [40] }],
  ])("SW9: %s is a protocol error", async (_, message) => {
    const world = await startJam(8);
    const bob = world.add("bob", { connection: { ...HOME, downBytesPerMs: 50 } });
    await world.run(1000);
    const mallory = new ScriptedPeer(world, "mallory");
    await mallory.link(bob);
    await world.run(1000);
    expect(mallory.heardOf("interested")).toHaveLength(1);
    mallory.say(message);
    await world.run(2000);
    expect(eventsOf(bob, "protocol-error")).toMatchObject([{ peerId: mallory.peerId }]);
  });

  test("CK8: every request is answered by exactly one block or reject, cancelled ones too", async () => {
    const world = await startJam(9);
    const bob = new ScriptedPeer(world, "bob");
    await bob.link(world.peer("alice"));
    const sizes = SONG.pieces.map((piece) => piece.byteLength);
    const asked = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((index) => ({
      index,
      offset: BLOCK_BYTES,
      length: (sizes[index] ?? 0) - BLOCK_BYTES,
    }));
    for (const { index, offset, length } of asked) {
      if (length <= BLOCK_BYTES) bob.say(request(index, offset, length, index < 2));
      else bob.say(request(index, offset, BLOCK_BYTES, index < 2));
    }
    for (const { index, offset, length } of asked.slice(5))
      bob.say({ type: "cancel", trackId, index, offset, length: Math.min(length, BLOCK_BYTES) });
    await world.run(3000);
    const answers = [...bob.heardOf("block"), ...bob.heardOf("reject")].map(({ index }) => index).toSorted((a, b) => a - b);
    expect(answers).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(bob.heardOf("block").length).toBeGreaterThan(3);
  });

  test("CK5: the rest of a piece that was begun does not wait behind what was asked for since", async () => {
    const world = await startJam(17);
    const bob = new ScriptedPeer(world, "bob");
    const others = ["carol", "dave", "erin", "frank"].map((name) => new ScriptedPeer(world, name));
    for (const peer of [bob, ...others]) {
      peer.isReporting = true;
      await peer.link(world.peer("alice"));
      peer.say({ type: "interested", trackId });
    }
    for (let index = 0; index < 40; index++) await world.peer("alice").swarm.readPiece(trackId, index);
    await world.run(200);
    bob.say(request(39, 0, BLOCK_BYTES, false));
    for (const [place, peer] of others.entries())
      for (let index = place; index < 36; index += others.length) peer.say(request(index, 0, BLOCK_BYTES, false));
    await world.run(150);
    bob.say(request(39, BLOCK_BYTES, (SONG.pieces[39]?.byteLength ?? 0) - BLOCK_BYTES, false));
    const isWhole = await world.run(5000, () => bob.heardOf("block").some(({ offset }) => offset > 0));
    expect(isWhole).toBe(true);
    const before = others.reduce((count, peer) => count + peer.heardOf("block").length, 0);
    expect(before).toBeLessThan(18);
  });

  test("CK5: what is refused to one who needs it urgently goes as urgently to the one who is given it", async () => {
    const world = await startJam(21);
    const [bob, carol, dave, erin] = ["bob", "carol", "dave", "erin"].map((name) => new ScriptedPeer(world, name));
    if (!bob || !carol || !dave || !erin) throw new Error("somebody is missing");
    for (const peer of [bob, carol, dave, erin]) {
      peer.isReporting = true;
      await peer.link(world.peer("alice"));
      peer.say({ type: "interested", trackId });
    }
    for (let index = 0; index < 40; index++) await world.peer("alice").swarm.readPiece(trackId, index);
    await world.run(200);
    for (let index = 16; index < 39; index++) carol.say(request(index, 0, BLOCK_BYTES, false));
    for (let index = 0; index < 16; index++) dave.say(request(index, 0, BLOCK_BYTES, true));
    await world.run(60);
    bob.say(request(39, 0, BLOCK_BYTES, false));
    await world.run(20);
    erin.say(request(39, 0, BLOCK_BYTES, true));
    expect(await world.run(5000, () => bob.heardOf("block").length > 0)).toBe(true);
    expect(erin.heardOf("reject").map(({ index }) => index)).toEqual([39]);
    expect(carol.heardOf("block").length + dave.heardOf("block").length).toBeLessThan(16);
  });

  test("CK9: who has much to send gives a piece to one at a time, and refuses it to the others", async () => {
    const world = await startJam(22);
    const bob = world.add("bob");
    await world.run(20_000, () => bob.completeMs !== null);
    const [carol, dave, erin] = ["carol", "dave", "erin"].map((name) => new ScriptedPeer(world, name));
    if (!carol || !dave || !erin) throw new Error("somebody is missing");
    for (const peer of [carol, dave, erin]) {
      peer.isReporting = true;
      await peer.link(bob);
      peer.say({ type: "interested", trackId });
    }
    for (let index = 0; index < 40; index++) await bob.swarm.readPiece(trackId, index);
    await world.run(200);
    carol.say(request(0, 0, BLOCK_BYTES, false));
    dave.say(request(0, 0, BLOCK_BYTES, false));
    for (let index = 1; index < 30; index++) carol.say(request(index, 0, BLOCK_BYTES, false));
    await world.run(60);
    for (const index of [28, 38]) erin.say(request(index, 0, BLOCK_BYTES, false));
    erin.say(request(29, 0, BLOCK_BYTES, true));
    const answered = (peer: ScriptedPeer): number[] =>
      peer
        .heardOf("block")
        .map(({ index }) => index)
        .toSorted((a, b) => a - b);
    expect(await world.run(5000, () => answered(carol).length === 30 && answered(erin).length === 2)).toBe(true);
    expect([answered(dave), answered(erin)]).toEqual([[0], [29, 38]]);
    expect(erin.heardOf("reject").map(({ index }) => index)).toEqual([28]);
  });

  test("SW8: what is not held, not in the programme or out of bounds is refused", async () => {
    const world = await startJam(10);
    const bob = new ScriptedPeer(world, "bob");
    await bob.link(world.peer("alice"));
    const stranger = makeSong({ chunks: 1, seed: 77 }).trackId;
    bob.say(request(41, 0, 100, true), request(0, BLOCK_BYTES * 2, BLOCK_BYTES, true), request(0, 5, 100, true));
    bob.say({ ...request(0, 0, 100, true), trackId: stranger } as PeerMessage, {
      type: "manifest-request",
      trackId: stranger,
      offset: 0,
      headMs: 0,
    });
    await world.run(500);
    expect(bob.heardOf("reject")).toHaveLength(4);
    expect(bob.heardOf("manifest-reject")).toHaveLength(1);
    expect(bob.heardOf("block")).toEqual([]);
  });

  test("CK4: a choked peer is served what is urgent, and refused the rest", async () => {
    const world = await startJam(11);
    const crowd = Array.from({ length: UPLOAD_SLOTS_MAX + 1 }, (_, place) => new ScriptedPeer(world, `bob${place}`));
    for (const peer of crowd) {
      await peer.link(world.peer("alice"));
      peer.say({ type: "interested", trackId });
      await world.run(200);
    }
    const last = crowd.at(-1);
    expect(crowd.filter((peer) => peer.heardOf("unchoke").length > peer.heardOf("choke").length)).toHaveLength(UPLOAD_SLOTS_MAX);
    last?.say(request(3, 0, BLOCK_BYTES, true), request(4, 0, BLOCK_BYTES, false));
    await world.run(500);
    expect(last?.heardOf("unchoke")).toEqual([]);
    expect(last?.heardOf("block").map(({ index }) => index)).toEqual([3]);
    expect(last?.heardOf("reject").map(({ index }) => index)).toEqual([4]);
  });

  test("CK3: in time a choked peer has its turn", async () => {
    const world = await startJam(12);
    const crowd = Array.from({ length: UPLOAD_SLOTS_MAX + 2 }, (_, place) => new ScriptedPeer(world, `bob${place}`));
    for (const peer of crowd) {
      await peer.link(world.peer("alice"));
      peer.say({ type: "interested", trackId });
    }
    expect(await world.run(120_000, () => crowd.every((peer) => peer.heardOf("unchoke").length > 0))).toBe(true);
  });

  test("CK7: a listener that caps or switches off its upload keeps to that", async () => {
    const world = await startJam(13);
    const alice = world.peer("alice");
    alice.swarm.setUploads({ enabled: true, capBytesPerSecond: 50_000 });
    const bob = world.add("bob");
    await world.run(10_000);
    expect(world.stats("alice").bytesUploaded).toBeLessThanOrEqual(50_000 * 10 + BLOCK_BYTES);
    expect(world.stats("alice").bytesUploaded).toBeGreaterThan(50_000 * 8);
    alice.swarm.setUploads({ enabled: false, capBytesPerSecond: null });
    await world.run(500);
    const before = world.stats("alice").bytesUploaded;
    await world.run(5000);
    expect(world.stats("alice").bytesUploaded).toBe(before);
    alice.swarm.setUploads({ enabled: true, capBytesPerSecond: null });
    expect(await world.run(20_000, () => bob.completeMs !== null)).toBe(true);
  });
});

describe("silence and slowness", () => {
  test("CP14: a peer that goes silent is not waited for", async () => {
    const world = await startJam(14);
    world.add("bob");
    await world.run(1500);
    const carol = world.add("carol");
    await world.run(1000);
    world.network.setSilent(peerIdOf("bob"), true);
    expect(world.stats("carol").bytesFromListeners).toBeGreaterThan(0);
    expect(await world.run(15_000, () => carol.completeMs !== null)).toBe(true);
    expect(carol.player.stalls).toBe(0);
  });

  test("CP14: an origin that leaves takes nothing with it that somebody has", async () => {
    const world = await startJam(15);
    for (const name of ["bob", "carol", "dave"]) world.add(name);
    const isOut = (index: number): boolean => world.listeners.some(({ swarm }) => swarm.pieceStates(trackId)[index] === 2);
    await world.run(20_000, () => SONG.pieces.every((_, index) => isOut(index)));
    world.remove("alice");
    expect(world.listeners.every(({ completeMs }) => completeMs !== null)).toBe(false);
    expect(await world.runToCompletion(20_000)).toBe(true);
  });

  test("CP8: in the endgame a slow peer's blocks are asked of others too, and cancelled once they are here", async () => {
    const world = await startJam(16);
    world.add("bob");
    await world.run(20_000, () => world.peer("bob").completeMs !== null);
    const { store } = world.peer("bob");
    world.remove("bob");
    const said: PeerMessage["type"][] = [];
    world.add("bob", { store, connection: { ...HOME, upBytesPerMs: 15 } });
    const carol = world.add("carol", {
      tamper: (lane, bytes) => (said.push(lane === "control" && bytes[1] === 13 ? "cancel" : "request"), bytes),
    });
    expect(await world.run(30_000, () => carol.completeMs !== null)).toBe(true);
    expect(said.filter((type) => type === "cancel").length).toBeGreaterThan(0);
    expect(world.stats("carol").bytesDuplicate).toBeLessThan(SONG.sizeBytes * 0.08);
  });
});

describe("stores that fail", () => {
  test("SW12: a full store is told of once, and the jam goes on from memory", async () => {
    const world = await startJam(17);
    const bob = world.add("bob", { store: new MemoryChunkStore(200_000) });
    expect(await world.runToCompletion(20_000)).toBe(true);
    expect(eventsOf(bob, "store-failed")).toHaveLength(1);
    const carol = world.add("carol");
    world.remove("alice");
    expect(await world.run(20_000, () => carol.completeMs !== null)).toBe(true);
    expect(isSong(39, await bob.swarm.readPiece(trackId, 39))).toBe(true);
  });

  test("SW12: a chunk counts as held for good only once the store has it", async () => {
    const world = await startJam(21);
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const store = new MemoryChunkStore(1e9);
    const putPiece = store.putPiece.bind(store);
    const slow = Object.assign(store, {
      putPiece: (...piece: Parameters<typeof putPiece>) => gate.then(() => putPiece(...piece)),
    });
    const bob = world.add("bob", { store: slow });
    expect(await world.runToCompletion(20_000)).toBe(true);
    expect([...bob.swarm.pieceStates(trackId)]).toEqual(Array.from({ length: 40 }, () => 2));
    expect(world.stats("bob").chunksHeld).toBe(0);
    open();
    await new Promise(setImmediate);
    expect(world.stats("bob").chunksHeld).toBe(40);
  });

  test("SW13: a piece that was damaged on the disk is dropped and fetched again", async () => {
    const world = await startJam(18);
    world.add("bob");
    await world.runToCompletion();
    const { store } = world.peer("bob");
    world.remove("bob");
    await store.putPiece(trackId, 7, new Uint8Array(SONG.pieces[7]?.byteLength ?? 0));
    const bob = world.add("bob", { store });
    await world.run(500);
    const reading = bob.swarm.readPiece(trackId, 7);
    expect(await reading).toBeNull();
    expect(eventsOf(bob, "piece-damaged")).toMatchObject([{ index: 7 }]);
    expect(await world.run(3000, () => bob.swarm.pieceStates(trackId)[7] === 2)).toBe(true);
    expect(isSong(7, await bob.swarm.readPiece(trackId, 7))).toBe(true);
    expect(isSong(7, await store.getPiece(trackId, 7))).toBe(true);
  });

  test("SW13: what the store has lost is refused to others and fetched again", async () => {
    const world = await startJam(19);
    world.add("bob");
    await world.runToCompletion();
    const { store } = world.peer("bob");
    world.remove("bob");
    const bob = world.add("bob", { store });
    await world.run(300);
    for (let index = 0; index < 40; index += 2) await store.deletePiece(trackId, index);
    const carol = world.add("carol");
    expect(await world.run(20_000, () => carol.completeMs !== null)).toBe(true);
    expect(world.stats("bob").bytesFromOrigin + world.stats("bob").bytesFromListeners).toBeGreaterThan(0);
    expect(eventsOf(bob, "piece-damaged")).toEqual([]);
  });

  test("SW8: an imported track is served as soon as it is reloaded and in the programme", async () => {
    const other = makeSong({ chunks: 5, seed: 9 });
    const world = await startJam(20);
    const alice = world.peer("alice");
    await alice.store.putManifest(other.trackId, other.manifestBytes, { origin: true });
    for (const [index, piece] of other.pieces.entries()) await alice.store.putPiece(other.trackId, index, piece);
    const bob = world.add("bob");
    await world.run(100);
    const programme = new Map([
      [trackId, alice.peerId],
      [other.trackId, alice.peerId],
    ]);
    bob.swarm.setTracks(programme);
    bob.swarm.setDemand({ current: { trackId: other.trackId, positionMs: 0, playing: true }, upcoming: [] });
    await world.run(1000);
    expect(bob.swarm.manifest(other.trackId)).toBeNull();
    alice.swarm.setTracks(programme);
    await alice.swarm.reloadTrack(other.trackId);
    expect(await world.run(3000, () => bob.swarm.pieceStates(other.trackId).join() === "2,2,2,2,2")).toBe(true);
    expect(bob.swarm.manifest(other.trackId)?.title).toBe("Song 9");
  });
});
