/** Whole jams of real engines on home links, in virtual time. */
import { describe, expect, test } from "vitest";
import type { SwarmEvent } from "../../../app/core/index.ts";
import { makeSong } from "../../support/songs.ts";
import { SwarmWorld } from "../../support/swarm-world.ts";
import type { WorldPeer } from "../../support/swarm-world.ts";
import { HOME } from "../../support/virtual-network.ts";

/** 208 s at 128 kbit/s, as on the bench. */
const SONG = makeSong({ coverBytes: 20_000 });

async function startJam(seed: number, songs = [SONG]): Promise<SwarmWorld> {
  const world = new SwarmWorld({ seed, songs });
  await world.addOrigin();
  await world.run(1000);
  world.play();
  return world;
}

async function stagger(world: SwarmWorld, names: readonly string[], byMs: number): Promise<void> {
  for (const name of names) {
    world.add(name);
    await world.run(byMs);
  }
}

const eventsOf = (peer: WorldPeer, kind: SwarmEvent["kind"]): SwarmEvent[] => peer.events.filter((event) => event.kind === kind);

describe("a jam of an origin and listeners", () => {
  test.each([1, 2, 3])(
    "SW4: three listeners a second apart complete with hardly more than one copy from the origin (seed %d)",
    async (seed) => {
      const world = await startJam(seed);
      await stagger(world, ["bob", "carol", "dave"], 1000);
      expect(await world.runToCompletion(30_000)).toBe(true);
      expect(world.copies()).toBeLessThan(1.1);
      for (const {
        name,
        player: { playableMs, stalls },
      } of world.listeners) {
        const { bytesFromOrigin, bytesFromListeners, bytesFromStore, bytesDuplicate, chunksHeld } = world.stats(name);
        expect([chunksHeld, bytesFromOrigin + bytesFromListeners, bytesFromStore]).toEqual([104, SONG.sizeBytes, 0]);
        expect(bytesFromListeners).toBeGreaterThan(SONG.sizeBytes / 5);
        expect(bytesDuplicate).toBeLessThan(SONG.sizeBytes * 0.02);
        expect(playableMs).toBeLessThan(700);
        expect(stalls).toBe(0);
      }
    },
  );

  test("SW3: everyone serves, and what one got is what another sent", async () => {
    const world = await startJam(4);
    await stagger(world, ["bob", "carol", "dave"], 1000);
    await world.runToCompletion();
    await world.run(2000);
    const stats = [...world.peers.keys()].map((name) => world.stats(name));
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    const got = sum(
      stats.map(
        ({ bytesFromOrigin, bytesFromListeners, bytesDuplicate }) => bytesFromOrigin + bytesFromListeners + bytesDuplicate,
      ),
    );
    expect(sum(stats.map(({ bytesUploaded }) => bytesUploaded))).toBe(got);
    for (const { bytesUploaded } of stats) expect(bytesUploaded).toBeGreaterThan(SONG.sizeBytes / 10);
  });

  test("SW4: seven who come at once are all playing within a second, and the origin sends little more than one copy", async () => {
    const world = await startJam(5);
    await stagger(world, ["bob", "carol", "dave", "erin", "frank", "grace", "heidi"], 0);
    expect(await world.runToCompletion(30_000)).toBe(true);
    expect(world.copies()).toBeLessThan(1.3);
    for (const {
      player: { playableMs, stalls },
    } of world.listeners) {
      expect(playableMs).toBeLessThan(1000);
      expect(stalls).toBe(0);
    }
  });

  test("WP5: all that is said beside the music is less than 2 % of it", async () => {
    const world = await startJam(6);
    await stagger(world, ["bob", "carol", "dave", "erin", "frank"], 300);
    await world.runToCompletion();
    const said = [...world.peers.values()].reduce((sum, { bytesSent }) => sum + bytesSent, 0);
    const music = [...world.peers.keys()].reduce((sum, name) => sum + world.stats(name).bytesUploaded, 0);
    expect(music).toBeGreaterThanOrEqual(5 * SONG.sizeBytes);
    expect(said / music).toBeLessThan(1.02);
  });

  test("CK6: the uplinks' queues stay short, so that a newcomer is not kept waiting", async () => {
    const world = await startJam(7);
    await stagger(world, ["bob", "carol", "dave"], 1000);
    const queuesMs: number[] = [];
    await world.run(4000, () => {
      queuesMs.push(world.network.uplinkQueueMs(world.peer("alice").peerId));
      return false;
    });
    queuesMs.sort((a, b) => a - b);
    expect(queuesMs.at(-1)).toBeGreaterThan(0);
    expect(queuesMs[Math.floor(queuesMs.length * 0.95)]).toBeLessThan(250);
  });

  test("SW5: a listener who comes when the music is at 1:30 has what plays there first", async () => {
    const world = await startJam(8);
    world.add("bob");
    await world.run(90_000);
    const carol = world.add("carol");
    await world.run(3000);
    expect(carol.player.playableMs).toBeLessThan(500);
    const first = eventsOf(carol, "piece-held").slice(0, 1);
    expect(first).toMatchObject([{ index: 45 }]);
    expect(await world.runToCompletion()).toBe(true);
    expect(world.stats("carol").bytesFromListeners).toBeGreaterThan(SONG.sizeBytes * 0.4);
  });

  test("SW5: when the music jumps, what plays there comes next", async () => {
    const world = await startJam(9);
    const bob = world.add("bob", { connection: { ...HOME, downBytesPerMs: 100 } });
    await world.run(2000);
    const before = eventsOf(bob, "piece-held").length;
    bob.swarm.setDemand({ current: { trackId: SONG.trackId, positionMs: 160_500, playing: true }, upcoming: [] });
    const missing = [80, 81].filter((index) => bob.swarm.pieceStates(SONG.trackId)[index] !== 2);
    await world.run(2500);
    expect(missing.length).toBeGreaterThan(0);
    for (const index of missing) expect(bob.swarm.pieceStates(SONG.trackId)[index]).toBe(2);
    expect(eventsOf(bob, "piece-held").length - before).toBeLessThan(20);
  });

  test("SW7: after a reload nothing is fetched twice, and everything is served at once", async () => {
    const world = await startJam(10);
    await stagger(world, ["bob", "carol"], 500);
    const { store } = world.peer("bob");
    await world.run(3000);
    const heldBefore = world
      .peer("bob")
      .swarm.pieceStates(SONG.trackId)
      .filter((state) => state === 2).length;
    world.remove("bob");
    await world.run(500);
    const bob = world.add("bob", { store });
    await world.run(300);
    expect(heldBefore).toBeGreaterThan(10);
    expect(world.stats("bob").bytesFromStore).toBeGreaterThan(0);
    expect(await world.runToCompletion()).toBe(true);
    const { bytesFromStore, bytesFromOrigin, bytesFromListeners, bytesUploaded } = world.stats("bob");
    expect(bytesFromStore + bytesFromOrigin + bytesFromListeners).toBe(SONG.sizeBytes);
    expect(eventsOf(bob, "piece-held")).toHaveLength(105 - heldBefore);
    expect(bytesUploaded).toBeGreaterThan(0);
  });

  test("SW7: a complete listener who comes back fetches nothing, and can replace the origin", async () => {
    const world = await startJam(11);
    world.add("bob");
    await world.runToCompletion();
    await world.run(1000);
    const { store } = world.peer("bob");
    world.remove("bob");
    world.add("bob", { store });
    world.remove("alice");
    const carol = world.add("carol");
    expect(await world.run(60_000, () => carol.completeMs !== null)).toBe(true);
    expect(world.stats("bob")).toMatchObject({ bytesFromStore: SONG.sizeBytes, bytesFromOrigin: 0, bytesFromListeners: 0 });
    expect(world.stats("carol")).toMatchObject({ bytesFromListeners: SONG.sizeBytes, bytesFromOrigin: 0 });
  });

  test("CP10: the tracks of a programme come one after another, and the next is here before it plays", async () => {
    const songs = [1, 2, 3].map((seed) => makeSong({ chunks: 10, seed, coverBytes: 3000 }));
    const world = await startJam(12, songs);
    const bob = world.add("bob");
    expect(await world.runToCompletion(60_000)).toBe(true);
    const completed = eventsOf(bob, "track-complete").map((event) => "trackId" in event && event.trackId);
    expect(completed).toEqual(songs.map(({ trackId }) => trackId));
    expect(bob.player.stalls).toBe(0);
  });

  test("SW10: the same seed gives the same trace, byte for byte, and another seed another", async () => {
    const traceOf = async (seed: number): Promise<string> => {
      const world = await startJam(seed);
      await stagger(world, ["bob", "carol", "dave"], 700);
      await world.run(2500);
      return world.trace.join("\n");
    };
    const [first, again, other] = [await traceOf(1), await traceOf(1), await traceOf(2)];
    expect(first.length).toBeGreaterThan(10_000);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  test("SW11: when all is done nothing is scheduled any more, and a stopped swarm says nothing", async () => {
    const world = await startJam(13);
    await stagger(world, ["bob", "carol"], 100);
    await world.run(1500);
    const carol = world.peer("carol");
    carol.swarm.stop();
    const linesOfCarol = (): number => world.trace.filter((line) => line.split(" ")[1] === "carol").length;
    const before = linesOfCarol();
    await world.run(2000);
    expect(before).toBeGreaterThan(10);
    expect(linesOfCarol()).toBe(before);
    world.remove("carol");
    expect(await world.runToCompletion()).toBe(true);
    await world.run(10_000);
    expect(world.clock.pendingCount).toBe(0);
  });
});
