/**
 * What of one track has been given to whom, so that a piece can go out once and spread from there (the idea of BEP 16;
 * but where BEP 16 hides pieces and reveals them one by one, here a request for what another was just given can be
 * refused, and urgent requests need no revealing).
 */
import type { PeerId } from "../ids.ts";
import { GIVING_HOLD_MS, GIVING_SHARE, GIVING_SLACK_PIECES } from "../tunables.ts";

export class Giving {
  /** By piece, the peers that were given it, in that order, and when. */
  readonly #given = new Map<number, Map<PeerId, number>>();

  /** Pieces that each of those who are here was given. */
  readonly #counts = new Map<PeerId, number>();

  take(index: number, peerId: PeerId, nowMs: number): void {
    let takers = this.#given.get(index);
    if (!takers) this.#given.set(index, (takers = new Map()));
    // The hold counts from the first block on: who asks for the others late, or again, keeps the piece from nobody for longer.
    if (takers.has(peerId)) return;
    this.#counts.set(peerId, (this.#counts.get(peerId) ?? 0) + 1);
    takers.set(peerId, nowMs);
  }

  /** When it was first given something of the piece; null if it never was. */
  takenMs(index: number, peerId: PeerId): number | null {
    return this.#given.get(index)?.get(peerId) ?? null;
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

  /** Somebody else who is here was given the piece, whenever that was. */
  isKnown(index: number, peerId: PeerId): boolean {
    const takers = this.#given.get(index);
    return takers !== undefined && takers.size > (takers.has(peerId) ? 1 : 0);
  }

  /** It was given far more than most. */
  hasMoreThanItsShare(peerId: PeerId): boolean {
    const counts = [...this.#counts.values()].toSorted((a, b) => a - b);
    const median = counts[counts.length >> 1] ?? 0;
    return (this.#counts.get(peerId) ?? 0) > GIVING_SHARE * median + GIVING_SLACK_PIECES;
  }

  /** The peer is gone, or did not want the piece after all: what it was given may go to another at once. */
  forget(peerId: PeerId, index?: number): void {
    if (index === undefined) {
      for (const takers of this.#given.values()) takers.delete(peerId);
      this.#counts.delete(peerId);
    } else if (this.#given.get(index)?.delete(peerId)) {
      this.#counts.set(peerId, (this.#counts.get(peerId) ?? 1) - 1);
    }
  }
}
