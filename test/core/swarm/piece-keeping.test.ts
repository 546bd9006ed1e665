/** What is kept in memory of a piece: as little as possible, and counted right. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BLOCK_BYTES } from "../../../app/core/index.ts";
import type { ChunkStore, Hasher } from "../../../app/core/index.ts";
import { PieceAssembly } from "../../../app/core/swarm/piece-assembly.ts";
import { PieceKeeper } from "../../../app/core/swarm/piece-keeper.ts";
import { MemoryChunkStore } from "../../../app/platform/store/memory-chunk-store.ts";
import { SongStore } from "../../sim/song-store.ts";
import { makeSong } from "../../support/songs.ts";
import { peerIdOf } from "../../support/swarm-world.ts";

const SONG = makeSong({ chunks: 2, chunkBytes: 1000 });
const { trackId } = SONG;
const [piece = new Uint8Array(0)] = SONG.pieces;
const hasher: Hasher = { sha256: async () => new Uint8Array(32) };

async function keep(store: ChunkStore): Promise<{ readonly keeper: PieceKeeper; readonly copy: Uint8Array }> {
  const ignore = (): void => {};
  const keeper = new PieceKeeper({ store, hasher, onStoreFailed: ignore, onLost: ignore });
  const copy = piece.slice();
  keeper.keep(trackId, 0, copy);
  expect(keeper.peek(trackId, 0)).toEqual(piece);
  while (keeper.unwrittenBytes > 0) await Promise.resolve();
  return { keeper, copy };
}

describe("PieceKeeper", () => {
  test("keeps what it wrote at hand, since stores are slow", async () => {
    const { keeper, copy } = await keep(new MemoryChunkStore(1e6));
    expect(keeper.peek(trackId, 0)).toBe(copy);
    expect(keeper.peek(trackId, 1)).toBeNull();
  });

  test("keeps nothing that the store has in memory anyway", async () => {
    const { keeper } = await keep(new SongStore(new Map([[trackId, SONG]]), () => {}));
    expect(keeper.peek(trackId, 0)).toBe(piece);
    expect(keeper.peek(trackId, 1)).toBeNull();
  });
});

describe("PieceAssembly", () => {
  const peers = ["bob", "carol", "dave"].map(peerIdOf);
  const step = fc.record({ what: fc.constantFrom("ask", "unask", "put"), block: fc.nat(3), by: fc.constantFrom(...peers) });

  test("knows how many blocks are neither here nor asked for, whatever happened", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const assembly = new PieceAssembly(0, 3 * BLOCK_BYTES + 1);
        for (const { what, block, by } of steps) {
          if (what === "ask" && !assembly.isHere(block)) assembly.ask(block, { peerId: by, dueMs: 0, askedMs: 0, urgent: false });
          if (what === "unask") assembly.unask(block, by);
          if (what === "put") assembly.put(block, new Uint8Array(assembly.blockLength(block)), by);
        }
        const isOpen = (block: number): boolean => !assembly.isHere(block) && assembly.asks(block).length === 0;
        expect(assembly.openBlocks).toBe([0, 1, 2, 3].filter(isOpen).length);
      }),
    );
  });
});
