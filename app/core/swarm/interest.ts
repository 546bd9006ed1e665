/** Who wants what, said in time: our interest in the tracks that we fetch, and our holdings to those who asked. */
import type { TrackId } from "../ids.ts";
import type { SwarmContext } from "./context.ts";
import type { Neighbour } from "./neighbour.ts";
import type { TrackState } from "./track-state.ts";

export class Interest {
  readonly #context: SwarmContext;

  constructor(context: SwarmContext) {
    this.#context = context;
  }

  /** Tells everyone what we have begun and ceased to want. */
  follow(active: readonly TrackState[]): void {
    for (const neighbour of this.#context.neighbours.values()) {
      for (const [trackId, remote] of neighbour.tracks) {
        const track = this.#context.tracks.get(trackId);
        if (!remote.isWanted || !track || track.isWanted) continue;
        remote.isWanted = false;
        this.#context.send(neighbour, { type: "not-interested", trackId });
      }
      for (const { trackId } of active) {
        const remote = neighbour.track(trackId);
        if (remote.isWanted) continue;
        remote.isWanted = true;
        this.#context.send(neighbour, { type: "interested", trackId });
      }
    }
  }

  /** Answers an interest; while the store is asked or the track unknown, the answer waits for that. */
  tellHoldings(neighbour: Neighbour, trackId: TrackId): void {
    const track = this.#context.tracks.get(trackId);
    if (!track || track.isLoading) return;
    const bits = track.held.count > 0 ? track.held.toBytes() : new Uint8Array(0);
    this.#context.send(neighbour, { type: "bitfield", trackId, bits });
  }

  tellEveryoneHoldings(trackId: TrackId): void {
    for (const neighbour of this.#context.neighbours.values())
      if (neighbour.tracks.get(trackId)?.wantsOurs) this.tellHoldings(neighbour, trackId);
  }

  /** The track has left the programme. */
  abandon(trackId: TrackId): void {
    for (const neighbour of this.#context.neighbours.values()) {
      const remote = neighbour.tracks.get(trackId);
      if (!remote) continue;
      if (remote.isWanted) this.#context.send(neighbour, { type: "not-interested", trackId });
      remote.isWanted = false;
      remote.isCounted = false;
      remote.bits = null;
      remote.unread = null;
    }
  }
}
