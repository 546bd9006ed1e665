/**
 * What the relay rules may do to the world: say something to connections, or end one. They never see a socket; the
 * gateway implements this with WebSockets, tests with a list.
 */
import type { CLOSE_CODES, ServerMessage } from "../../app/core/index.ts";

/** Names one connection for as long as the server runs; never used again. */
export type ConnectionId = number;

export type CloseReason = keyof typeof CLOSE_CODES;

export interface Outbox {
  /**
   * Says the same to all of them. A connection that is gone or going is passed over. Never calls back into the rules:
   * a connection that proves dead here is reported later, as one that left.
   */
  send(to: readonly ConnectionId[], message: ServerMessage): void;
  close(connectionId: ConnectionId, reason: CloseReason): void;
}
