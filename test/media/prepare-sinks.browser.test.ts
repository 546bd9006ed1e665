/** Which sink a device gets. */
import { expect, it } from "vitest";
import { browserClock } from "../../app/platform/clock/browser-clock.ts";
import { prepareSinks } from "../../app/platform/media/prepare-sinks.ts";
import type { LagMemory } from "../../app/platform/media/samples/lag-memory.ts";

const NO_MEMORY: LagMemory = { read: () => Promise.resolve(null), keep: () => {} };

it("PB35: on a computer music is samples", async () => {
  const createSink = await prepareSinks(browserClock(), "computer", NO_MEMORY);
  const [first, second] = [createSink(), createSink()];
  expect([first.isPunctual, second.isPunctual]).toEqual([true, true]);
  for (const sink of [first, second]) sink.close();
});

it.each(["phone", "iphone"] as const)(
  "PB24: on a %s a media element plays, which goes on with the screen locked",
  async (kind) => {
    const createSink = await prepareSinks(browserClock(), kind, NO_MEMORY);
    expect(createSink().isPunctual).toBe(false);
  },
);
