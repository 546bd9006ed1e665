/**
 * Keeps the links that a member should have: opens them to those present, tries again when one breaks while its
 * other end is still in the jam, refuses what is beyond the bound. Bytes on links are not its business.
 */
import { chooseNeighbours, hasRoomForLink } from "./neighbours.ts";
import type { PeerId } from "../ids.ts";
import type { Cancel, Clock, LinkTransport, Random } from "../ports.ts";
import type { LinkSignal } from "../signalling/link-signal.ts";
import { RELINK_DELAY_MS } from "../tunables.ts";

export interface LinkKeeperOptions {
  readonly selfId: PeerId;
  readonly clock: Clock;
  readonly random: Random;
  readonly links: Pick<LinkTransport, "connect" | "close" | "receiveSignal">;
  isBanned(peerId: PeerId): boolean;
}

export class LinkKeeper {
  readonly #options: LinkKeeperOptions;
  /** In the jam as the server last told us. Those who left its sight but still have a link stay linked. */
  #present = new Set<PeerId>();
  readonly #linked = new Set<PeerId>();
  readonly #retries = new Map<PeerId, { delayMs: number; cancel: Cancel }>();

  constructor(options: LinkKeeperOptions) {
    this.#options = options;
  }

  /** The server's list upon (re)joining: the newcomer is who offers, so that the others need not guess. */
  welcome(others: readonly PeerId[]): void {
    this.#present = new Set(others);
    this.#connectToNeighbours();
  }

  joined(peerId: PeerId): void {
    this.#present.add(peerId);
    this.#forgetRetry(peerId); // a member that has come back offers by itself
  }

  left(peerId: PeerId): void {
    this.#present.delete(peerId);
    this.#forgetRetry(peerId);
  }

  receiveSignal(from: PeerId, signal: LinkSignal): void {
    if (this.#options.isBanned(from)) return;
    if (!this.#linked.has(from)) {
      if (signal.kind !== "offer" || !hasRoomForLink(this.#linked.size)) return;
      this.#linked.add(from);
    }
    this.#options.links.receiveSignal(from, signal);
  }

  opened(peerId: PeerId): void {
    // A peer that reloads offers anew while its old link lingers: the old one's end is told after the new one began.
    this.#linked.add(peerId);
    this.#forgetRetry(peerId);
  }

  closed(peerId: PeerId): void {
    this.#linked.delete(peerId);
    if (!this.#present.has(peerId) || this.#options.isBanned(peerId)) return;
    // Both ends see the link break; were both to try at once they would only collide.
    const haste = this.#options.selfId < peerId ? 1 : 2;
    const previous = this.#retries.get(peerId);
    const delayMs = Math.min(RELINK_DELAY_MS.max, previous ? previous.delayMs * 2 : RELINK_DELAY_MS.first * haste);
    previous?.cancel();
    const cancel = this.#options.clock.schedule(delayMs, () => this.#relink(peerId));
    this.#retries.set(peerId, { delayMs, cancel });
  }

  ban(peerId: PeerId, reason: string): void {
    this.#forgetRetry(peerId);
    this.#options.links.close(peerId, reason);
  }

  stop(): void {
    for (const peerId of [...this.#retries.keys()]) this.#forgetRetry(peerId);
    for (const peerId of this.#linked) this.#options.links.close(peerId, "left the jam");
  }

  #connectToNeighbours(): void {
    const others = [...this.#present].filter((peerId) => !this.#options.isBanned(peerId));
    for (const peerId of chooseNeighbours(others, this.#linked, this.#options.random)) this.#connect(peerId);
  }

  #relink(peerId: PeerId): void {
    if (!this.#present.has(peerId) || this.#linked.has(peerId) || !hasRoomForLink(this.#linked.size)) return;
    this.#connect(peerId);
  }

  #connect(peerId: PeerId): void {
    this.#linked.add(peerId);
    this.#options.links.connect(peerId);
  }

  #forgetRetry(peerId: PeerId): void {
    this.#retries.get(peerId)?.cancel();
    this.#retries.delete(peerId);
  }
}
