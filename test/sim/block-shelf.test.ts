import { describe, expect, test } from "vitest";
import { BLOCK_BYTES, LinkCodec } from "../../app/core/index.ts";
import { makeSong } from "../support/songs.ts";
import { BlockShelf } from "./block-shelf.ts";

const SONGS = [makeSong({ chunks: 2, seed: 1 }), makeSong({ chunks: 2, seed: 2 })];

/** All blocks of a song, as somebody who was asked for them says them. */
function blocksOf({ trackId, pieces }: (typeof SONGS)[number]): Uint8Array[] {
  const [asker, giver] = [new LinkCodec(), new LinkCodec()];
  giver.decode(asker.encode({ type: "interested", trackId }), "control");
  return pieces.flatMap((piece, index) =>
    Array.from({ length: Math.ceil(piece.byteLength / BLOCK_BYTES) }, (_, block) => {
      const offset = block * BLOCK_BYTES;
      const bytes = piece.subarray(offset, offset + BLOCK_BYTES);
      return giver.encode({ type: "block", trackId, index, offset, sentMs: 1000 * index + block, bytes });
    }),
  );
}

describe("the shelf of blocks on their way", () => {
  test("gives every message back as it came, whichever song it is of", () => {
    const shelf = new BlockShelf(SONGS);
    const messages = SONGS.flatMap(blocksOf);
    const parcels = messages.map((message) => shelf.pack(message.slice()));
    for (const [place, message] of messages.entries()) expect(parcels[place]?.open()).toEqual(message);
  });

  test("leaves what is not the song's as it is", () => {
    const [message = new Uint8Array(1)] = SONGS.flatMap(blocksOf);
    message[message.byteLength - 1] = (message.at(-1) ?? 0) ^ 1;
    expect(new BlockShelf(SONGS).pack(message)).toBeNull();
  });
});
