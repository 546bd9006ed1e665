/** Small simulations with fixed seeds; a seed that ever failed stays here. */
import { describe, expect, test } from "vitest";
import { playOmnisciently } from "./omniscient.ts";
import { readArguments } from "./options.ts";
import { plotSvg } from "./plot.ts";
import { SCENARIOS } from "./scenarios.ts";
import { simulate } from "./simulate.ts";
import type { RunOptions } from "./simulate.ts";

const small = (options: Partial<RunOptions>): RunOptions => ({
  scenario: "flash",
  peers: 5,
  seed: 1,
  net: "home",
  queueMs: 2000,
  ...options,
});

describe("a simulated jam", () => {
  test.each([
    small({ scenario: "flash", peers: 14 }),
    small({ scenario: "stagger", seed: 2 }),
    small({ scenario: "churn", seed: 3 }),
    small({ scenario: "origin-leaves", peers: 8, seed: 4 }),
    small({ scenario: "poison", seed: 5 }),
    small({ scenario: "free-riders", seed: 6 }),
    small({ scenario: "partition", seed: 10 }),
    small({ scenario: "next-track", peers: 3, seed: 7 }),
    small({ net: "mobile", queueMs: 100, seed: 8 }),
    small({ net: "mixed", seed: 9 }),
  ])("SW11: breaks no invariant and proves something: $scenario, $peers listeners, $net, seed $seed", async (options) => {
    const { faults, figures } = await simulate(options);
    expect(faults).toEqual([]);
    expect(figures["copies"]).toBeGreaterThan(0.9);
    expect(figures["makespanRatio"]).toBeGreaterThanOrEqual(1);
  });

  test("who knows everything is faster than who has to ask, and no faster than the fluid bound", async () => {
    const { sim, figures } = await simulate(small({ peers: 14 }));
    const omniscient = playOmnisciently(sim);
    expect(omniscient.copies).toBeGreaterThanOrEqual(1);
    expect(omniscient.makespanMs).toBeGreaterThan(figures["boundMs"] ?? NaN);
    expect(omniscient.makespanMs).toBeLessThan(figures["makespanMs"] ?? NaN);
    expect(omniscient.playableMsP50).toBeLessThan(figures["playableMsP50"] ?? NaN);
    expect(playOmnisciently(sim)).toEqual(omniscient);
  });

  test("SW10: the same seed gives the same trace, byte for byte, and another seed another", async () => {
    const digestOf = async (seed: number): Promise<string> =>
      (await simulate(small({ net: "mobile", queueMs: 100, peers: 3, seed }))).traceDigest;
    const [first, again, other] = [await digestOf(1), await digestOf(1), await digestOf(2)];
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  test("the picture has a line for every listener", async () => {
    const { sim } = await simulate(small({ peers: 2 }));
    expect(plotSvg(sim, "two & two").match(/<polyline /g)).toHaveLength(2);
  });
});

describe("the options", () => {
  test("each scenario knows how many it is for", () => {
    expect(readArguments(["--scenario", "stagger"]).run).toMatchObject({ scenario: "stagger", peers: 7, seed: 1, net: "home" });
    expect(Object.keys(SCENARIOS)).toContain("big");
  });

  test.each([
    [["--peers", "0"], /^--peers is a whole number from 1 to 20000, not "0"\.$/],
    [["--peers", "1", "--scenario", "poison"], /^--peers is a whole number from 2 to 20000, not "1"\.$/],
    [["--seed", "x"], /^--seed is a whole number/],
    [["--scenario", "toString"], /^--scenario is one of flash, .*, not "toString"\.$/],
    [["--net", "moon"], /^--net is one of home, mixed, mobile, not "moon"\.$/],
    [["--scenario", "churn", "--omniscient"], /^--omniscient goes with flash and big, not with "churn"\.$/],
    [["--pears"], /^Unknown option '--pears'; see --help\.$/],
  ])("%j is refused in one sentence", (args, sentence) => {
    expect(() => readArguments(args)).toThrow(sentence);
  });
});
