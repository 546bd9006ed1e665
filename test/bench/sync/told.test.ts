import { expect, it } from "vitest";
import type { Observation } from "./observer.ts";
import { toldErrorsMs } from "./told.ts";

const says = (mediaMs: (atMs: number) => number): Observation[] =>
  Array.from({ length: 20 }, (_, look) => ({ kind: "said", value: mediaMs(look * 50), atMs: look * 50 }));

it("tells what was heard apart from what was said, whatever the timelines begin with", () => {
  const host = says((atMs) => 10_000 + atMs);
  const guest = says((atMs) => 160_000 + atMs + 3);
  const offsets = [{ number: 1, atMs: 510, aheadMs: 5 }];
  expect(toldErrorsMs(offsets, host, guest)[0]).toBeCloseTo(-2, 6);
});

it("tells nothing of a time at which nobody looked", () => {
  const host = says((atMs) => atMs);
  expect(toldErrorsMs([{ number: 1, atMs: 5_000, aheadMs: 0 }], host, host)).toEqual([]);
  expect(toldErrorsMs([{ number: 1, atMs: 500, aheadMs: 0 }], host, [])).toEqual([]);
});
