import { describe, expect, test } from "vitest";
import { UsageError } from "../bench.ts";
import { readOptions, SCENARIOS, USAGE } from "./options.ts";

const read = (line: string) => readOptions(line.split(" ").filter((word) => word !== ""));

describe("bench sync's command line", () => {
  test("asks for everything but half an hour when nothing is said", () => {
    expect(read("")).toMatchObject({ runs: 1, minutes: 30, codec: "flac", plot: null, trace: null });
    expect(read("").scenarios).toEqual(SCENARIOS.filter((name) => name !== "long"));
  });

  test.each([
    ["--scenario steady", { scenarios: ["steady"] }],
    ["--scenario late-join,seek --runs 3", { scenarios: ["late-join", "seek"], runs: 3 }],
    ["--scenario long --minutes 5 --codec mp3", { scenarios: ["long"], minutes: 5, codec: "mp3" }],
    ["--plot a.svg --trace a.json", { plot: "a.svg", trace: "a.json" }],
  ])("%s", (line, expected) => {
    expect(read(line)).toMatchObject(expected);
  });

  test.each(["--scenario sleep", "--runs 0", "--runs many", "--minutes 61", "--codec midi", "--file a.mp3"])(
    "refuses %s",
    (line) => {
      expect(() => read(line)).toThrow(UsageError);
    },
  );

  test("explains every scenario", () => {
    for (const name of SCENARIOS) expect(USAGE).toContain(name);
  });
});
