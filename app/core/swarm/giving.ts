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

  /** Pieces that one peer was entrusted with and that nobody else was seen to have yet. */
  readonly #entrusted = new Map<number, { readonly peerId: PeerId; readonly atMs: number }>();

  /** How many pieces each has kept to itself: they had to be given to another. */
  readonly #kept = new Map<PeerId, number>();

  /** `isEntrusted`: it is not for the taker's own sake, but so that it is passed on. */
  take(index: number, peerId: PeerId, nowMs: number, isEntrusted = false): void {
    let takers = this.#given.get(index);
    if (!takers) this.#given.set(index, (takers = new Map()));
    // The hold counts from the first block on: who asks for the others late, or again, keeps the piece from nobody for longer.
    if (takers.has(peerId)) return;
    this.#counts.set(peerId, (this.#counts.get(peerId) ?? 0) + 1);
    takers.set(peerId, nowMs);
    const earlier = this.#entrusted.get(index);
    this.#entrusted.delete(index);
    const hasKept = earlier !== undefined && nowMs - earlier.atMs >= GIVING_HOLD_MS;
    if (hasKept) this.#kept.set(earlier.peerId, this.#countKept(earlier.peerId) + 1);
    if (isEntrusted && (hasKept || takers.size === 1)) this.#entrusted.set(index, { peerId, atMs: nowMs });
  }

  /** The peer has the piece: unless that is from here, whoever was entrusted with it has passed it on. */
  seenWith(index: number, peerId: PeerId): void {
    const entrusted = this.#entrusted.get(index);
    if (!entrusted || this.hasTaken(index, peerId)) return;
    this.#entrusted.delete(index);
    this.#kept.set(entrusted.peerId, Math.max(0, this.#countKept(entrusted.peerId) - 1));
  }

  /** Far more of what it was entrusted with than of what most were is with nobody else, although there was time. */
  passesTooLittleOn(peerId: PeerId, nowMs: number): boolean {
    const overdue = new Map([...this.#counts.keys()].map((id) => [id, this.#countKept(id)]));
    for (const { peerId: id, atMs } of this.#entrusted.values())
      if (nowMs - atMs >= GIVING_HOLD_MS) overdue.set(id, (overdue.get(id) ?? 0) + 1);
    return isFarAboveMost(overdue.get(peerId) ?? 0, overdue.values());
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
    return isFarAboveMost(this.#counts.get(peerId) ?? 0, this.#counts.values());
  }

  /** The peer is gone, or did not want the piece after all: what it was given may go to another at once. */
  forget(peerId: PeerId, index?: number): void {
    if (index === undefined) {
      for (const takers of this.#given.values()) takers.delete(peerId);
      this.#counts.delete(peerId);
      this.#kept.delete(peerId);
      for (const [at, entrusted] of this.#entrusted) if (entrusted.peerId === peerId) this.#entrusted.delete(at);
    } else if (this.#given.get(index)?.delete(peerId)) {
      this.#counts.set(peerId, (this.#counts.get(peerId) ?? 1) - 1);
      if (this.#entrusted.get(index)?.peerId === peerId) this.#entrusted.delete(index);
    }
  }

  #countKept(peerId: PeerId): number {
    return this.#kept.get(peerId) ?? 0;
  }
}

function isFarAboveMost(count: number, counts: Iterable<number>): boolean {
  const sorted = [...counts].toSorted((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? 0;
  return count > GIVING_SHARE * median + GIVING_SLACK_PIECES;
}
