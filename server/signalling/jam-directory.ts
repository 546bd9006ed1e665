/**
 * All jams of this server: opens them, finds them, remembers abandoned ones for a while and forgets them. Decides
 * who may come in; what is said inside a jam is the room's business.
 */
import { ProtocolError, isSignedBy, base64urlToBytes, joinProof } from "../../app/core/index.ts";
import type { ClientMessage, JamId, PeerId, RefusalReason } from "../../app/core/index.ts";
import type { ServerLimits } from "../limits.ts";
import { openFor } from "./held-documents.ts";
import type { OpenedDocument } from "./held-documents.ts";
import { JamRoom } from "./jam-room.ts";
import type { MemberMessage, RoomSurroundings } from "./jam-room.ts";
import type { CloseReason, ConnectionId } from "./outbox.ts";

export interface Knock {
  readonly connectionId: ConnectionId;
  /** Network address that the connection comes from, as far as it counts for limits. */
  readonly address: string;
  readonly jamId: JamId;
  /** What this connection was asked to sign. */
  readonly challenge: string;
  readonly join: Extract<ClientMessage, { type: "join" }>;
}

export type KnockResult = { readonly ok: true } | { readonly ok: false; readonly close: CloseReason };

interface Lease {
  readonly room: JamRoom;
  readonly openedBy: string;
}

export interface DirectoryOptions extends RoomSurroundings {
  readonly limits: Pick<
    ServerLimits,
    "membersPerJam" | "jamsPerAddress" | "jamGraceMs" | "blankJamGraceMs" | "keptJams" | "settleMs"
  >;
}

export class JamDirectory {
  readonly #options: DirectoryOptions;
  readonly #leases = new Map<JamId, Lease>();
  readonly #places = new Map<ConnectionId, { readonly room: JamRoom; readonly peerId: PeerId }>();
  /** Jams without members and when the last one left, longest ago first. */
  readonly #abandoned = new Map<JamId, number>();
  readonly #openedByAddress = new Map<string, number>();
  readonly #settledAtMs: number;

  constructor(options: DirectoryOptions) {
    this.#options = options;
    this.#settledAtMs = options.referenceNowMs() + options.limits.settleMs;
  }

  stats(): { readonly jams: number; readonly members: number } {
    return { jams: this.#leases.size, members: this.#places.size };
  }

  /** A connection that wants in: checks its key, finds or opens the jam, and seats it. */
  knock({ connectionId, address, jamId, challenge, join }: Knock): KnockResult {
    if (!isSignedBy(join.peerId, base64urlToBytes(join.proof), joinProof(jamId, challenge)))
      return { ok: false, close: "badProof" };
    this.forgetExpired();
    const { documents, refusals } = openKnown(jamId, join.documents);
    const existing = this.#leases.get(jamId)?.room;
    const room = existing ?? this.#open(jamId, documents[0]?.document.hostId ?? join.peerId, address);
    if (!room) return { ok: false, close: "rateLimited" };
    // The host always finds a place in its own jam.
    const needsPlace = !room.has(join.peerId) && join.peerId !== room.hostId;
    if (needsPlace && room.memberCount >= this.#options.limits.membersPerJam) return { ok: false, close: "jamFull" };
    this.#abandoned.delete(jamId);
    this.#places.set(connectionId, { room, peerId: join.peerId });
    const member = { peerId: join.peerId, name: join.name };
    room.join({ connectionId, member, documents }, { mayBringHost: this.#options.referenceNowMs() < this.#settledAtMs });
    for (const reason of refusals) this.#options.outbox.send([connectionId], { type: "refused", reason, what: "join" });
    return { ok: true };
  }

  /** @throws ProtocolError when the message is none; nothing has happened then. */
  receive(connectionId: ConnectionId, message: MemberMessage, receivedReferenceMs: number): void {
    const place = this.#places.get(connectionId);
    place?.room.receive(place.peerId, message, receivedReferenceMs);
  }

  leave(connectionId: ConnectionId): void {
    const place = this.#places.get(connectionId);
    if (!place) return; // never came in
    this.#places.delete(connectionId);
    const { room, peerId } = place;
    room.leave(peerId, connectionId);
    // A replaced connection may end after its jam was abandoned, or even forgotten.
    const isKept = this.#leases.get(room.jamId)?.room === room;
    if (!isKept || room.memberCount > 0 || this.#abandoned.has(room.jamId)) return;
    this.#abandoned.set(room.jamId, this.#options.referenceNowMs());
    this.forgetExpired();
  }

  /** Forgets jams whose grace is over, and the least recently used where too many are kept. */
  forgetExpired(): void {
    const nowMs = this.#options.referenceNowMs();
    const { jamGraceMs, blankJamGraceMs, keptJams } = this.#options.limits;
    let surplus = this.#abandoned.size - keptJams;
    for (const [jamId, sinceMs] of this.#abandoned) {
      const graceMs = this.#leases.get(jamId)?.room.isBlank ? blankJamGraceMs : jamGraceMs;
      if (surplus-- > 0 || nowMs - sinceMs >= graceMs) this.#forget(jamId);
    }
  }

  /** Null when this address has opened all the jams that it may have, and has members in all of them. */
  #open(jamId: JamId, hostId: PeerId, address: string): JamRoom | null {
    if ((this.#openedByAddress.get(address) ?? 0) >= this.#options.limits.jamsPerAddress) {
      const oldest = [...this.#abandoned.keys()].find((kept) => this.#leases.get(kept)?.openedBy === address);
      if (oldest === undefined) return null;
      this.#forget(oldest);
    }
    const room = new JamRoom(jamId, hostId, this.#options);
    this.#leases.set(jamId, { room, openedBy: address });
    this.#openedByAddress.set(address, (this.#openedByAddress.get(address) ?? 0) + 1);
    return room;
  }

  #forget(jamId: JamId): void {
    const lease = this.#leases.get(jamId);
    if (!lease) return;
    this.#leases.delete(jamId);
    this.#abandoned.delete(jamId);
    const count = (this.#openedByAddress.get(lease.openedBy) ?? 1) - 1;
    if (count > 0) this.#openedByAddress.set(lease.openedBy, count);
    else this.#openedByAddress.delete(lease.openedBy);
  }
}

/**
 * The documents that a joiner brings, as far as they are any good. Unlike a published one, a bad one costs nothing:
 * it may have rotted on the member's disk, and must not keep it out.
 */
function openKnown(jamId: JamId, signed: Knock["join"]["documents"]): { documents: OpenedDocument[]; refusals: RefusalReason[] } {
  const documents: OpenedDocument[] = [];
  const refusals: RefusalReason[] = [];
  for (const each of signed) {
    try {
      const result = openFor(jamId, each);
      if (result.ok) documents.push(result.opened);
      else refusals.push(result.reason);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      refusals.push("bad-signature");
    }
  }
  return { documents, refusals };
}
