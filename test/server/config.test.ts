import { describe, expect, test } from "vitest";
import { ConfigError, readConfig } from "../../server/config.ts";
import { PUBLIC_ICE_SERVERS } from "../../server/ice-servers.ts";

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe("the environment", () => {
  test("needs nothing", () => {
    expect(readConfig({})).toMatchObject({ port: 8000, host: "0.0.0.0", logLevel: "warn", trustedProxies: 0 });
    expect(readConfig({}).appDirectory).toMatch(/[\\/]dist[\\/]app$/);
  });

  test("sets what it names, and a variable set to nothing counts as not set", () => {
    const config = readConfig({ PORT: " 9000 ", HOST: "", MEMBERS_PER_JAM: "50", JAM_GRACE_SECONDS: "3600", LOG_LEVEL: "debug" });
    expect(config).toMatchObject({ port: 9000, host: "0.0.0.0", logLevel: "debug" });
    expect(config.limits).toMatchObject({ membersPerJam: 50, jamGraceMs: 3_600_000 });
  });

  test.each([
    [{ PORT: "abc" }, 'PORT must be a whole number from 0 to 65535, but it is "abc".'],
    [{ PORT: "65536" }, 'PORT must be a whole number from 0 to 65535, but it is "65536".'],
    [{ PORT: "80.5" }, 'PORT must be a whole number from 0 to 65535, but it is "80.5".'],
    [{ HOST: "http://here" }, 'HOST must be an address or host name such as 127.0.0.1, but it is "http://here".'],
    [{ ICE_PUBLIC_DEFAULTS: "no" }, 'ICE_PUBLIC_DEFAULTS must be one of on, off, but it is "no".'],
    [{ MEMBERS_PER_JAM: "1" }, 'MEMBERS_PER_JAM must be a whole number from 2 to 10000, but it is "1".'],
  ])("%o is refused in a sentence", (environment, sentence) => {
    expect(problemsOf(environment)).toEqual([sentence]);
  });

  test("gets one sentence for each bad variable", () => {
    expect(problemsOf({ PORT: "x", LOG_LEVEL: "loud" })).toHaveLength(2);
  });
});

describe("ICE servers", () => {
  test("are the public ones by default, and none when those are switched off", () => {
    expect(readConfig({}).iceServers).toBe(PUBLIC_ICE_SERVERS);
    expect(readConfig({ ICE_PUBLIC_DEFAULTS: "off" }).iceServers).toEqual([]);
  });

  test("are the operator's alone where TURN_SERVER_URL is set, public defaults or not", () => {
    for (const ICE_PUBLIC_DEFAULTS of ["on", "off"]) {
      const { iceServers } = readConfig({
        ICE_PUBLIC_DEFAULTS,
        TURN_SERVER_URL: "turn:a.example:3478?transport=udp, turns:a.example:5349,stun:a.example",
        TURN_SERVER_USERNAME: "us",
        TURN_SERVER_CREDENTIAL: "er",
      });
      const urls = ["turn:a.example:3478?transport=udp", "turns:a.example:5349", "stun:a.example"];
      expect(iceServers).toEqual([{ urls, username: "us", credential: "er" }]);
    }
  });

  test("may be STUN alone, without credentials", () => {
    expect(readConfig({ TURN_SERVER_URL: "stun:a.example:3478" }).iceServers).toEqual([{ urls: ["stun:a.example:3478"] }]);
  });

  test.each([
    [{ TURN_SERVER_URL: "a.example:3478" }, /must list URLs such as turn:.*has "a\.example:3478"/],
    [{ TURN_SERVER_URL: "turn:a.example" }, /set TURN_SERVER_USERNAME and TURN_SERVER_CREDENTIAL/],
    [{ TURN_SERVER_URL: "turn:a.example", TURN_SERVER_USERNAME: "us" }, /set TURN_SERVER_USERNAME and TURN_SERVER_CREDENTIAL/],
    [{ TURN_SERVER_USERNAME: "us" }, /mean nothing without TURN_SERVER_URL/],
    [{ TURN_SERVER_URL: "," }, /1 to 16 URLs, but has 0/],
  ])("%o is refused in a sentence", (environment, sentence) => {
    expect(problemsOf(environment)[0]).toMatch(sentence);
  });
});
