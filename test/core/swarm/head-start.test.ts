/** The first piece, asked for together with the manifest by somebody who cannot name it yet. */
import { describe, expect, test } from "vitest";
import { BLOCK_BYTES, MAX_HEAD_START_BYTES } from "../../../app/core/index.ts";
import type { PeerMessage, SwarmEvent } from "../../../app/core/index.ts";
import { blocksOf } from "../../../app/core/swarm/block-run.ts";
import { ScriptedPeer } from "../../support/scripted-peer.ts";
import { makeSong } from "../../support/songs.ts";
import { SwarmWorld } from "../../support/swarm-world.ts";
import type { WorldPeer } from "../../support/swarm-world.ts";

const SONG = makeSong({ chunks: 40 });
const { trackId, manifestBytes } = SONG;
const MANIFEST: PeerMessage = {
  type: "manifest-part",
  trackId,
  offset: 0,
  totalBytes: manifestBytes.byteLength,
  bytes: manifestBytes,
};
const [firstBytes = new Uint8Array()] = SONG.pieces;
const FIRST_PIECE = blocksOf({ index: 0, offset: 0, length: firstBytes.byteLength }).map(
  ({ index, offset, length }): PeerMessage => ({
    type: "block",
    trackId,
    index,
    offset,
    sentMs: 0,
    bytes: firstBytes.slice(offset, offset + length),
  }),
);
const held = (peer: WorldPeer): SwarmEvent[] => peer.events.filter(({ kind }) => kind === "piece-held");
const errors = (peer: WorldPeer): SwarmEvent[] => peer.events.filter(({ kind }) => kind === "protocol-error");

describe("a head start", () => {
  test("SW14: who asks for the manifest with a place in the track gets the piece that plays there as well", async () => {
    const world = new SwarmWorld({ seed: 30, songs: [SONG] });
    await world.addOrigin();
    const bob = new ScriptedPeer(world, "bob");
    await bob.link(world.peer("alice"));
    bob.say({ type: "interested", trackId }, { type: "manifest-request", trackId, offset: 0, headMs: 5000 });
    await world.run(1000);
    expect(bob.heardOf("manifest-part")).toHaveLength(1);
    const blocks = bob.heardOf("block");
    expect(new Set(blocks.map(({ index }) => index))).toEqual(new Set([2]));
    expect(blocks.reduce((sum, { bytes }) => sum + bytes.byteLength, 0)).toBe(SONG.pieces[2]?.byteLength);
  });

  test("SW14: who has no manifest refuses both, and who is fetching it answers when it is here", async () => {
    const world = new SwarmWorld({ seed: 31, songs: [SONG] });
    const bob = world.add("bob");
    const mallory = new ScriptedPeer(world, "mallory");
    await mallory.link(bob);
    const carol = new ScriptedPeer(world, "carol");
    await carol.link(bob);
    carol.say({ type: "manifest-request", trackId, offset: 0, headMs: 0 });
    await world.run(300);
    expect([...carol.heardOf("manifest-part"), ...carol.heardOf("manifest-reject")]).toEqual([]);
    mallory.say(MANIFEST);
    await world.run(300);
    expect(carol.heardOf("manifest-part")).toHaveLength(1);
    expect(carol.heardOf("reject")).toMatchObject([{ index: 0, offset: 0, length: SONG.pieces[0]?.byteLength }]);
  });

  /** So many ask the origin at the same moment; tells what each of them got. */
  async function crowdAsks(count: number): Promise<{ manifests: number; pieces: number; refusals: number }[]> {
    const world = new SwarmWorld({ seed: 35, songs: [SONG] });
    await world.addOrigin();
    const crowd = Array.from({ length: count }, (_, index) => new ScriptedPeer(world, `bob${index}`));
    for (const peer of crowd) {
      peer.isReporting = true;
      await peer.link(world.peer("alice"));
    }
    for (const peer of crowd)
      peer.say({ type: "interested", trackId }, { type: "manifest-request", trackId, offset: 0, headMs: 0 });
    await world.run(1000);
    return crowd.map((peer) => ({
      manifests: peer.heardOf("manifest-part").length,
      pieces: new Set(peer.heardOf("block").map(({ index }) => index)).size,
      refusals: peer.heardOf("manifest-reject").length,
    }));
  }

  test("SW14: in a crowd who is not given the piece is not given the manifest either, and asks elsewhere", async () => {
    const answers = await crowdAsks(12);
    const given = answers.filter(({ manifests }) => manifests > 0);
    expect(given.length).toBeGreaterThan(0);
    expect(given.every(({ pieces, refusals }) => pieces === 1 && refusals === 0)).toBe(true);
    const others = answers.filter(({ manifests }) => manifests === 0);
    expect(others.length).toBeGreaterThan(0);
    expect(others.every(({ pieces, refusals }) => pieces === 0 && refusals === 1)).toBe(true);
  });

  test("SW14: among few everybody is given the manifest at once", async () => {
    const answers = await crowdAsks(4);
    expect(answers.every(({ manifests, refusals }) => manifests === 1 && refusals === 0)).toBe(true);
  });

  test("SW14: that another track's manifest is refused changes nothing about the piece that was asked for", async () => {
    const other = makeSong({ chunks: 4, seed: 2 });
    const world = new SwarmWorld({ seed: 33, songs: [SONG, other], origin: "mallory" });
    const bob = world.add("bob");
    world.play();
    const mallory = new ScriptedPeer(world, "mallory");
    await mallory.link(bob);
    expect(mallory.heardOf("manifest-request").map(({ headMs }) => headMs !== null)).toEqual([true, false]);
    mallory.say({ type: "interested", trackId }, { type: "manifest-reject", trackId: other.trackId });
    await world.run(200);
    mallory.say(...FIRST_PIECE);
    await world.run(200);
    mallory.say(MANIFEST);
    await world.run(300);
    expect(errors(bob)).toEqual([]);
    expect(held(bob)).toMatchObject([{ index: 0, from: mallory.peerId }]);
  });

  test("SW14: what comes before the manifest is kept until then", async () => {
    const world = new SwarmWorld({ seed: 32, songs: [SONG], origin: "mallory" });
    const bob = world.add("bob");
    world.play();
    const mallory = new ScriptedPeer(world, "mallory");
    await mallory.link(bob);
    expect(mallory.heardOf("manifest-request")).toMatchObject([{ headMs: expect.any(Number) }]);
    mallory.say({ type: "interested", trackId });
    await world.run(100);
    mallory.say(...FIRST_PIECE);
    await world.run(300);
    expect(held(bob)).toEqual([]);
    mallory.say(MANIFEST);
    await world.run(300);
    expect(held(bob)).toMatchObject([{ index: 0, from: mallory.peerId }]);
  });

  test("SW14: more than a piece can be, before the manifest, is a protocol error", async () => {
    const world = new SwarmWorld({ seed: 34, songs: [SONG], origin: "mallory" });
    const bob = world.add("bob");
    world.play();
    const mallory = new ScriptedPeer(world, "mallory");
    await mallory.link(bob);
    mallory.say({ type: "interested", trackId });
    for (let sentBytes = 0; sentBytes <= MAX_HEAD_START_BYTES; sentBytes += BLOCK_BYTES)
      mallory.say({ type: "block", trackId, index: 0, offset: 0, sentMs: 0, bytes: new Uint8Array(BLOCK_BYTES) });
    await world.run(10_000);
    expect(errors(bob)).toMatchObject([{ peerId: mallory.peerId, code: "unsolicited" }]);
  });
});
