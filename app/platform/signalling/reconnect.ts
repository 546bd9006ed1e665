/** When to try again after a connection to the server was lost: pure decisions, the socket is elsewhere. */
import { CLOSE_CODES, FINAL_CLOSE_CODES, RECONNECT_BASE_MS, RECONNECT_CAP_MS, RECONNECT_STABLE_MS } from "../../core/index.ts";
import type { Random } from "../../core/index.ts";

export type AfterClose =
  | { readonly kind: "stop" }
  /** `attempt` is to be handed back at the next close. */
  | { readonly kind: "retry"; readonly delayMs: number; readonly attempt: number };

export interface ClosedConnection {
  /** WebSocket close code; 1006 where there never was a connection. */
  readonly code: number;
  /** How long it was open, ms; 0 if never. */
  readonly livedMs: number;
  /** Attempts in a row, before this one, that came to no good. */
  readonly attempt: number;
}

/** Doublings after which the bound is certainly past the cap; keeps 2 ** attempt finite. */
const MAX_DOUBLINGS = 10;

/**
 * Exponential back-off with full jitter: a uniformly random wait below a bound that doubles. When a server restarts,
 * all its members come back within seconds, but not at once.
 */
export function decideAfterClose({ code, livedMs, attempt }: ClosedConnection, random: Random): AfterClose {
  if (FINAL_CLOSE_CODES.has(code)) return { kind: "stop" };
  const failures = livedMs >= RECONNECT_STABLE_MS ? 0 : attempt;
  // Told to slow down: an early, lucky draw would only be refused again.
  if (code === CLOSE_CODES.rateLimited || code === CLOSE_CODES.jamFull)
    return { kind: "retry", delayMs: RECONNECT_CAP_MS * (0.5 + random() / 2), attempt: failures + 1 };
  const boundMs = Math.min(RECONNECT_CAP_MS, RECONNECT_BASE_MS * 2 ** Math.min(failures, MAX_DOUBLINGS));
  return { kind: "retry", delayMs: random() * boundMs, attempt: failures + 1 };
}
