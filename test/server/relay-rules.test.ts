/** Random histories of one jam: whatever members do, in whatever order, the invariants of the relay hold. */
import fc from "fast-check";
import { expect, test } from "vitest";
import * as v from "valibot";
import { isNewer, JamIdSchema, openDocument } from "../../app/core/index.ts";
import type { Identity, PeerId, ServerMessage, SignedDocument } from "../../app/core/index.ts";
import { openFor } from "../../server/signalling/held-documents.ts";
import { JamRoom } from "../../server/signalling/jam-room.ts";
import { alice, bob, carol, clockIdOf } from "../support/people.ts";
import { programmeBy, transportBy } from "./signed-documents.ts";

const people = [alice, bob, carol] as const;
/** Signed once, since signing is slow: by each person, for two jams, with seven numbers. */
const shelf = people.flatMap((signer) =>
  ["jam1", "jam2"].flatMap((jam) =>
    [0, 1, 2, 3, 4, 5, 6].flatMap((seq) => [transportBy(signer, { jam, seq }), programmeBy(signer, { jam, seq })]),
  ),
);

const who = fc.constantFrom(...people);
const document = fc.constantFrom(...shelf);
const step = fc.oneof(
  fc.record({ kind: fc.constant("join" as const), who, documents: fc.array(document, { maxLength: 2 }) }),
  fc.record({ kind: fc.constant("leave" as const), who }),
  fc.record({ kind: fc.constant("publish" as const), who, documents: fc.array(document, { minLength: 1, maxLength: 2 }) }),
  fc.record({ kind: fc.constant("signal" as const), who, to: who }),
  fc.record({ kind: fc.constant("intent" as const), who }),
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

const jamId = v.parse(JamIdSchema, "jam1");

/** Holds the room's words against a model that knows nothing but who is present. */
class Witness {
  readonly room: JamRoom;
  readonly present = new Map<PeerId, number>();
  published = 0;
  #nextId = 1;
  #step: Step | null = null;
  #newest = new Map<string, SignedDocument>();

  constructor() {
    this.room = new JamRoom(jamId, alice.peerId, {
      outbox: { send: (to, message) => this.#check(to, message), close: () => {} },
      iceServers: [],
      referenceNowMs: () => 0,
      clockId: clockIdOf("first"),
    });
  }

  run(next: Step): void {
    this.#step = next;
    const from = next.who.peerId;
    const connectionId = this.present.get(from);
    if (next.kind === "join") return this.#join(next.who, next.documents);
    if (connectionId === undefined) return;
    if (next.kind === "leave") {
      this.present.delete(from);
      this.room.leave(from, connectionId);
    } else if (next.kind === "publish") this.room.receive(from, { type: "publish", documents: next.documents }, 0);
    else if (next.kind === "signal")
      this.room.receive(from, { type: "signal", to: next.to.peerId, signal: { kind: "offer", sdp: "" } }, 0);
    else this.room.receive(from, JSON.parse('{"type":"intent","intent":{"kind":"remove","entryId":"entry-0001"}}'), 0);
  }

  #join(identity: Identity, signed: readonly SignedDocument[]): void {
    const connectionId = this.#nextId++;
    this.present.set(identity.peerId, connectionId);
    const results = signed.map((each) => openFor(jamId, each));
    const documents = results.flatMap((result) => (result.ok ? [result.opened] : []));
    this.room.join({ connectionId, member: { peerId: identity.peerId, name: "x" }, documents }, { mayBringHost: false });
  }

  #check(to: readonly number[], message: ServerMessage): void {
    const peers = [...this.present].filter(([, id]) => to.includes(id)).map(([peerId]) => peerId);
    expect(peers, "speaks to those who are present, to each once").toHaveLength(to.length);
    if (message.type === "signal" || message.type === "intent") {
      expect(message.from, "stamps the sender").toBe(this.#step?.who.peerId);
      expect(peers, "tells one alone").toHaveLength(1);
    }
    if (message.type === "intent") expect(peers).toEqual([alice.peerId]);
    if (message.type === "documents") for (const each of message.documents) this.#checkNewer(each);
    if (message.type === "welcome") {
      expect(message.hostId, "the host stays host").toBe(alice.peerId);
      expect(message.members.map(({ peerId }) => peerId).sort()).toEqual([...this.present.keys()].sort());
      for (const each of message.documents) this.#newest.set(openDocument(each).kind, each);
    }
  }

  #checkNewer(signed: SignedDocument): void {
    const opened = openDocument(signed);
    const newest = this.#newest.get(opened.kind);
    expect(opened).toMatchObject({ hostId: alice.peerId, jamId: "jam1" });
    expect(isNewer(opened, newest ? openDocument(newest) : null) || newest === signed).toBe(true);
    this.#newest.set(opened.kind, signed);
    this.published += 1;
  }
}

test("SG4, SG5: in any history nothing but newer documents by the host is relayed, and the host stays host", () => {
  let published = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 40 }), (steps) => {
      const witness = new Witness();
      for (const each of steps) witness.run(each);
      published += witness.published;
    }),
    { numRuns: 40, seed: 7 },
  );
  expect(published, "the run was not vacuous").toBeGreaterThan(10);
});
