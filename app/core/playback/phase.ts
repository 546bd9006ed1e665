/** Where the player's element is, and what that is called outside. */
import type { Aim } from "./aim.ts";
import type { PlaybackState } from "./api.ts";

export type Phase =
  | { readonly kind: "idle" } // nothing to sound
  | { readonly kind: "resting"; readonly atMs: number; readonly isParked: boolean }
  | { readonly kind: "filling"; readonly reason: string } // stopped; the music to start with isn't buffered
  | { readonly kind: "parking"; readonly atMs: number } // sought to the place, waiting for its moment
  | { readonly kind: "launching"; readonly sinceMs: number } // told to play, doesn't move yet
  | { readonly kind: "playing"; readonly sinceMs: number }
  | { readonly kind: "jumping"; readonly toMs: number; readonly sinceMs: number; readonly fromStall: boolean } // seeking without stopping
  | { readonly kind: "stalled" }
  | { readonly kind: "blocked" };

/** The element has been told to play. */
export function isMoving(phase: Phase): boolean {
  return phase.kind === "launching" || hasSounded(phase);
}

/** The playhead has moved since it was last told to play. */
export function hasSounded(phase: Phase): boolean {
  return phase.kind === "playing" || phase.kind === "jumping" || phase.kind === "stalled";
}

export function stateOf(phase: Phase, aim: Aim): PlaybackState {
  switch (phase.kind) {
    case "idle":
      return aim.kind === "nothing" && aim.hasEnded ? "ended" : "idle";
    case "resting":
      return "paused";
    case "filling":
    case "parking":
    case "launching":
      if (aim.kind === "play" && aim.isSilent) return "idle"; // an entry that can't be played here passes in silence
      return phase.kind !== "filling" || (aim.kind === "play" && aim.startsInMs > 0) ? "scheduled" : "buffering";
    case "jumping":
      return phase.fromStall ? "buffering" : "playing";
    case "stalled":
      return "buffering";
    case "playing":
    case "blocked":
      return phase.kind;
  }
}
