/**
 * The environment becomes the server's configuration here, once, at the start. A bad value stops the server with a
 * sentence that names the variable, what is allowed and what was found.
 */
import { join } from "node:path";
import * as v from "valibot";
import type { IceServer } from "../app/core/index.ts";
import { chooseIceServers } from "./ice-servers.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import type { ServerLimits } from "./limits.ts";

export interface ServerConfig {
  /** 0 lets the system choose. */
  readonly port: number;
  readonly host: string;
  /** Where the built app is; it need not exist (`npm run dev` serves the app itself). */
  readonly appDirectory: string;
  readonly logLevel: "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";
  /** Reverse proxies in front of this server whose X-Forwarded-For is believed. */
  readonly trustedProxies: number;
  readonly iceServers: readonly IceServer[];
  readonly limits: ServerLimits;
}

/** The server cannot run as it is configured. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** One sentence per problem, for the operator. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options: { cause?: unknown } = {}) {
    super(problems.join("\n"), options);
    this.problems = problems;
  }
}

/** Variables and what they may be; the defaults stand in `readConfig`. */
const EnvironmentSchema = v.object({
  PORT: wholeNumber(0, 65_535),
  HOST: v.optional(v.pipe(v.string(), v.regex(/^[0-9A-Za-z.:%_-]{1,253}$/, "an address or host name such as 127.0.0.1"))),
  APP_DIRECTORY: v.optional(v.string()),
  LOG_LEVEL: oneOf(["fatal", "error", "warn", "info", "debug", "trace", "silent"]),
  TRUSTED_PROXIES: wholeNumber(0, 10),
  TURN_SERVER_URL: v.optional(v.string()),
  TURN_SERVER_USERNAME: v.optional(v.string()),
  TURN_SERVER_CREDENTIAL: v.optional(v.string()),
  ICE_PUBLIC_DEFAULTS: oneOf(["on", "off"]),
  MEMBERS_PER_JAM: wholeNumber(2, 10_000),
  JAMS_PER_ADDRESS: wholeNumber(1, 1_000_000),
  CONNECTIONS_PER_ADDRESS: wholeNumber(1, 1_000_000),
  CONNECTION_ATTEMPTS_PER_MINUTE: wholeNumber(1, 1_000_000),
  MESSAGES_PER_SECOND: wholeNumber(1, 1_000_000),
  JAM_GRACE_SECONDS: wholeNumber(0, 30 * 24 * 3600),
  BLANK_JAM_GRACE_SECONDS: wholeNumber(0, 30 * 24 * 3600),
  KEPT_JAMS: wholeNumber(0, 1_000_000),
});

/** @throws ConfigError naming every bad variable. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): ServerConfig {
  // A variable set to nothing (`PORT= npm start`, an empty line in a compose file) is a variable not set.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ""));
  const parsed = v.safeParse(EnvironmentSchema, given);
  if (!parsed.success) throw new ConfigError(parsed.issues.map(sentenceFor));
  const env = parsed.output;
  const ice = chooseIceServers({
    url: env.TURN_SERVER_URL,
    username: env.TURN_SERVER_USERNAME,
    credential: env.TURN_SERVER_CREDENTIAL,
    publicDefaults: (env.ICE_PUBLIC_DEFAULTS ?? "on") === "on",
  });
  if (!ice.ok) throw new ConfigError(ice.problems);
  return {
    port: env.PORT ?? 8000,
    host: env.HOST ?? "0.0.0.0",
    appDirectory: env.APP_DIRECTORY ?? join(import.meta.dirname, "..", "dist", "app"),
    logLevel: env.LOG_LEVEL ?? "warn",
    trustedProxies: env.TRUSTED_PROXIES ?? 0,
    iceServers: ice.iceServers,
    limits: {
      ...DEFAULT_LIMITS,
      membersPerJam: env.MEMBERS_PER_JAM ?? DEFAULT_LIMITS.membersPerJam,
      jamsPerAddress: env.JAMS_PER_ADDRESS ?? DEFAULT_LIMITS.jamsPerAddress,
      connectionsPerAddress: env.CONNECTIONS_PER_ADDRESS ?? DEFAULT_LIMITS.connectionsPerAddress,
      connectionAttemptsPerMinute: env.CONNECTION_ATTEMPTS_PER_MINUTE ?? DEFAULT_LIMITS.connectionAttemptsPerMinute,
      messagesPerSecond: env.MESSAGES_PER_SECOND ?? DEFAULT_LIMITS.messagesPerSecond,
      jamGraceMs: secondsToMs(env.JAM_GRACE_SECONDS) ?? DEFAULT_LIMITS.jamGraceMs,
      blankJamGraceMs: secondsToMs(env.BLANK_JAM_GRACE_SECONDS) ?? DEFAULT_LIMITS.blankJamGraceMs,
      keptJams: env.KEPT_JAMS ?? DEFAULT_LIMITS.keptJams,
    },
  };
}

function secondsToMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}

function wholeNumber(min: number, max: number) {
  const expected = `a whole number from ${min} to ${max}`;
  return v.optional(
    v.pipe(
      v.string(),
      v.trim(),
      v.regex(/^\d{1,9}$/, expected),
      v.transform(Number),
      v.minValue(min, expected),
      v.maxValue(max, expected),
    ),
  );
}

function oneOf<const Options extends readonly string[]>(options: Options) {
  return v.optional(v.picklist(options, `one of ${options.join(", ")}`));
}

function sentenceFor(issue: v.BaseIssue<unknown>): string {
  const input = issue.path?.[0]?.value ?? issue.input;
  return `${v.getDotPath(issue) ?? "The environment"} must be ${issue.message}, but it is "${String(input)}".`;
}
