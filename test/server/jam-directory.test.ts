/** Which jams there are, who may come in, and how long a jam is remembered: pure rules under a clock moved by hand. */
import { describe, expect, test } from "vitest";
import * as v from "valibot";
import { bytesToBase64url, CLOSE_CODES, JamIdSchema, joinProof } from "../../app/core/index.ts";
import type { Identity, ServerMessage, SignedDocument } from "../../app/core/index.ts";
import { JamDirectory } from "../../server/signalling/jam-directory.ts";
import type { DirectoryOptions, Knock, KnockResult } from "../../server/signalling/jam-directory.ts";
import { alice, bob, carol, clockIdOf } from "../support/people.ts";
import { programmeBy } from "./signed-documents.ts";

const MINUTE_MS = 60_000;

/** A directory with its surroundings: what it said to whom, and a clock that is moved by hand. */
class World {
  nowMs = 1_000_000;
  readonly said: { readonly to: readonly number[]; readonly message: ServerMessage }[] = [];
  readonly closed: { readonly id: number; readonly code: number }[] = [];
  readonly directory: JamDirectory;
  #nextId = 1;

  constructor(limits: Partial<DirectoryOptions["limits"]> = {}) {
    this.directory = new JamDirectory({
      outbox: {
        send: (to, message) => this.said.push({ to, message }),
        close: (id, reason) => this.closed.push({ id, code: CLOSE_CODES[reason] }),
      },
      iceServers: [],
      referenceNowMs: () => this.nowMs,
      clockId: clockIdOf("first"),
      limits: {
        membersPerJam: 10,
        jamsPerAddress: 10,
        jamGraceMs: 60 * MINUTE_MS,
        blankJamGraceMs: 2 * MINUTE_MS,
        keptJams: 10,
        settleMs: 0,
        ...limits,
      },
    });
  }

  knock(
    identity: Identity,
    jam: string,
    options: { documents?: readonly SignedDocument[]; address?: string } = {},
  ): { id: number; result: KnockResult } {
    const id = this.#nextId++;
    const jamId = v.parse(JamIdSchema, jam);
    const join: Knock["join"] = {
      type: "join",
      protocol: 1,
      peerId: identity.peerId,
      name: "x",
      proof: bytesToBase64url(identity.sign(joinProof(jamId, "challenge"))),
      documents: [...(options.documents ?? [])],
    };
    const address = options.address ?? "10.0.0.1";
    return { id, result: this.directory.knock({ connectionId: id, address, jamId, challenge: "challenge", join }) };
  }

  /** Comes and goes, and returns who was host. */
  visit(identity: Identity, jam: string, documents: readonly SignedDocument[] = []): string | undefined {
    const { id } = this.knock(identity, jam, { documents });
    const welcome = this.said.findLast(({ to, message }) => to.includes(id) && message.type === "welcome")?.message;
    this.directory.leave(id);
    return welcome?.type === "welcome" ? welcome.hostId : undefined;
  }
}

describe("an abandoned jam", () => {
  const music = [programmeBy(alice)];

  test("SG18: with music in it stays its host's for the grace time, and is forgotten then", () => {
    const world = new World();
    world.visit(alice, "jam1", music);
    world.nowMs += 60 * MINUTE_MS - 1;
    expect(world.visit(bob, "jam1")).toBe(alice.peerId);
    world.nowMs += 60 * MINUTE_MS;
    expect(world.visit(bob, "jam1")).toBe(bob.peerId);
  });

  test("SG18: with an empty programme is free again after a much shorter time", () => {
    const world = new World();
    world.visit(alice, "jam1", [programmeBy(alice, { tracks: 0 })]);
    world.nowMs += 2 * MINUTE_MS - 1;
    expect(world.visit(bob, "jam1")).toBe(alice.peerId);
    world.nowMs += 2 * MINUTE_MS;
    expect(world.visit(bob, "jam1")).toBe(bob.peerId);
  });

  test("SG18: is no longer abandoned once somebody is there", () => {
    const world = new World();
    world.visit(alice, "jam1", music);
    world.knock(bob, "jam1");
    world.nowMs += 600 * MINUTE_MS;
    world.directory.forgetExpired();
    expect(world.visit(carol, "jam1")).toBe(alice.peerId);
  });

  test("SG18: makes room for others when too many are kept, least recently used first", () => {
    const world = new World({ keptJams: 2 });
    for (const jam of ["jam1", "jam2"]) world.visit(alice, jam);
    world.visit(alice, "jam1"); // used again: jam2 is the oldest now
    world.visit(alice, "jam3");
    expect(world.directory.stats().jams).toBe(2);
    expect(world.visit(bob, "jam1")).toBe(alice.peerId);
    expect(world.visit(bob, "jam2")).toBe(bob.peerId);
  });

  test("SG10: an obsolete connection that ends late neither revives a forgotten jam nor ends the one that took its place", () => {
    const world = new World({ blankJamGraceMs: 0 });
    const old = world.knock(alice, "jam1").id;
    const current = world.knock(alice, "jam1").id;
    expect(world.closed).toEqual([{ id: old, code: CLOSE_CODES.replaced }]);
    world.directory.leave(current);
    expect(world.directory.stats()).toEqual({ jams: 0, members: 1 });
    world.knock(bob, "jam1");
    world.directory.leave(old);
    world.directory.forgetExpired();
    expect(world.directory.stats()).toEqual({ jams: 1, members: 1 });
    expect(world.visit(carol, "jam1")).toBe(bob.peerId);
  });
});

describe("one address", () => {
  test("SG19: may have so many jams with people in them, and no more", () => {
    const world = new World({ jamsPerAddress: 2 });
    expect(world.knock(alice, "jam1").result).toEqual({ ok: true });
    expect(world.knock(alice, "jam2").result).toEqual({ ok: true });
    expect(world.knock(alice, "jam3").result).toEqual({ ok: false, close: "rateLimited" });
    expect(world.knock(bob, "jam2").result).toEqual({ ok: true });
    expect(world.knock(alice, "jam3", { address: "10.0.0.2" }).result).toEqual({ ok: true });
  });

  test("SG19: gives up the jam that it abandoned longest ago when it opens one too many", () => {
    const world = new World({ jamsPerAddress: 2 });
    world.visit(alice, "jam1", [programmeBy(alice)]);
    world.visit(alice, "jam2", [programmeBy(alice, { jam: "jam2" })]);
    expect(world.visit(bob, "jam3")).toBe(bob.peerId);
    expect(world.visit(carol, "jam2")).toBe(alice.peerId);
    expect(world.directory.stats().jams).toBe(2);
  });
});

test("SG3: of documents by two signers only the first signer's count for an unknown jam", () => {
  const world = new World();
  const { id } = world.knock(carol, "jam1", { documents: [programmeBy(alice), programmeBy(bob, { seq: 9 })] });
  const [welcome, refused] = world.said.filter(({ to }) => to.includes(id)).map(({ message }) => message);
  expect(welcome).toMatchObject({ type: "welcome", hostId: alice.peerId, documents: [programmeBy(alice)] });
  expect(refused).toEqual({ type: "refused", reason: "not-host", what: "join" });
});
