/**
 * Structured logs for machines, one JSON object per line on stderr: stdout is for people (announcement.ts). Addresses
 * of members are never logged.
 */
import { pino } from "pino";
import type { Logger } from "pino";
import type { ServerConfig } from "./config.ts";

export type { Logger } from "pino";

export function createLogger(level: ServerConfig["logLevel"]): Logger {
  return pino({ level, base: null }, pino.destination({ dest: 2, sync: true }));
}
