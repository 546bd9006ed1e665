/**
 * What the origin gives to whom when nothing is urgent: each piece to one peer, who passes it on (the idea of BEP 16).
 * BEP 16 hides pieces and reveals them one by one; here everybody sees that the origin has them all, so that urgent
 * ones need no revealing, and a request for what another peer was just given is refused.
 */
import type { PeerId } from "../ids.ts";
import { SUPER_SEED_HOLD_MS } from "../tunables.ts";

export class SuperSeeder {
  readonly #given = new Map<number, { readonly to: PeerId; readonly atMs: number }>();

  /** Whether `peerId` may have piece `index`; if so, it counts as given to it. */
  give(index: number, peerId: PeerId, nowMs: number): boolean {
    const last = this.#given.get(index);
    if (last && last.to !== peerId && nowMs - last.atMs < SUPER_SEED_HOLD_MS) return false;
    this.#given.set(index, { to: peerId, atMs: nowMs });
    return true;
  }

  /** The peer is gone, or did not want the piece after all: what it was given may go to another at once. */
  forget(peerId: PeerId, index?: number): void {
    for (const [piece, { to }] of this.#given) if (to === peerId && (index === undefined || index === piece)) this.#given.delete(piece);
  }
}
