import { describe, expect, test } from "vitest";
import { formatBytes } from "../../app/elements/bytes.ts";
import { formatTime, positionAt } from "../../app/elements/playhead.ts";

describe("a position between two views", () => {
  const playhead = { positionMs: 60_000, atMs: 1_000, playing: true };

  test("moves on while the music plays", () => {
    expect(positionAt(playhead, 208_000, 3_500)).toBe(62_500);
  });
  test("stands still while it is paused", () => {
    expect(positionAt({ ...playhead, playing: false }, 208_000, 3_500)).toBe(60_000);
  });
  test("stands still before a start that is scheduled", () => {
    expect(positionAt(playhead, 208_000, 200)).toBe(60_000);
  });
  test("ends where the track ends", () => {
    expect(positionAt(playhead, 61_000, 3_500)).toBe(61_000);
  });
});

test.for([
  [0, "0:00"],
  [62_999, "1:02"],
  [3_729_000, "1:02:09"],
  [-5, "0:00"],
] as const)("%i ms is shown as %s", ([ms, text]) => {
  expect(formatTime(ms)).toBe(text);
});

test.for([
  [999, "999 B"],
  [812_000, "812 KB"],
  [3_412_000, "3.4 MB"],
  [2_000_000_000, "2.0 GB"],
] as const)("%i bytes are shown as %s", ([bytes, text]) => {
  expect(formatBytes(bytes)).toBe(text);
});
