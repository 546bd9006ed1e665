/** The conversation between members and server, over real sockets. */
import { describe, expect, test } from "vitest";
import { bytesToBase64url, CLOSE_CODES } from "../../app/core/index.ts";
import type { LinkSignal } from "../../app/core/index.ts";
import { alice, bob, carol } from "../support/people.ts";
import { programmeBy, transportBy } from "./signed-documents.ts";
import { startTestServer } from "./test-server.ts";

const offer: LinkSignal = { kind: "offer", sdp: "v=0\r\n" };

describe("joining", () => {
  test("SG2: who joins is welcomed with everyone present in order, and the others hear of it", async () => {
    const iceServers = [{ urls: ["turn:turn.example.org"], username: "us", credential: "er" }];
    const server = await startTestServer({ iceServers });
    const first = server.connect();
    await first.join(alice, { name: "Alice" });
    const second = server.connect();
    const welcome = await second.join(bob, { name: "Bob" });
    expect(welcome).toMatchObject({
      hostId: alice.peerId,
      members: [
        { peerId: alice.peerId, name: "Alice" },
        { peerId: bob.peerId, name: "Bob" },
      ],
      documents: [],
      iceServers,
    });
    expect((await first.next("member-joined")).member).toEqual({ peerId: bob.peerId, name: "Bob" });
    await second.leave();
    expect((await first.next("member-left")).peerId).toBe(bob.peerId);
  });

  test("SG1: a proof by another key is refused with its own close code, and nobody hears of it", async () => {
    const server = await startTestServer();
    const host = server.connect();
    await host.join(alice);
    const impostor = server.connect();
    await impostor.sendJoin({ peerId: alice.peerId, sign: bob.sign });
    expect((await impostor.closed).code).toBe(CLOSE_CODES.badProof);
    await host.settle();
    expect(host.count("member-joined")).toBe(0);
    expect(host.socket.readyState).toBe(host.socket.OPEN);
  });

  test("SG1: a proof that was overheard is worth nothing on another connection", async () => {
    const server = await startTestServer();
    const eavesdropper = server.connect();
    const overheard = bytesToBase64url(alice.sign(new TextEncoder().encode("beattorrent join 1\njam1\nan earlier challenge")));
    await eavesdropper.sendJoin(alice, { proof: overheard });
    expect((await eavesdropper.closed).code).toBe(CLOSE_CODES.badProof);
  });

  test("SG3: the first who joins an unknown jam is its host, also of jam1", async () => {
    const server = await startTestServer();
    for (const jam of ["jam1", "mellow-otter-42"]) {
      expect((await server.connect(jam).join(bob)).hostId).toBe(bob.peerId);
      expect((await server.connect(jam).join(alice)).hostId).toBe(bob.peerId);
    }
  });

  test("SG10: a member that connects again replaces its old connection and keeps its place", async () => {
    const server = await startTestServer();
    const oldTab = server.connect();
    await oldTab.join(alice, { name: "Alice" });
    const listener = server.connect();
    await listener.join(bob, { name: "Bob" });
    const newTab = server.connect();
    const welcome = await newTab.join(alice, { name: "Alice again" });
    expect((await oldTab.closed).code).toBe(CLOSE_CODES.replaced);
    expect(welcome.members.map(({ name }) => name)).toEqual(["Alice again", "Bob"]);
    expect((await listener.next("member-joined")).member).toEqual({ peerId: alice.peerId, name: "Alice again" });
    await newTab.settle();
    await listener.settle();
    expect(listener.count("member-left")).toBe(0);
  });

  test("SG21: what is no jam id is turned away with a close code of its own", async () => {
    const server = await startTestServer();
    for (const jam of ["UPPER", "-dash", "a".repeat(41), "%6Aam1"]) {
      expect((await server.connect(jam).closed).code).toBe(CLOSE_CODES.badJam);
    }
  });

  test("SG22: a new name reaches everyone and is in the next welcome", async () => {
    const server = await startTestServer();
    const host = server.connect();
    await host.join(alice, { name: "Alice" });
    host.send({ type: "rename", name: "Alicia" });
    expect((await host.next("member-renamed")).member).toEqual({ peerId: alice.peerId, name: "Alicia" });
    expect((await server.connect().join(bob)).members[0]?.name).toBe("Alicia");
  });
});

describe("documents", () => {
  test("SG4: what the host publishes reaches everyone, now and later", async () => {
    const server = await startTestServer();
    const host = server.connect();
    const listener = server.connect();
    await host.join(alice);
    await listener.join(bob);
    const documents = [transportBy(alice), programmeBy(alice)];
    host.send({ type: "publish", documents });
    expect((await listener.next("documents")).documents).toEqual(documents);
    expect((await server.connect().join(carol)).documents).toEqual(documents);
  });

  test("SG4: a listener's forged play is refused and reaches nobody", async () => {
    const server = await startTestServer();
    const host = server.connect();
    const listener = server.connect();
    await host.join(alice);
    await listener.join(bob);
    for (const forged of [transportBy(bob, { seq: 9 }), transportBy(bob, { seq: 9, host: alice })]) {
      listener.send({ type: "publish", documents: [forged] });
      expect(await listener.next("refused")).toMatchObject({ reason: "not-host", what: "publish" });
    }
    await host.settle();
    expect(host.count("documents")).toBe(0);
    expect((await server.connect().join(carol)).documents).toEqual([]);
  });

  test("SG5: stale, foreign and badly signed documents of the host are refused whole, each with its reason", async () => {
    const server = await startTestServer();
    const host = server.connect();
    const listener = server.connect();
    await host.join(alice);
    await listener.join(bob);
    host.send({ type: "publish", documents: [transportBy(alice, { seq: 5 })] });
    await listener.next("documents");
    const cases = [
      { reason: "stale-document", bad: transportBy(alice, { seq: 5 }) },
      { reason: "stale-document", bad: transportBy(alice, { seq: 4 }) },
      { reason: "wrong-jam", bad: transportBy(alice, { seq: 6, jam: "jam2" }) },
      { reason: "bad-signature", bad: transportBy(bob, { seq: 6, host: alice }) },
      { reason: "not-host", bad: transportBy(bob, { seq: 6 }) },
    ];
    for (const { reason, bad } of cases) {
      host.send({ type: "publish", documents: [programmeBy(alice, { seq: 7 }), bad] });
      expect(await host.next("refused")).toMatchObject({ reason, what: "publish" });
    }
    await listener.settle();
    expect(listener.count("documents")).toBe(1);
    expect((await server.connect().join(carol)).documents).toEqual([transportBy(alice, { seq: 5 })]);
  });

  test("SG5: documents of one jam mean nothing in another of the same host", async () => {
    const server = await startTestServer();
    const host = server.connect("jam2");
    await host.join(alice);
    host.send({ type: "publish", documents: [transportBy(alice, { jam: "jam1", seq: 99 })] });
    expect((await host.next("refused")).reason).toBe("wrong-jam");
    const listener = server.connect("jam2");
    await listener.join(bob, { documents: [transportBy(alice, { jam: "jam1", seq: 99 })] });
    expect(await listener.next("refused")).toMatchObject({ reason: "wrong-jam", what: "join" });
  });

  test("SG6: documents that were made while the server was away reach everyone when their host or a listener joins", async () => {
    const server = await startTestServer();
    const host = server.connect();
    await host.join(alice, { documents: [transportBy(alice, { seq: 3 })] });
    const stale = server.connect();
    const welcome = await stale.join(bob, { documents: [transportBy(alice, { seq: 2 })] });
    expect(welcome.documents).toEqual([transportBy(alice, { seq: 3 })]);
    const informed = server.connect();
    await informed.join(carol, { documents: [transportBy(alice, { seq: 4 }), programmeBy(alice)] });
    expect((await host.next("documents")).documents).toEqual([transportBy(alice, { seq: 4 }), programmeBy(alice)]);
    await stale.settle();
    expect(stale.count("refused")).toBe(0);
  });
});

describe("a restart", () => {
  test("SG3: a listener's documents bring back the host before the host itself is back", async () => {
    const before = await startTestServer();
    const host = before.connect();
    const listener = before.connect();
    await host.join(alice);
    const documents = [transportBy(alice), programmeBy(alice)];
    host.send({ type: "publish", documents });
    await listener.join(bob);
    await before.stop();
    expect((await host.closed).code).toBe(CLOSE_CODES.serverStopping);

    const after = await startTestServer();
    const welcome = await after.connect().join(bob, { documents });
    expect(welcome).toMatchObject({ hostId: alice.peerId, documents });
    const returned = after.connect();
    await returned.join(alice, { documents });
    returned.send({ type: "publish", documents: [transportBy(alice, { seq: 2 })] });
    await returned.settle();
    expect(returned.count("refused")).toBe(0);
  });

  test("SG7: a newcomer who was faster than the members gives the jam back, and all are welcomed anew", async () => {
    const server = await startTestServer();
    const newcomer = server.connect();
    expect((await newcomer.join(carol)).hostId).toBe(carol.peerId);
    newcomer.send({ type: "publish", documents: [transportBy(carol), programmeBy(carol, { tracks: 0 })] });
    await newcomer.settle();
    const documents = [transportBy(alice, { seq: 8 }), programmeBy(alice, { seq: 8 })];
    expect((await server.connect().join(bob, { documents })).hostId).toBe(alice.peerId);
    expect(await newcomer.next("welcome")).toMatchObject({ hostId: alice.peerId, documents });
  });

  test("SG7: documents never take a jam from a host with music in it, nor later than shortly after the start", async () => {
    const documents = [transportBy(bob, { seq: 99 }), programmeBy(bob, { seq: 99 })];
    const settled = await startTestServer({ limits: { settleMs: 0 } });
    await settled.connect().join(alice);
    const thief = settled.connect();
    expect((await thief.join(bob, { documents })).hostId).toBe(alice.peerId);
    expect(await thief.next("refused")).toMatchObject({ reason: "not-host", what: "join" });

    const fresh = await startTestServer();
    const host = fresh.connect();
    await host.join(alice, { documents: [programmeBy(alice)] });
    expect((await fresh.connect().join(bob, { documents })).hostId).toBe(alice.peerId);
    await host.settle();
    expect(host.count("documents")).toBe(0);
  });

  test("SG3: documents that are damaged or of another jam do not decide who is host, and keep nobody out", async () => {
    const server = await startTestServer();
    const { body } = transportBy(alice);
    const broken = [transportBy(alice, { jam: "jam2" }), { body: body.slice(0, 20), signature: transportBy(alice).signature }];
    const member = server.connect();
    expect((await member.join(bob, { documents: broken })).hostId).toBe(bob.peerId);
    expect((await member.next("refused")).reason).toBe("wrong-jam");
    expect((await member.next("refused")).reason).toBe("bad-signature");
  });
});

describe("relaying", () => {
  test("SG8: a signal reaches the member it is for, with its sender's name on it, and nobody else", async () => {
    const server = await startTestServer();
    const [first, second, third] = [server.connect(), server.connect(), server.connect()];
    await first.join(alice);
    await second.join(bob);
    await third.join(carol);
    second.send({ type: "signal", to: carol.peerId, signal: offer });
    expect(await third.next("signal")).toEqual({ type: "signal", from: bob.peerId, signal: offer });
    await first.settle();
    expect(first.count("signal")).toBe(0);
  });

  test("SG8: a signal for somebody who is not in this jam is refused", async () => {
    const server = await startTestServer();
    const other = server.connect("jam2");
    await other.join(bob);
    const member = server.connect("jam1");
    await member.join(alice);
    member.send({ type: "signal", to: bob.peerId, signal: offer });
    expect(await member.next("refused")).toMatchObject({ reason: "no-such-member", what: "signal" });
    await other.settle();
    expect(other.count("signal")).toBe(0);
  });

  test("SG23: a refusal of a link travels like an offer; with any other reason it breaks the protocol", async () => {
    const server = await startTestServer();
    const [first, second] = [server.connect(), server.connect()];
    await first.join(alice);
    await second.join(bob);
    first.send({ type: "signal", to: bob.peerId, signal: { ...offer, needed: true } });
    expect(await second.next("signal")).toEqual({ type: "signal", from: alice.peerId, signal: { ...offer, needed: true } });
    second.send({ type: "signal", to: alice.peerId, signal: { kind: "refused", reason: "full" } });
    expect(await first.next("signal")).toMatchObject({ from: bob.peerId, signal: { kind: "refused", reason: "full" } });
    second.socket.send(
      JSON.stringify({ type: "signal", to: alice.peerId, signal: { kind: "refused", reason: "x".repeat(1000) } }),
    );
    expect((await second.closed).code).toBe(CLOSE_CODES.protocolError);
  });

  test("SG9: an intent reaches the host alone; without a host it is refused", async () => {
    const server = await startTestServer();
    const [host, listener, bystander] = [server.connect(), server.connect(), server.connect()];
    await host.join(alice);
    await listener.join(bob);
    await bystander.join(carol);
    const entryId = "entry-0001";
    listener.sendRaw(JSON.stringify({ type: "intent", intent: { kind: "remove", entryId } }));
    expect(await host.next("intent")).toMatchObject({ from: bob.peerId, intent: { kind: "remove", entryId } });
    await host.leave();
    await listener.next("member-left");
    listener.sendRaw(JSON.stringify({ type: "intent", intent: { kind: "remove", entryId } }));
    expect(await listener.next("refused")).toMatchObject({ reason: "host-absent", what: "intent" });
    await bystander.settle();
    expect(bystander.count("intent")).toBe(0);
  });

  test("SG11: a ping is answered with when it came and when it was answered", async () => {
    const server = await startTestServer();
    const member = server.connect();
    const { referenceMs } = await member.join(alice);
    member.send({ type: "ping", sentMs: 123.25 });
    const pong = await member.next("pong");
    expect(pong.sentMs).toBe(123.25);
    expect(pong.receivedReferenceMs).toBeGreaterThanOrEqual(referenceMs);
    expect(pong.answeredReferenceMs).toBeGreaterThanOrEqual(pong.receivedReferenceMs);
  });
});
