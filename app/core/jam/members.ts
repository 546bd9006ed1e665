/** Who is in the jam, as the server tells it, and what those were called who have left: their tracks stay. */
import type { PeerId } from "../ids.ts";
import type { Member } from "../signalling/messages.ts";

export class Members {
  #present: readonly Member[] = [];
  readonly #names = new Map<PeerId, string>();

  /** In order of joining. */
  get present(): readonly Member[] {
    return this.#present;
  }

  /** The server's list replaces ours. */
  welcome(members: readonly Member[]): void {
    this.#present = members;
    for (const { peerId, name } of members) this.#names.set(peerId, name);
  }

  /** Also somebody who is present already, and has connected again. */
  joined(member: Member): void {
    this.welcome([...this.#present.filter(({ peerId }) => peerId !== member.peerId), member]);
  }

  renamed(member: Member): void {
    this.welcome(this.#present.map((known) => (known.peerId === member.peerId ? member : known)));
  }

  left(peerId: PeerId): void {
    this.#present = this.#present.filter((member) => member.peerId !== peerId);
  }

  has(peerId: PeerId | null): boolean {
    return this.#present.some((member) => member.peerId === peerId);
  }

  /** Null for somebody who was never seen here. */
  nameOf(peerId: PeerId): string | null {
    return this.#names.get(peerId) ?? null;
  }
}
