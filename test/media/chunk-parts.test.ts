import { expect, it } from "vitest";
import { partsOf } from "../../app/platform/media/samples/chunk-parts.ts";
import type { SinkAppend } from "../../app/core/index.ts";

/** A chunk of 2 s in packets of 20 ms, at 10 s of the timeline. */
const packets = Array.from({ length: 100 }, (_, index) => ({ bytes: new Uint8Array(1), startMs: index * 20 }));
const chunk = (neededFromMs: number, container: SinkAppend["container"] = "mp4"): SinkAppend => ({
  mimeType: "",
  container,
  init: new Uint8Array(),
  initKey: "",
  bytes: new Uint8Array(),
  trackOffsetMs: 4_000,
  chunkStartMs: 6_000,
  windowStartMs: 0,
  windowEndMs: 20_000,
  neededFromMs,
});

it.each([
  ["there is time for all of it", 8_000, "mp4", [[0, 100]]],
  ["it has passed", 12_500, "mp4", [[0, 100]]],
  [
    "it is heard soon",
    9_000,
    "mp4",
    [
      [0, 50],
      [50, 100],
    ],
  ],
  [
    "its beginning has just passed",
    10_200,
    "mp4",
    [
      [0, 60],
      [60, 100],
    ],
  ],
  [
    "half of it has passed",
    10_500,
    "mp4",
    [
      [25, 75],
      [75, 100],
      [0, 25],
    ],
  ],
  [
    "little of it is left",
    11_500,
    "mp4",
    [
      [75, 100],
      [0, 75],
    ],
  ],
  [
    "its packets' places are not exact",
    10_500,
    "webm",
    [
      [0, 50],
      [50, 100],
    ],
  ],
] as const)("PB36: of a chunk that part comes first that is heard first: %s", (_, neededFromMs, container, expected) => {
  expect(partsOf(packets, chunk(neededFromMs, container))).toEqual(expected);
});
