/** Real workers: one that works, and addresses under which there is none. */
import { expect, it } from "vitest";
import { SinkError } from "../../app/core/index.ts";
import type { SinkAppend } from "../../app/core/index.ts";
import type { Pcm } from "../../app/platform/media/samples/chunk-decoder.ts";
import type { Decoder } from "../../app/platform/media/samples/decoder-thread.ts";
import { DecoderThread } from "../../app/platform/media/samples/decoder-thread.ts";
import { describeChunk, loadSong } from "./loaded-song.ts";

const threads: readonly (readonly [string, (() => Worker) | undefined])[] = [
  ["on a thread of its own", undefined],
  ["on the page where the worker can't be loaded", () => new Worker("/there-is-no-such-worker.js")],
  [
    "on the page where there are no workers",
    () => {
      throw new TypeError("no workers here");
    },
  ],
];

async function decodeOne(decoder: Decoder, chunk: SinkAppend): Promise<Pcm> {
  const parts: Pcm[] = [];
  await decoder.decode(chunk, (pcm) => parts.push(pcm));
  const [whole] = parts;
  if (!whole || parts.length > 1) throw new Error(`expected one part, not ${parts.length}`);
  return whole;
}

it.each(threads)("PB35: decodes %s", async (_, start) => {
  const song = await loadSong("melody.m4a");
  const decoder = new DecoderThread(start).createDecoder();
  const decode = (chunk: SinkAppend) => decodeOne(decoder, chunk);
  const good = describeChunk(song, 0, 0);
  await expect(decode({ ...good, bytes: new Uint8Array(500).fill(9) })).rejects.toThrow(SinkError);
  const [first, second] = [await decode(good), await decode(describeChunk(song, 1, 0))];
  expect(first.channels[0]?.length).toBeGreaterThan(80_000);
  expect(second.startSample).toBe(first.startSample + (first.channels[0]?.length ?? 0));
  decoder.close();
});

it("PB35: two decoders of one thread know nothing of each other's music", async () => {
  const [melody, other] = [await loadSong("melody.m4a"), await loadSong("melody.flac")];
  const thread = new DecoderThread();
  const [a, b] = [thread.createDecoder(), thread.createDecoder()];
  const alone = await decodeOne(a, describeChunk(melody, 1, 0));
  await decodeOne(a, describeChunk(melody, 0, 0));
  const [, along] = await Promise.all([decodeOne(b, describeChunk(other, 0, 0)), decodeOne(a, describeChunk(melody, 1, 0))]);
  expect(along.startSample).toBe(alone.startSample);
  a.close();
  b.close();
});
