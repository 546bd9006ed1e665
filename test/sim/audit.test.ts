/** The audit itself: what it must not let pass. */
import { describe, expect, test } from "vitest";
import { laneOf, LinkCodec, MAX_LINKS } from "../../app/core/index.ts";
import type { PeerMessage } from "../../app/core/index.ts";
import { makeSong } from "../support/songs.ts";
import { peerIdOf } from "../support/swarm-world.ts";
import { Audit } from "./audit.ts";
import { songHasher, SongStore } from "./song-store.ts";

const SONG = makeSong({ chunks: 4 });
const { trackId } = SONG;
const [alice, bob] = [peerIdOf("alice"), peerIdOf("bob")];

function linked(): { readonly audit: Audit; say(message: PeerMessage): void; clockMs: number } {
  const codec = new LinkCodec();
  const audit = new Audit({ nowMs: () => world.clockMs, holds: (_, __, index) => index === 0 });
  const world = {
    audit,
    clockMs: 0,
    say: (message: PeerMessage) => audit.sends(alice, bob, laneOf(message.type), codec.encode(message)),
  };
  audit.opened(alice, bob);
  audit.opened(bob, alice);
  return world;
}

describe("the audit", () => {
  test("lets pass what is verified, asked for within bounds and sent over a link", () => {
    const { audit, say } = linked();
    say({ type: "interested", trackId });
    say({ type: "have", trackId, indexes: [0] });
    say({ type: "request", trackId, index: 1, offset: 0, length: 16_384, urgent: false });
    expect(audit.violations).toEqual([]);
    expect(audit.seen).toMatchObject({ messages: 3, announced: 1, requests: 1 });
  });

  test("sees pieces announced that were never verified, in haves and in bitfields", () => {
    const { audit, say } = linked();
    say({ type: "have", trackId, indexes: [0, 1] });
    say({ type: "bitfield", trackId, bits: Uint8Array.of(0b1010_0000) });
    expect(audit.violations).toEqual([
      "0.000 ms: alice announces piece 1 that was never verified",
      "0.000 ms: alice announces piece 2 that was never verified",
    ]);
  });

  test("sees more asked for than the bound, and forgets what was taken back", () => {
    const { audit, say } = linked();
    const ask = (index: number): void => say({ type: "request", trackId, index, offset: 0, length: 16_384, urgent: false });
    for (let index = 0; index < 80; index++) ask(index);
    say({ type: "cancel", trackId, index: 0, offset: 0, length: 16_384 });
    ask(0);
    expect(audit.violations).toEqual([]);
    ask(80);
    ask(81);
    expect(audit.violations.length).toBeGreaterThan(0);
  });

  test("sees messages to a closed link, too many links, and more than an uplink carries", () => {
    const world = linked();
    world.audit.closed(alice, bob);
    world.say({ type: "choke" });
    expect(world.audit.violations).toEqual(["0.000 ms: alice sends to bob without a link"]);
    for (let count = 0; count <= MAX_LINKS; count++) world.audit.opened(alice, peerIdOf(`p${count}`));
    expect(world.audit.violations.at(-1)).toBe("0.000 ms: alice has 21 links");
    world.audit.joins(bob, 100);
    world.clockMs = 100;
    for (let count = 0; count < 2; count++) world.audit.receives(alice, bob, "bulk", new Uint8Array(16_384));
    expect(world.audit.violations.at(-1)).toBe("100.000 ms: bob sent more than its uplink carries");
  });
});

describe("the store of a simulated peer", () => {
  test("takes nothing but the song's own bytes", async () => {
    const refused: number[] = [];
    const store = new SongStore(new Map([[trackId, SONG]]), (_, index) => refused.push(index));
    await store.putManifest(trackId, SONG.manifestBytes, { origin: false });
    for (const [index, piece] of SONG.pieces.entries())
      await store.putPiece(trackId, index, index === 2 ? piece.map((byte) => byte ^ 1) : piece);
    expect(refused).toEqual([2]);
    expect((await store.getTrack(trackId))?.heldPieces).toEqual([0, 1, 3]);
    expect(await store.getPiece(trackId, 2)).toBeNull();
  });

  test("knows a piece by its blocks, and takes no other for it", () => {
    const store = new SongStore(new Map([[trackId, SONG]]), () => {});
    const [piece = new Uint8Array(0)] = SONG.pieces;
    const blocks = [piece.slice(0, 16_384), piece.slice(16_384)];
    expect(store.findJoined(trackId, 0, blocks)).toBe(piece);
    expect(store.findJoined(trackId, 1, blocks)).toBeNull();
    expect(store.findJoined(trackId, 0, blocks.slice(0, 1))).toBeNull();
    expect(store.findJoined(trackId, 0, [...blocks, new Uint8Array(1)])).toBeNull();
    expect(store.findJoined(trackId, 0, [piece.map((byte) => byte ^ 1)])).toBeNull();
  });

  test("knows a manifest by its bytes, and takes no other for it", () => {
    const store = new SongStore(new Map([[trackId, SONG]]), () => {});
    expect(store.findManifest(trackId, SONG.manifestBytes.slice())).toBe(SONG.manifest);
    expect(
      store.findManifest(
        trackId,
        SONG.manifestBytes.map((byte) => byte ^ 1),
      ),
    ).toBeNull();
  });

  test("its hasher gives the SHA-256 of what is a piece and of what is not", async () => {
    const hasher = songHasher([SONG]);
    const [piece = new Uint8Array(1)] = SONG.pieces;
    expect(await hasher.sha256(piece.slice())).toEqual(SONG.manifest.chunks[0]?.sha256);
    const other = piece.map((byte) => byte ^ 1);
    expect(await hasher.sha256(other)).toEqual(new Uint8Array(await crypto.subtle.digest("SHA-256", other)));
  });
});
