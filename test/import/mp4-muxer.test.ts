import { expect, test } from "vitest";
import { ascii, uint } from "../../app/platform/import/bytes.ts";
import { createMp4Muxer } from "../../app/platform/import/mp4-muxer.ts";

/** `fLaC` and a STREAMINFO block: block sizes, frame sizes, then rate, channels and bits packed into four bytes. */
function flacHeader(sampleRateHz: number, channels: number, bits: number): Uint8Array {
  const packed = uint(sampleRateHz * 2 ** 12 + (channels - 1) * 2 ** 9 + (bits - 1) * 2 ** 4, 4);
  return Uint8Array.from([
    ...ascii("fLaC"),
    0x80,
    0,
    0,
    34,
    0x12,
    0,
    0x12,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    ...packed,
    ...new Uint8Array(20),
  ]);
}

/** Position of four letters. */
function find(bytes: Uint8Array, letters: string): number {
  return bytes.findIndex((_, at) => [...letters].every((letter, index) => bytes[at + index] === letter.charCodeAt(0)));
}

test.each([
  [44_100, 16, 44_100],
  [48_000, 24, 48_000],
  [96_000, 24, 0], // Does not fit into 16 bits: the decoder reads it from STREAMINFO.
])("FLAC at %i Hz and %i bits is declared as STREAMINFO has it, which Chromium checks", (sampleRateHz, bits, declaredHz) => {
  const description = flacHeader(sampleRateHz, 2, bits);
  const { init } = createMp4Muxer({ codec: "flac", codecString: "flac", sampleRateHz, channels: 2, description });
  const entry = new DataView(init.buffer, find(init, "fLaC") + 4);
  expect(entry.getUint16(16)).toBe(2);
  expect(entry.getUint16(18)).toBe(bits);
  expect(entry.getUint16(24)).toBe(declaredHz);
});

test("Opus is declared without pre-skip, as the player cuts it away, and at 48 kHz whatever it was made from", () => {
  const head = Uint8Array.from([...ascii("OpusHead"), 1, 2, 0x38, 0x01, 0x44, 0xac, 0, 0, 0, 0, 0]);
  const { init } = createMp4Muxer({ codec: "opus", codecString: "opus", sampleRateHz: 48_000, channels: 2, description: head });
  const at = find(init, "dOps") + 4;
  expect([...init.subarray(at, at + 11)]).toEqual([0, 2, 0, 0, 0, 0, 0xbb, 0x80, 0, 0, 0]);
});

test("a chunk says where it stands and how long each of its packets is", () => {
  const format = {
    codec: "opus",
    codecString: "opus",
    sampleRateHz: 48_000,
    channels: 2,
    description: new Uint8Array(19),
  } as const;
  const packet = (startSample: number) => ({ bytes: Uint8Array.from([1, 2, 3]), startSample, durationSamples: 960 });
  const chunk = createMp4Muxer(format).muxChunk([packet(96_000), packet(96_960)], 1);
  const decodeTime = new DataView(chunk.buffer, find(chunk, "tfdt") + 4);
  expect(decodeTime.getBigUint64(4)).toBe(96_000n);
  const run = new DataView(chunk.buffer, find(chunk, "trun") + 4);
  expect([4, 12, 16, 20, 24].map((at) => run.getUint32(at))).toEqual([2, 960, 3, 960, 3]);
  // The data offset counts from the beginning of the chunk.
  expect([...chunk.subarray(run.getUint32(8))]).toEqual([1, 2, 3, 1, 2, 3]);
});
