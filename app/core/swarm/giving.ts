/**
 * What of one track has been given to whom, so that a piece can go out once and spread from there (the idea of BEP 16;
 * but where BEP 16 hides pieces and reveals them one by one, here a request for what another was just given can be
 * refused, and urgent requests need no revealing).
 */
import type { PeerId } from "../ids.ts";
import { GIVING_HOLD_MS } from "../tunables.ts";

export class Giving {
  /** By piece, the peers that were given it, in that order, and when. */
  readonly #given = new Map<number, Map<PeerId, number>>();

  take(index: number, peerId: PeerId, nowMs: number): void {
    let takers = this.#given.get(index);
    if (!takers) this.#given.set(index, (takers = new Map()));
    takers.set(peerId, nowMs);
  }

  /** It has been given the piece, or is being given it. */
  hasTaken(index: number, peerId: PeerId): boolean {
    return this.#given.get(index)?.has(peerId) ?? false;
  }

  /** Somebody else was given the piece before, lately enough to be counted on for passing it on. */
  isRepeat(index: number, peerId: PeerId, nowMs: number): boolean {
    for (const [taker, atMs] of this.#given.get(index) ?? []) {
      if (taker === peerId) return false;
      if (nowMs - atMs < GIVING_HOLD_MS) return true;
    }
    return false;
  }

  /** The peer is gone, or did not want the piece after all: what it was given may go to another at once. */
  forget(peerId: PeerId, index?: number): void {
    if (index === undefined) for (const takers of this.#given.values()) takers.delete(peerId);
    else this.#given.get(index)?.delete(peerId);
  }
}
