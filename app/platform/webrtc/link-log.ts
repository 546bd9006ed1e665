/**
 * What becomes of a link, for the console and for the flight recorder. The console lines are those that people know
 * from the prototype and search for.
 */
import type { PeerId } from "../../core/index.ts";
import type { FlightLog } from "../flight-log.ts";

export interface LinkLog {
  relayCandidate(): void;
  state(state: RTCPeerConnectionState): void;
  /** Anything else worth a line of the flight recorder. */
  note(kind: string, details?: Readonly<Record<string, unknown>>): void;
}

export type LinkConsole = Pick<Console, "info" | "warn">;

export function createLinkLog(peerId: PeerId, log: FlightLog, output: LinkConsole): LinkLog {
  return {
    relayCandidate() {
      output.info("ICE relay candidate", peerId);
      log("ice-relay-candidate", { peerId });
    },
    state(state) {
      if (state === "failed") output.warn("ICE connection failed", peerId);
      output.info(`pc() state=${state}`, peerId);
      log("link-state", { peerId, state });
    },
    note: (kind, details = {}) => log(kind, { peerId, ...details }),
  };
}
