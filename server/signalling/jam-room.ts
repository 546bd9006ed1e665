/**
 * The rules of one jam on the server: who is present, who is host, which documents are newest, and who hears what.
 * It relays and it checks; it does not know sockets, limits or how long a jam is kept (SPEC.md, SG).
 */
import type { ClientMessage, ClockId, IceServer, Intent, JamId, LinkSignal, Member, PeerId } from "../../app/core/index.ts";
import type { RefusalReason, ServerMessage, SignedDocument } from "../../app/core/index.ts";
import type { ReferenceClock } from "../reference-clock.ts";
import { NO_DOCUMENTS, adoptDocument, isBlank, listDocuments, openFor } from "./held-documents.ts";
import type { HeldDocuments, OpenedDocument } from "./held-documents.ts";
import type { ConnectionId, Outbox } from "./outbox.ts";

/** What a member may say once it has joined. */
export type MemberMessage = Exclude<ClientMessage, { type: "join" }>;

export interface RoomSurroundings {
  readonly outbox: Outbox;
  readonly iceServers: readonly IceServer[];
  readonly referenceNowMs: ReferenceClock;
  readonly clockId: ClockId;
}

export interface JoinRequest {
  readonly connectionId: ConnectionId;
  /** Its key is proven. */
  readonly member: Member;
  /** Signed by whoever they say, for this jam. */
  readonly documents: readonly OpenedDocument[];
}

interface Seat {
  readonly connectionId: ConnectionId;
  readonly name: string;
}

export class JamRoom {
  readonly jamId: JamId;
  readonly #surroundings: RoomSurroundings;
  /** In order of joining. */
  readonly #seats = new Map<PeerId, Seat>();
  #hostId: PeerId;
  #held: HeldDocuments = NO_DOCUMENTS;

  constructor(jamId: JamId, hostId: PeerId, surroundings: RoomSurroundings) {
    this.jamId = jamId;
    this.#hostId = hostId;
    this.#surroundings = surroundings;
  }

  get hostId(): PeerId {
    return this.#hostId;
  }

  get memberCount(): number {
    return this.#seats.size;
  }

  get isBlank(): boolean {
    return isBlank(this.#held);
  }

  has(peerId: PeerId): boolean {
    return this.#seats.has(peerId);
  }

  /**
   * Seats a member, takes what is new from the documents it brings, and tells everyone. With `mayBringHost` (shortly
   * after the server's start) a programme with music also decides who is host, as long as there is none here.
   */
  join({ connectionId, member, documents }: JoinRequest, { mayBringHost }: { readonly mayBringHost: boolean }): void {
    const rightfulHostId = mayBringHost && isBlank(this.#held) ? hostWithMusic(documents) : null;
    const isHostRestored = rightfulHostId !== null && rightfulHostId !== this.#hostId;
    if (isHostRestored) {
      this.#hostId = rightfulHostId;
      this.#held = NO_DOCUMENTS;
    }
    const { adopted, refusals } = this.#adoptFromJoiner(documents);

    const previous = this.#seats.get(member.peerId);
    if (previous) this.#surroundings.outbox.close(previous.connectionId, "replaced");
    this.#seats.set(member.peerId, { connectionId, name: member.name });

    if (isHostRestored) {
      this.#send(this.#everyone(), this.#welcome());
    } else {
      this.#send([connectionId], this.#welcome());
      const others = this.#everyoneBut(member.peerId);
      this.#send(others, { type: "member-joined", member });
      if (adopted.length > 0) this.#send(others, { type: "documents", documents: adopted });
    }
    for (const reason of refusals) this.#send([connectionId], { type: "refused", reason, what: "join" });
  }

  /** Frees the member's seat, unless a newer connection of the same member holds it. */
  leave(peerId: PeerId, connectionId: ConnectionId): void {
    if (this.#seats.get(peerId)?.connectionId !== connectionId) return;
    this.#seats.delete(peerId);
    this.#send(this.#everyone(), { type: "member-left", peerId });
  }

  /**
   * @param receivedReferenceMs when the message's last byte arrived, on the reference clock.
   * @throws ProtocolError when a published body is no document; nothing has happened then.
   */
  receive(from: PeerId, message: MemberMessage, receivedReferenceMs: number): void {
    const seat = this.#seats.get(from);
    if (!seat) return; // replaced meanwhile: the obsolete connection is being closed
    switch (message.type) {
      case "ping": {
        const answeredReferenceMs = this.#surroundings.referenceNowMs();
        return this.#send([seat.connectionId], {
          type: "pong",
          sentMs: message.sentMs,
          receivedReferenceMs,
          answeredReferenceMs,
        });
      }
      case "signal":
        return this.#relaySignal(seat, from, message.to, message.signal);
      case "intent":
        return this.#relayIntent(seat, from, message.intent);
      case "publish":
        return this.#publish(seat, from, message.documents);
      case "rename":
        this.#seats.set(from, { ...seat, name: message.name });
        return this.#send(this.#everyone(), { type: "member-renamed", member: { peerId: from, name: message.name } });
    }
  }

  #relaySignal(seat: Seat, from: PeerId, to: PeerId, signal: LinkSignal): void {
    const target = this.#seats.get(to);
    if (!target || to === from) return this.#refuse(seat, "no-such-member", "signal");
    this.#send([target.connectionId], { type: "signal", from, signal });
  }

  #relayIntent(seat: Seat, from: PeerId, intent: Intent): void {
    const host = this.#seats.get(this.#hostId);
    if (!host) return this.#refuse(seat, "host-absent", "intent");
    this.#send([host.connectionId], { type: "intent", from, intent });
  }

  /** All of a message's documents or none. */
  #publish(seat: Seat, from: PeerId, documents: readonly SignedDocument[]): void {
    if (from !== this.#hostId) return this.#refuse(seat, "not-host", "publish"); // before any costly signature check
    let held = this.#held;
    for (const signed of documents) {
      const result = openFor(this.jamId, signed);
      if (!result.ok) return this.#refuse(seat, result.reason, "publish");
      const adoption = adoptDocument(held, result.opened, this.#hostId);
      if (!adoption.ok) return this.#refuse(seat, adoption.reason, "publish");
      held = adoption.held;
    }
    this.#held = held;
    this.#send(this.#everyoneBut(from), { type: "documents", documents: [...documents] });
  }

  /** One by one: a member who comes back knows some that are newer and some that are older. */
  #adoptFromJoiner(documents: readonly OpenedDocument[]): { adopted: SignedDocument[]; refusals: RefusalReason[] } {
    const adopted: SignedDocument[] = [];
    const refusals: RefusalReason[] = [];
    for (const opened of documents) {
      const adoption = adoptDocument(this.#held, opened, this.#hostId);
      if (adoption.ok) {
        this.#held = adoption.held;
        adopted.push(opened.signed);
      } else if (adoption.reason === "not-host") refusals.push(adoption.reason); // being out of date is no fault
    }
    return { adopted, refusals };
  }

  #welcome(): ServerMessage {
    return {
      type: "welcome",
      hostId: this.#hostId,
      members: [...this.#seats].map(([peerId, { name }]) => ({ peerId, name })),
      documents: listDocuments(this.#held).map(({ signed }) => signed),
      iceServers: this.#surroundings.iceServers.map((server) => ({ ...server, urls: [...server.urls] })),
      clockId: this.#surroundings.clockId,
      referenceMs: this.#surroundings.referenceNowMs(),
    };
  }

  #refuse(seat: Seat, reason: RefusalReason, what: MemberMessage["type"]): void {
    this.#send([seat.connectionId], { type: "refused", reason, what });
  }

  #send(to: readonly ConnectionId[], message: ServerMessage): void {
    if (to.length > 0) this.#surroundings.outbox.send(to, message);
  }

  #everyone(): ConnectionId[] {
    return [...this.#seats.values()].map((seat) => seat.connectionId);
  }

  #everyoneBut(peerId: PeerId): ConnectionId[] {
    return [...this.#seats].filter(([id]) => id !== peerId).map(([, seat]) => seat.connectionId);
  }
}

/** Who signed the programme among `documents`, if there is music in it. */
function hostWithMusic(documents: readonly OpenedDocument[]): PeerId | null {
  const programme = documents.find(({ document }) => document.kind === "programme" && document.entries.length > 0);
  return programme?.document.hostId ?? null;
}
