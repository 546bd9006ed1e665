import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BLOCK_BYTES,
  COMMITTED_MS,
  COMMITTED_MUSIC_MS,
  DUE_MS,
  FIRST_TAKERS,
  HASTE,
  PLAYBACK_WINDOW_MS,
  URGENT_MS,
} from "../../../app/core/index.ts";
import { pickBlocks } from "../../../app/core/swarm/block-picker.ts";
import { PieceAssembly } from "../../../app/core/swarm/piece-assembly.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { trackIdOfNumber } from "../../support/store-fixtures.ts";
import { peerIdOf } from "../../support/swarm-world.ts";
import { askedPiece, makeLink, makeTrack, makeView, namesOf, PIECE_BYTES, SONG } from "./pick-views.ts";

const NOW_MS = 50_000;
const random = seededRandom(1);
const due = (index: number, inMs: number) => ({ trackId: SONG, index, deadlineMs: NOW_MS + inMs, isCover: false });
const indexes = (picks: readonly { readonly index: number }[]): number[] => [...new Set(picks.map(({ index }) => index))];
const byNumber = (a: number, b: number): number => a - b;

/** Any situation at all, with one to five links. */
const situation = fc
  .record({
    seed: fc.nat(),
    pieces: fc.integer({ min: 1, max: 30 }),
    sizeBytes: fc.integer({ min: 1, max: 5 * BLOCK_BYTES }),
    held: fc.array(fc.nat(29)),
    begun: fc.array(fc.record({ index: fc.nat(29), here: fc.array(fc.nat(4)), asked: fc.array(fc.nat(4)) })),
    window: fc.array(fc.record({ index: fc.nat(29), inMs: fc.integer({ min: -1000, max: PLAYBACK_WINDOW_MS }) })),
    availability: fc.array(fc.nat(5), { minLength: 30, maxLength: 30 }),
    links: fc.array(
      fc.record({
        has: fc.array(fc.nat(29)),
        roomBytes: fc.integer({ min: -BLOCK_BYTES, max: 10 * BLOCK_BYTES }),
        isChoking: fc.boolean(),
        bytesPerMs: fc.integer({ min: 1, max: 5000 }),
      }),
      { minLength: 1, maxLength: 5 },
    ),
    urgentOnly: fc.boolean(),
  })
  .map(({ seed, pieces, sizeBytes, held, begun, window, availability, links, urgentOnly }) => {
    const heldHere = held.filter((index) => index < pieces);
    const arriving = new Map<number, PieceAssembly>();
    for (const { index, here, asked } of begun) {
      if (index >= pieces || heldHere.includes(index)) continue;
      const piece = new PieceAssembly(index, sizeBytes);
      for (const block of here)
        if (block < piece.blockCount) piece.put(block, new Uint8Array(piece.blockLength(block)), peerIdOf("bob0"));
      for (const block of asked)
        if (block < piece.blockCount && !piece.isHere(block))
          piece.ask(block, { peerId: peerIdOf("bob0"), dueMs: NOW_MS + 10 * (block - 2), askedMs: NOW_MS, urgent: true });
      arriving.set(index, piece);
    }
    const track = makeTrack({
      pieces,
      sizeBytes,
      held: heldHere,
      arriving: [...arriving.values()],
      availability,
      origin: "bob1",
    });
    const view = makeView({
      tracks: [track],
      window: window.filter(({ index }) => index < pieces).map(({ index, inMs }) => due(index, inMs)),
      links: links.map(({ roomBytes, ...link }, place) =>
        makeLink(`bob${place}`, { ...link, roomBytes, urgentRoomBytes: roomBytes + 2 * BLOCK_BYTES }),
      ),
      urgentOnly,
    });
    return { view, track, seed, pieces, sizeBytes, heldHere, links };
  });

describe("pickBlocks", () => {
  test("CP1: never asks for what is here, for what the peer lacks, or beyond any bound", () => {
    let picked = 0;
    fc.assert(
      fc.property(situation, ({ view, track, seed, pieces, sizeBytes, heldHere, links }) => {
        const seen = new Set<string>();
        for (const { peerId, index, offset, length, urgent } of pickBlocks(view, NOW_MS, seededRandom(seed))) {
          picked++;
          const place = Number(peerId.slice(3, 4));
          expect(index).toBeLessThan(pieces);
          expect(heldHere).not.toContain(index);
          expect(links[place]?.has).toContain(index);
          expect(offset % BLOCK_BYTES).toBe(0);
          expect(length).toBe(Math.min(BLOCK_BYTES, sizeBytes - offset));
          expect(track.arriving.get(index)?.isHere(offset / BLOCK_BYTES) ?? false).toBe(false);
          expect(
            track.arriving
              .get(index)
              ?.asks(offset / BLOCK_BYTES)
              .some((ask) => ask.peerId === peerId) ?? false,
          ).toBe(false);
          expect(links[place]?.isChoking === true && !urgent).toBe(false);
          expect(seen.has(`${index}/${offset}`)).toBe(false);
          seen.add(`${index}/${offset}`);
        }
      }),
      { numRuns: 500 },
    );
    expect(picked).toBeGreaterThan(500);
  });

  test("CP7: asks no link for more than its room, give or take one block", () => {
    fc.assert(
      fc.property(situation, ({ view, seed }) => {
        const picks = pickBlocks(view, NOW_MS, seededRandom(seed));
        for (const link of view.links) {
          const own = picks.filter(({ peerId }) => peerId === link.peerId);
          const bytesOf = (some: typeof own): number => some.reduce((sum, { length }) => sum + length, 0);
          expect(bytesOf(own)).toBeLessThan(Math.max(0, link.urgentRoomBytes) + BLOCK_BYTES);
          const rest = own.filter(({ urgent }) => !urgent);
          expect(bytesOf(rest)).toBeLessThan(Math.max(0, link.roomBytes) + BLOCK_BYTES);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("CP2: inside the playback window the earliest deadline comes first", () => {
    const track = makeTrack({ pieces: 100 });
    const window = [due(40, -500), due(41, URGENT_MS - 1), due(42, URGENT_MS + 1), due(43, DUE_MS - 1)];
    const picks = pickBlocks(
      makeView({ tracks: [track], window, links: [makeLink("bob", { roomBytes: 3.5 * PIECE_BYTES })] }),
      NOW_MS,
      random,
    );
    expect(indexes(picks)).toEqual([40, 41, 42, 43]);
    expect(picks.map(({ urgent, index }) => urgent === index < 42)).not.toContain(false);
  });

  test("CP2: where music comes in plenty, what is not due soon is left to chance", () => {
    const availability = Array.from({ length: 100 }, () => 1);
    const window = [due(40, DUE_MS * 1.5)];
    const links = (bytesPerMs: number) => [makeLink("bob", { bytesPerMs, roomBytes: 1 })];
    const picked = (bytesPerMs: number): number[] =>
      indexes(
        pickBlocks(
          makeView({ tracks: [makeTrack({ pieces: 100, availability })], window, links: links(bytesPerMs) }),
          NOW_MS,
          random,
        ),
      );
    expect(picked(1000)).not.toEqual([40]);
    const slowest = makeTrack({ pieces: 100, availability, bytesPerMs: 1000 / HASTE });
    expect(indexes(pickBlocks(makeView({ tracks: [slowest], window, links: links(1000) }), NOW_MS, random))).toEqual([40]);
  });

  test("CP6: of what only the origin has and is due, it is asked by a few", () => {
    const links = [makeLink("alice"), ...Array.from({ length: 9 }, (_, place) => makeLink(`bob${place}`, { has: [] }))];
    const firstOf = (lot: number): number[] =>
      indexes(
        pickBlocks(
          makeView({ tracks: [makeTrack({ pieces: 1, lots: [lot] })], window: [due(0, URGENT_MS + 1)], links }),
          NOW_MS,
          () => 0,
        ),
      );
    expect(firstOf(FIRST_TAKERS / links.length - 0.01)).toEqual([0]);
    const view = makeView({
      tracks: [makeTrack({ pieces: 2, lots: [0.9, 0] })],
      window: [due(0, URGENT_MS + 1), due(1, URGENT_MS + 1)],
      links,
    });
    expect(pickBlocks(view, NOW_MS, random)[0]?.index).toBe(1);
  });

  test("CP3: a choking peer is asked for what is urgent and for nothing else", () => {
    const track = makeTrack({ pieces: 100 });
    const window = [due(40, 0), due(41, URGENT_MS + 1)];
    const picks = pickBlocks(
      makeView({ tracks: [track], window, links: [makeLink("bob", { isChoking: true })] }),
      NOW_MS,
      random,
    );
    expect(indexes(picks)).toEqual([40]);
  });

  test("CP4: beyond the window the rarest come first", () => {
    const availability = Array.from({ length: 20 }, (_, index) => (index === 7 ? 1 : index === 13 ? 2 : 3));
    const track = makeTrack({ pieces: 20, availability });
    const picks = pickBlocks(
      makeView({ tracks: [track], links: [makeLink("bob", { roomBytes: 2.5 * PIECE_BYTES })] }),
      NOW_MS,
      random,
    );
    expect(indexes(picks).slice(0, 2)).toEqual([7, 13]);
  });

  test("CP4: among equally rare pieces chance decides, each with the same chance", () => {
    const counts = new Map<number, number>();
    const view = makeView({ tracks: [makeTrack({ pieces: 10 })], links: [makeLink("bob", { roomBytes: 1 })] });
    for (let seed = 0; seed < 2000; seed++) {
      const [pick] = pickBlocks(view, NOW_MS, seededRandom(seed));
      counts.set(pick?.index ?? -1, (counts.get(pick?.index ?? -1) ?? 0) + 1);
    }
    expect([...counts.keys()].toSorted(byNumber)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(70); // five standard deviations
  });

  test("CP16: of listeners no more is asked than keeps coming, so that who gets a piece next can give it; of the origin besides", () => {
    const track = makeTrack({
      pieces: 100,
      sizeBytes: BLOCK_BYTES,
      availability: Array.from({ length: 100 }, (_, index) => index % 2),
    });
    const listeners = ["bob", "carol", "dave"].map((name) => makeLink(name, { outstandingBytes: 3 * BLOCK_BYTES }));
    const askedOf = (bytesPerMs: number) => {
      const links = [...listeners, makeLink("alice", { roomBytes: 4 * BLOCK_BYTES })];
      const names = namesOf(pickBlocks(makeView({ tracks: [track], links, bytesPerMs }), NOW_MS, random));
      const fromOrigin = names.filter((name) => name === "alice").length;
      return { fromOrigin, fromListeners: names.length - fromOrigin };
    };
    const some = Math.ceil((COMMITTED_MUSIC_MS * track.bytesPerMs) / BLOCK_BYTES) - 9;
    expect(askedOf(0)).toEqual({ fromOrigin: 4, fromListeners: some });
    expect(askedOf((30 * BLOCK_BYTES) / COMMITTED_MS)).toEqual({ fromOrigin: 4, fromListeners: 21 });
  });

  test("CP4: each piece comes over the link that would have it soonest", () => {
    const links = [makeLink("bob", { outstandingBytes: 300_000 }), makeLink("carol")];
    const view = makeView({ tracks: [makeTrack({ pieces: 30 })], links, bytesPerMs: 1000 });
    expect(new Set(namesOf(pickBlocks(view, NOW_MS, random).slice(0, 10)))).toEqual(new Set(["carol"]));
  });

  test("CP4: two listeners with different seeds fetch different pieces", () => {
    const view = makeView({ tracks: [makeTrack({ pieces: 104 })], links: [makeLink("bob", { roomBytes: 10 * PIECE_BYTES })] });
    const first = indexes(pickBlocks(view, NOW_MS, seededRandom(1)));
    const second = indexes(pickBlocks(view, NOW_MS, seededRandom(2)));
    expect(first.filter((index) => second.includes(index)).length).toBeLessThan(5);
  });

  test("CP5: a piece that is begun is completed before another is begun", () => {
    const begun = new PieceAssembly(8, PIECE_BYTES);
    begun.put(0, new Uint8Array(BLOCK_BYTES), peerIdOf("carol"));
    const availability = Array.from({ length: 20 }, (_, index) => (index === 8 ? 9 : 1));
    const track = makeTrack({ pieces: 20, arriving: [begun], availability });
    const [first] = pickBlocks(makeView({ tracks: [track], links: [makeLink("bob", { roomBytes: 1 })] }), NOW_MS, random);
    expect(first).toMatchObject({ index: 8, offset: BLOCK_BYTES, length: PIECE_BYTES - BLOCK_BYTES });
  });

  test("CP6: the origin is asked for nothing that a listener serves, unless it is urgent", () => {
    const track = makeTrack({ pieces: 4, availability: [1, 1, 0, 1] });
    const links = [makeLink("alice"), makeLink("bob", { has: [0, 1, 3], roomBytes: 0, urgentRoomBytes: 0 })];
    const view = makeView({ tracks: [track], window: [due(0, 4000), due(2, 5000)], links });
    expect(indexes(pickBlocks(view, NOW_MS, random))).toEqual([2]);
    const urgent = pickBlocks({ ...view, window: [due(0, 0)] }, NOW_MS, random);
    expect(urgent.filter((pick) => pick.urgent).map(({ index }) => index)).toEqual([0, 0]);
  });

  test("CP6: where the listeners give less than the music needs, the origin is asked for anything", () => {
    const track = makeTrack({ pieces: 4, availability: [1, 1, 1, 1] });
    const links = (bytesPerMs: number) => [makeLink("alice"), makeLink("bob", { bytesPerMs, roomBytes: 0, urgentRoomBytes: 0 })];
    expect(pickBlocks(makeView({ tracks: [track], links: links(40) }), NOW_MS, random)).toEqual([]);
    expect(indexes(pickBlocks(makeView({ tracks: [track], links: links(20) }), NOW_MS, random))).toHaveLength(4);
  });

  test("CP6: a piece that must come from one peer alone is asked of nobody else, of the origin even if listeners have it", () => {
    const alone = new PieceAssembly(1, PIECE_BYTES, peerIdOf("alice"));
    const track = makeTrack({ pieces: 2, held: [0], arriving: [alone], availability: [0, 2] });
    const view = makeView({ tracks: [track], links: [makeLink("alice"), makeLink("bob"), makeLink("carol")] });
    expect(namesOf(pickBlocks(view, NOW_MS, random))).toEqual(["alice", "alice"]);
  });

  test("CP8: in the endgame a late block is asked of a second peer, one in time is not", () => {
    const late = askedPiece(0, [
      ["carol", NOW_MS - 1],
      ["carol", NOW_MS + 500],
    ]);
    const track = makeTrack({ pieces: 1, arriving: [late] });
    const view = makeView({ tracks: [track], links: [makeLink("bob"), makeLink("carol")] });
    const picks = pickBlocks(view, NOW_MS, random);
    expect(picks).toHaveLength(1);
    expect(picks[0]).toMatchObject({ peerId: peerIdOf("bob"), index: 0, offset: 0 });
  });

  test("CP8: there is no endgame while something has not been asked for", () => {
    const late = askedPiece(0, [
      ["carol", NOW_MS - 1],
      ["carol", NOW_MS - 1],
    ]);
    const track = makeTrack({ pieces: 2, arriving: [late] });
    const links = [makeLink("bob", { has: [0], roomBytes: 1e6 })];
    expect(pickBlocks(makeView({ tracks: [track], links }), NOW_MS, random)).toEqual([]);
  });

  test("CP8: nobody is asked as a third", () => {
    const late = askedPiece(0, [
      ["carol", NOW_MS - 1],
      ["carol", NOW_MS - 1],
    ]);
    for (const block of [0, 1]) late.ask(block, { peerId: peerIdOf("dave"), dueMs: NOW_MS - 1, askedMs: NOW_MS, urgent: true });
    const view = makeView({
      tracks: [makeTrack({ pieces: 1, arriving: [late] })],
      window: [due(0, 0)],
      links: [makeLink("bob")],
    });
    expect(pickBlocks(view, NOW_MS, random)).toEqual([]);
  });

  test("CP9: an urgent block goes to whoever has it soonest", () => {
    const view = makeView({
      tracks: [makeTrack({ pieces: 1, sizeBytes: 1000 })],
      window: [due(0, 0)],
      links: [
        makeLink("bob", { rttMs: 300 }),
        makeLink("carol", { rttMs: 50 }),
        makeLink("dave", { outstandingUrgentBytes: 500_000 }),
      ],
    });
    expect(namesOf(pickBlocks(view, NOW_MS, random))).toEqual(["carol"]);
  });

  test("CP9: an urgent block with time enough goes to a listener, though the origin would be sooner", () => {
    const links = [makeLink("alice", { rttMs: 10 }), makeLink("bob", { rttMs: 300 })];
    const view = makeView({ tracks: [makeTrack({ pieces: 1, sizeBytes: 1000 })], window: [due(0, 1000)], links });
    expect(namesOf(pickBlocks(view, NOW_MS, random))).toEqual(["bob"]);
    expect(namesOf(pickBlocks({ ...view, window: [due(0, 100)] }, NOW_MS, random))).toEqual(["alice"]);
  });

  test("CP9: an urgent block that is late is asked of another, not of the same again", () => {
    const late = askedPiece(0, [
      ["bob", NOW_MS - 1],
      ["bob", NOW_MS + 100],
    ]);
    const view = makeView({
      tracks: [makeTrack({ pieces: 1, arriving: [late] })],
      window: [due(0, 0)],
      links: [makeLink("bob"), makeLink("carol")],
    });
    const picks = pickBlocks(view, NOW_MS, random);
    expect(picks.map(({ offset }) => offset)).toEqual([0]);
    expect(namesOf(picks)).toEqual(["carol"]);
  });

  test("CP10: when the current track is asked for, the next of the programme follows", () => {
    const next = trackIdOfNumber(2);
    const tracks = [makeTrack({ pieces: 1 }), makeTrack({ trackId: next, pieces: 3 })];
    const picks = pickBlocks(makeView({ tracks, links: [makeLink("bob")] }), NOW_MS, random);
    expect(picks.slice(0, 2).map(({ trackId }) => trackId)).toEqual([SONG, SONG]);
    expect(picks.slice(2).map(({ trackId }) => trackId)).toEqual(Array.from({ length: 6 }, () => next));
  });

  test("CP11: while the store does not keep up, only what is urgent is asked for", () => {
    const view = makeView({
      tracks: [makeTrack({ pieces: 9 })],
      window: [due(3, 0), due(4, 4000)],
      links: [makeLink("bob")],
      urgentOnly: true,
    });
    expect(indexes(pickBlocks(view, NOW_MS, random))).toEqual([3]);
  });
});
