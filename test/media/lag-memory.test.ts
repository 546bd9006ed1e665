import { expect, it } from "vitest";
import { createLagMemory } from "../../app/platform/media/samples/lag-memory.ts";
import type { Settings } from "../../app/platform/store/settings.ts";

function createRecords(outputLag: Settings["outputLag"] = null) {
  const writes: Settings["outputLag"][] = [];
  return {
    writes,
    read: () => Promise.resolve({ outputLag: writes.at(-1) ?? outputLag }),
    update: (changes: Pick<Settings, "outputLag">) => Promise.resolve(void writes.push(changes.outputLag)),
  };
}

it("PB34: keeps what a page has learned of a stream's lag for the next page's stream of this kind", async () => {
  const records = createRecords();
  const memory = createLagMemory(records);
  expect(await memory.read("48000 Hz, 0.02 s")).toBeNull();
  memory.keep("48000 Hz, 0.02 s", 88);
  expect(await createLagMemory(records).read("48000 Hz, 0.02 s")).toBe(88);
  expect(await createLagMemory(records).read("44100 Hz, 0.02 s")).toBeNull();
});

it("PB34: writes only what has changed", async () => {
  const records = createRecords({ stream: "48000 Hz, 0.02 s", lagMs: 88 });
  const memory = createLagMemory(records);
  await memory.read("48000 Hz, 0.02 s");
  for (const lagMs of [88.1, 87.9, 90, 90.1]) memory.keep("48000 Hz, 0.02 s", lagMs);
  expect(records.writes.map((written) => written?.lagMs)).toEqual([90]);
});

it("PB34: a store that can't be read is no reason to be silent", async () => {
  const fail = () => Promise.reject(new Error("no store"));
  const memory = createLagMemory({ read: fail, update: fail });
  expect(await memory.read("48000 Hz, 0.02 s")).toBeNull();
  expect(() => memory.keep("48000 Hz, 0.02 s", 88)).not.toThrow();
});
