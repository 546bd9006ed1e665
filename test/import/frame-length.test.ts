import { describe, expect, test } from "vitest";
import { aacFrameSamples, flacFrameSamples, mp3FrameSamples, opusFrameSamples } from "../../app/platform/import/frame-length.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);
/** Configuration number, frames per packet code, and the count byte of code 3. */
const opus = (config: number, code: number, count = 0) => bytes((config << 3) | code, count);

test.each([
  ["SILK, 60 ms", opus(3, 0), 2880],
  ["hybrid, 10 ms", opus(12, 0), 480],
  ["hybrid, 20 ms", opus(15, 0), 960],
  ["CELT, 2.5 ms", opus(16, 0), 120],
  ["CELT, 20 ms", opus(31, 0), 960],
  ["two frames of 20 ms", opus(31, 1), 1920],
  ["three frames of 20 ms", opus(31, 3, 0x80 | 3), 2880],
  ["nothing", bytes(), 0],
])("Opus: %s", (_, packet, samples) => {
  expect(opusFrameSamples(packet)).toBe(samples);
});

test.each([
  ["MPEG-1 Layer III", bytes(0xff, 0xfb), 1152],
  ["MPEG-2 Layer III", bytes(0xff, 0xf3), 576],
  ["MPEG-2.5 Layer III", bytes(0xff, 0xe3), 576],
  ["MPEG-1 Layer II", bytes(0xff, 0xfd), 0],
  ["no frame", bytes(0x49, 0x44), 0],
])("of MP3: %s", (_, frame, samples) => {
  expect(mp3FrameSamples(frame)).toBe(samples);
});

describe("FLAC", () => {
  const frame = (sizeCode: number, ...rest: number[]) => bytes(0xff, 0xf8, (sizeCode << 4) | 9, 0x18, ...rest);
  test.each([
    ["192", frame(1, 0), 192],
    ["4608", frame(5, 0), 4608],
    ["4096", frame(12, 0), 4096],
    ["one byte behind a short number", frame(6, 0x05, 186), 187],
    ["two bytes behind a long number", frame(7, 0xe0, 0xbd, 0x80, 0x11, 0xff), 4608],
    ["a reserved code", frame(0, 0), 0],
  ])("block size: %s", (_, header, samples) => {
    expect(flacFrameSamples(header)).toBe(samples);
  });
});

test.each([
  [1024, 1024],
  [1014, 1024], // 1024 at 44.1 kHz, rounded to milliseconds.
  [1472, 1024], // An MP4 with jitter.
  [2048, 2048],
  [960, 960],
])("AAC: a container that says %i samples means %i", (hint, samples) => {
  expect(aacFrameSamples(hint)).toBe(samples);
});
