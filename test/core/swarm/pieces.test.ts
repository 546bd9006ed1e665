import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Bitfield, BLOCK_BYTES, GIVING_HOLD_MS } from "../../../app/core/index.ts";
import { Giving } from "../../../app/core/swarm/giving.ts";
import { PieceAssembly } from "../../../app/core/swarm/piece-assembly.ts";
import { TrackState } from "../../../app/core/swarm/track-state.ts";
import { makeSong } from "../../support/songs.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { peerIdOf } from "../../support/swarm-world.ts";

const bob = peerIdOf("bob");
const carol = peerIdOf("carol");
const byNumber = (a: number, b: number): number => a - b;

describe("PieceAssembly", () => {
  test("SW2: is complete when every block is here, in whatever order, and remembers who sent how much", () => {
    const piece = new PieceAssembly(4, 2 * BLOCK_BYTES + 10);
    expect(piece.put(2, new Uint8Array(10).fill(3), bob)).toBe(true);
    expect(piece.put(0, new Uint8Array(BLOCK_BYTES).fill(1), carol)).toBe(true);
    expect(piece.isComplete).toBe(false);
    expect(piece.put(1, new Uint8Array(BLOCK_BYTES).fill(2), bob)).toBe(true);
    expect(piece.put(1, new Uint8Array(BLOCK_BYTES).fill(9), carol)).toBe(false);
    expect(piece.isComplete).toBe(true);
    expect([piece.bytes[0], piece.bytes[BLOCK_BYTES], piece.bytes[2 * BLOCK_BYTES]]).toEqual([1, 2, 3]);
    expect(piece.contributions()).toEqual(
      new Map([
        [bob, BLOCK_BYTES + 10],
        [carol, BLOCK_BYTES],
      ]),
    );
  });

  test("a piece whose bytes are at hand elsewhere is taken from there", () => {
    const blocks = [new Uint8Array(BLOCK_BYTES).fill(1), new Uint8Array(10).fill(2)];
    const known = Uint8Array.from([...(blocks[0] ?? []), ...(blocks[1] ?? [])]);
    const assemble = (): PieceAssembly => {
      const piece = new PieceAssembly(0, BLOCK_BYTES + 10);
      for (const block of [1, 0]) piece.put(block, blocks[block] ?? known, bob);
      return piece;
    };
    const found = assemble();
    expect(found.joined((some) => (expect(some).toEqual(blocks), known))).toBe(known);
    expect(found.bytes).toBe(known);
    const notFound = assemble();
    expect(notFound.joined(() => null)).toEqual(known);
    expect(notFound.bytes).not.toBe(known);
  });

  test("SW6: those whose blocks differ from the good piece are found, and nobody else", () => {
    const piece = new PieceAssembly(0, 2 * BLOCK_BYTES);
    piece.put(0, new Uint8Array(BLOCK_BYTES), bob);
    piece.put(1, new Uint8Array(BLOCK_BYTES).fill(1), carol);
    expect(piece.sendersOfOtherThan(new Uint8Array(2 * BLOCK_BYTES))).toEqual([carol]);
  });

  test("SW6: what came from somebody who turns out to lie is fetched again, and the rest stays", () => {
    const piece = new PieceAssembly(0, 3 * BLOCK_BYTES);
    piece.put(0, new Uint8Array(BLOCK_BYTES), bob);
    piece.put(1, new Uint8Array(BLOCK_BYTES).fill(1), carol);
    expect([piece.discardFrom(bob), piece.discardFrom(bob)]).toEqual([BLOCK_BYTES, 0]);
    expect([piece.isHere(0), piece.isHere(1), piece.openBlocks, piece.isUntouched]).toEqual([false, true, 2, false]);
    piece.put(0, new Uint8Array(BLOCK_BYTES), carol);
    piece.put(2, new Uint8Array(BLOCK_BYTES), carol);
    expect(piece.isComplete).toBe(true);
    expect(piece.contributions()).toEqual(new Map([[carol, 3 * BLOCK_BYTES]]));
  });

  test("a block that somebody was asked for is open again when that one will not send it", () => {
    const piece = new PieceAssembly(0, BLOCK_BYTES);
    piece.ask(0, { peerId: bob, dueMs: 1, askedMs: 0, urgent: false });
    piece.ask(0, { peerId: carol, dueMs: 2, askedMs: 0, urgent: false });
    expect(piece.isUntouched).toBe(false);
    piece.unask(0, bob);
    expect(piece.asks(0)).toEqual([{ peerId: carol, dueMs: 2, askedMs: 0, urgent: false }]);
    piece.unask(0, carol);
    expect(piece.isUntouched).toBe(true);
  });
});

describe("Giving", () => {
  test("SW4: what one peer was given is a repeat for every other, for a while", () => {
    const giving = new Giving();
    giving.take(3, bob, 0);
    expect(giving.isRepeat(3, bob, 10)).toBe(false);
    expect(giving.isRepeat(3, carol, GIVING_HOLD_MS - 1)).toBe(true);
    expect(giving.isRepeat(3, carol, GIVING_HOLD_MS)).toBe(false);
    expect(giving.isRepeat(4, carol, 10)).toBe(false);
  });

  test("SW4: who asks for the rest of a piece later, or for all of it again, holds it no longer for that", () => {
    const giving = new Giving();
    giving.take(3, bob, 0);
    giving.take(3, bob, GIVING_HOLD_MS - 1);
    expect([giving.isRepeat(3, carol, GIVING_HOLD_MS - 1), giving.isRepeat(3, carol, GIVING_HOLD_MS)]).toEqual([true, false]);
  });

  test("SW4: who was given far more than most has had its share", () => {
    const giving = new Giving();
    for (let index = 0; index < 12; index++) giving.take(index, bob, 0);
    for (const [index, name] of ["carol", "dave", "erin", "frank"].entries()) giving.take(20 + index, peerIdOf(name), 0);
    expect([giving.hasMoreThanItsShare(bob), giving.hasMoreThanItsShare(carol)]).toEqual([true, false]);
    expect([giving.isKnown(3, carol), giving.isKnown(3, bob), giving.isKnown(50, carol)]).toEqual([true, false, false]);
    giving.forget(bob);
    expect([giving.hasMoreThanItsShare(bob), giving.isKnown(3, carol)]).toEqual([false, false]);
  });

  test("SW15: who keeps to itself what it was entrusted with is told from those who pass it on", () => {
    const giving = new Giving();
    const [dave, erin] = [peerIdOf("dave"), peerIdOf("erin")];
    const areMean = (nowMs: number): boolean[] => [bob, carol, dave].map((id) => giving.passesTooLittleOn(id, nowMs));
    for (const [place, peerId] of [bob, carol, dave, bob, carol, dave].entries()) giving.take(place, peerId, 0, true);
    for (const index of [1, 2, 4, 5]) giving.seenWith(index, erin);
    expect(areMean(GIVING_HOLD_MS - 1)).toEqual([false, false, false]);
    expect(areMean(GIVING_HOLD_MS)).toEqual([true, false, false]);
    // That it has what it was given itself proves nothing, nor that others have it who were given it as well.
    giving.seenWith(0, bob);
    giving.take(3, carol, GIVING_HOLD_MS, true);
    giving.seenWith(3, carol);
    giving.seenWith(3, erin);
    expect(areMean(GIVING_HOLD_MS)).toEqual([true, false, false]);
    giving.seenWith(0, dave);
    expect(areMean(GIVING_HOLD_MS)).toEqual([false, false, false]);
  });

  test("SW15: what two were given at about the same time, or one took with it when it left, counts against nobody", () => {
    const giving = new Giving();
    for (const index of [0, 1, 2]) giving.take(index, bob, 0, true);
    for (const index of [0, 1]) giving.take(index, carol, 10);
    expect(giving.passesTooLittleOn(bob, GIVING_HOLD_MS)).toBe(false);
    for (const index of [5, 6, 7]) giving.take(index, carol, 0, true);
    giving.forget(carol);
    expect(giving.passesTooLittleOn(carol, GIVING_HOLD_MS)).toBe(false);
  });

  test("SW4: what a peer took with it when it left, or did not want after all, may be given again", () => {
    const giving = new Giving();
    giving.take(3, bob, 0);
    giving.take(4, bob, 0);
    giving.forget(bob, 3);
    expect([giving.isRepeat(3, carol, 1), giving.isRepeat(4, carol, 1)]).toEqual([false, true]);
    giving.forget(bob);
    expect(giving.isRepeat(4, carol, 1)).toBe(false);
  });
});

describe("TrackState", () => {
  const song = makeSong({ chunks: 12, chunkBytes: 100, coverBytes: 20 });
  const pieces = 13;

  interface Model {
    readonly held: Set<number>;
    readonly arriving: Set<number>;
    readonly sources: number[];
  }
  type Step = readonly [what: "hold" | "lose" | "assemble" | "abandon" | "source" | "unsource", index: number];

  test("CP15: whatever happens to pieces, each is held, arriving or untouched, and its sources are counted", () => {
    const step: fc.Arbitrary<Step> = fc.tuple(
      fc.constantFrom("hold", "lose", "assemble", "abandon", "source", "unsource"),
      fc.nat(pieces - 1),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const track = new TrackState(song.trackId, bob);
        track.adoptManifest(song.manifest, song.manifestBytes, seededRandom(1));
        const model: Model = { held: new Set(), arriving: new Set(), sources: Array.from({ length: pieces }, () => 0) };
        for (const [what, index] of steps) {
          apply(track, model, what, index);
          const untouched = Array.from({ length: pieces }, (_, piece) => piece).filter(
            (piece) => !model.held.has(piece) && !model.arriving.has(piece),
          );
          expect(track.untouched.toSorted(byNumber)).toEqual(untouched);
          expect([...track.arriving.keys()].toSorted(byNumber)).toEqual([...model.arriving].toSorted(byNumber));
          expect([...track.held.indexes()]).toEqual([...model.held].toSorted(byNumber));
          expect(track.chunksHeld).toBe([...model.held].filter((piece) => piece < 12).length);
          expect(track.isComplete).toBe(model.held.size === pieces);
          expect(model.sources.map((_, piece) => track.availability(piece))).toEqual(model.sources);
          expect([...track.pieceStates()]).toEqual(
            model.sources.map((_, piece) => (model.held.has(piece) ? 2 : model.arriving.has(piece) ? 1 : 0)),
          );
        }
      }),
    );
  });

  function apply(track: TrackState, model: Model, what: Step[0], index: number): void {
    switch (what) {
      case "hold":
        track.hold(index);
        model.held.add(index);
        model.arriving.delete(index);
        return;
      case "lose":
        track.lose(index);
        model.held.delete(index);
        return;
      case "assemble":
        if (model.held.has(index)) return;
        track.assemble(index);
        model.arriving.add(index);
        return;
      case "abandon":
        track.abandon(index);
        model.arriving.delete(index);
        return;
      case "source":
      case "unsource": {
        const change = what === "source" ? 1 : -1;
        if ((model.sources[index] ?? 0) + change < 0) return;
        const bits = new Bitfield(pieces);
        bits.set(index);
        track.countSource(bits, change);
        model.sources[index] = (model.sources[index] ?? 0) + change;
      }
    }
  }
});
