/** Keeps the choker's decisions in force: reviews them when peers come, go or change their interest, and in time. */
import type { PeerId } from "../ids.ts";
import { OPTIMISTIC_MS, RECHOKE_MS } from "../tunables.ts";
import { chooseUnchoked, uploadSlots } from "./choker.ts";
import type { SwarmContext } from "./context.ts";
import type { Neighbour } from "./neighbour.ts";
import type { Uploader } from "./uploader.ts";

export class Choking {
  readonly #context: SwarmContext;
  readonly #uploader: Uploader;
  #optimistic: PeerId | null = null;
  #optimisticMs = 0;
  #reviewedMs = 0;
  #hasChoked = false;

  constructor(context: SwarmContext, uploader: Uploader) {
    this.#context = context;
    this.#uploader = uploader;
  }

  /** Somebody waits for a slot: review in time. */
  get hasChoked(): boolean {
    return this.#hasChoked;
  }

  /** Who has come may have a free slot at once; slots are taken away only in time. */
  review(): void {
    const nowMs = this.#context.clock.nowMs();
    const slots = uploadSlots(this.#uploader.uplinkBytesPerMs);
    const neighbours = [...this.#context.neighbours.values()];
    if (neighbours.length <= slots) {
      for (const neighbour of neighbours) this.#setUnchoked(neighbour, true);
      this.#hasChoked = false;
      return;
    }
    const wanting = neighbours.filter(wantsSomething);
    let free = slots - wanting.filter((neighbour) => neighbour.isUnchoked).length;
    for (const neighbour of wanting) {
      if (neighbour.isUnchoked || free <= 0) continue;
      this.#setUnchoked(neighbour, true);
      free--;
    }
    this.#hasChoked = wanting.some((neighbour) => !neighbour.isUnchoked);
    if (!this.#hasChoked) this.#reviewedMs = nowMs;
  }

  tick(nowMs: number): void {
    if (!this.#hasChoked || nowMs - this.#reviewedMs < RECHOKE_MS) return;
    this.#reviewedMs = nowMs;
    if (nowMs - this.#optimisticMs >= OPTIMISTIC_MS) this.#optimistic = null;
    const neighbours = [...this.#context.neighbours.values()];
    const { unchoked, optimistic } = chooseUnchoked(
      neighbours.filter(wantsSomething).map((neighbour) => ({
        peerId: neighbour.peerId,
        hasUrgent: this.#uploader.hasUrgent(neighbour.peerId),
        givesBytesPerMs: neighbour.givesMeter.bytesPerMs(nowMs),
      })),
      uploadSlots(this.#uploader.uplinkBytesPerMs),
      this.#optimistic,
      this.#context.random,
    );
    if (optimistic !== this.#optimistic) this.#optimisticMs = nowMs;
    this.#optimistic = optimistic;
    for (const neighbour of neighbours) this.#setUnchoked(neighbour, unchoked.has(neighbour.peerId));
  }

  #setUnchoked(neighbour: Neighbour, isUnchoked: boolean): void {
    if (neighbour.isUnchoked === isUnchoked) return;
    neighbour.isUnchoked = isUnchoked;
    this.#context.send(neighbour, { type: isUnchoked ? "unchoke" : "choke" });
    if (!isUnchoked) this.#uploader.choked(neighbour.peerId);
  }
}

function wantsSomething(neighbour: Neighbour): boolean {
  for (const remote of neighbour.tracks.values()) if (remote.wantsOurs) return true;
  return false;
}
