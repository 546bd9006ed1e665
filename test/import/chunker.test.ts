import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CHUNK_TARGET_US, MAX_CHUNK_BYTES } from "../../app/core/index.ts";
import type { AudioPacket } from "../../app/platform/import/audio-packets.ts";
import { cutIntoChunks } from "../../app/platform/import/chunker.ts";

const RATE_HZ = 48_000;
const TARGET_SAMPLES = (CHUNK_TARGET_US * RATE_HZ) / 1e6;

async function cut(lengths: readonly { readonly samples: number; readonly bytes: number }[]) {
  let startSample = 0;
  const packets = lengths.map(({ samples, bytes }): AudioPacket => {
    const packet = { bytes: new Uint8Array(bytes), startSample, durationSamples: samples };
    startSample += samples;
    return packet;
  });
  const chunks: (readonly AudioPacket[])[] = [];
  async function* all() {
    yield* packets;
  }
  for await (const chunk of cutIntoChunks(all(), RATE_HZ)) chunks.push(chunk);
  return { packets, chunks };
}

const packets = fc.array(fc.record({ samples: fc.integer({ min: 0, max: 6000 }), bytes: fc.integer({ min: 1, max: 10 }) }), {
  maxLength: 400,
});

test("chunks hold every packet once, in order, and begin one after another", async () => {
  await fc.assert(
    fc.asyncProperty(packets, async (lengths) => {
      const { packets: all, chunks } = await cut(lengths);
      expect(chunks.flat()).toEqual(all);
      const starts = chunks.map(([first]) => first?.startSample ?? -1);
      expect(starts.every((start, index) => index === 0 || start > (starts[index - 1] ?? 0))).toBe(true);
    }),
  );
});

test("chunks begin with the first packet behind each two seconds, however packets fall", async () => {
  await fc.assert(
    fc.asyncProperty(packets, async (lengths) => {
      const { chunks } = await cut(lengths);
      for (const chunk of chunks.slice(0, -1)) {
        const places = chunk.map((packet) => Math.floor(packet.startSample / TARGET_SAMPLES));
        expect(new Set(places).size).toBe(1);
      }
    }),
  );
});

test("what is left at the end joins the last chunk rather than being one", async () => {
  const { chunks } = await cut(Array.from({ length: 211 }, () => ({ samples: 960, bytes: 10 }))); // 4.22 s
  expect(chunks.map((chunk) => chunk.length)).toEqual([100, 111]);
});

test("a chunk that would grow too large to be sent is cut earlier", async () => {
  const { chunks } = await cut(Array.from({ length: 50 }, () => ({ samples: 4800, bytes: 1_000_000 })));
  for (const chunk of chunks) {
    expect(chunk.reduce((sum, packet) => sum + packet.bytes.byteLength, 0)).toBeLessThan(MAX_CHUNK_BYTES);
  }
  expect(chunks.length).toBeGreaterThan(10);
});
