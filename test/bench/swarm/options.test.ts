import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import { UsageError } from "../bench.ts";
import { readOptions, USAGE } from "./options.ts";

const SONG = "test/fixtures/melody-cbr.mp3";
const read = (line: string) => readOptions(line.split(" ").filter((word) => word !== ""));

describe("the swarm bench's command line becomes options", () => {
  test("a file is enough: 20 listeners at once in a process per core, as fast as they may", () => {
    expect(read(`--file ${SONG}`)).toEqual({
      file: SONG,
      peers: 20,
      staggerMs: 0,
      upMbit: null,
      processes: Math.max(2, availableParallelism()),
      profileFolder: null,
    });
  });

  test.each([
    ["--peers 7", { peers: 7 }],
    ["--stagger 1000", { staggerMs: 1000 }],
    ["--up 2.5", { upMbit: 2.5 }],
    ["--processes 4", { processes: 4 }],
    ["--cpu-prof profiles", { profileFolder: "profiles" }],
  ])("%s", (line, expected) => {
    expect(read(`--file ${SONG} ${line}`)).toMatchObject(expected);
  });

  test("the help names every option", () => {
    for (const option of ["--file", "--peers", "--stagger", "--up", "--processes", "--cpu-prof", "--json"])
      expect(USAGE).toContain(option);
  });
});

describe("a bad command line of the swarm bench is one sentence", () => {
  test.each([
    ["", "--file is missing: name the music to move."],
    ["--file nowhere.mp3", "--file: there is no nowhere.mp3"],
    [`--file ${SONG} --peers 0`, "--peers is a whole number from 1 to 100, not 0."],
    [`--file ${SONG} --peers many`, "--peers is a whole number from 1 to 100, not many."],
    [`--file ${SONG} --processes 1.5`, "--processes is a whole number from 1 to 100, not 1.5."],
    [`--file ${SONG} --up 0`, "--up is a number of Mbit/s from 0.1 to 10000, not 0."],
    [`--file ${SONG} --frob`, "Unknown option '--frob'"],
  ])("%s", (line, sentence) => {
    expect(() => read(line)).toThrow(UsageError);
    expect(() => read(line)).toThrow(sentence);
  });
});
