/** Clients that break the protocol, hang or hurry lose their own connection, and nothing else happens. */
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { CLOSE_CODES, MAX_SIGNALLING_MESSAGE_BYTES } from "../../app/core/index.ts";
import { alice, bob, carol } from "../support/people.ts";
import { transportBy } from "./signed-documents.ts";
import { startTestServer } from "./test-server.ts";

const garbage: readonly { readonly what: string; readonly data: string | Uint8Array; readonly code?: number }[] = [
  { what: "random bytes", data: randomBytes(2000) },
  { what: "text that is not JSON", data: "}{" },
  { what: "nothing", data: "" },
  { what: "JSON that is no message", data: '["join"]' },
  { what: "an unknown message", data: '{"type":"play"}' },
  { what: "a message with a field too many", data: '{"type":"ping","sentMs":1,"from":"alice"}' },
  { what: "a number out of bounds", data: '{"type":"ping","sentMs":-1}' },
  { what: "a number that JSON makes infinite", data: '{"type":"ping","sentMs":1e999}' },
  { what: "JSON nested 100,000 deep", data: "[".repeat(100_000) + "]".repeat(100_000) },
  { what: "a polluted prototype", data: '{"__proto__":{"type":"ping","sentMs":1}}' },
  { what: "a name of 41 letters", data: JSON.stringify({ type: "rename", name: "x".repeat(41) }) },
  {
    what: "a published document that is none",
    data: JSON.stringify({ type: "publish", documents: [{ body: "AAAA", signature: "A".repeat(86) }] }),
  },
  {
    what: "a published document nested 100,000 deep",
    data: JSON.stringify({ type: "publish", documents: [{ body: "gYGB".repeat(33_000), signature: "A".repeat(86) }] }),
  },
  {
    what: "a second join",
    data: JSON.stringify({ type: "join", protocol: 1, peerId: alice.peerId, name: "x", proof: "A".repeat(86), documents: [] }),
  },
  { what: "a message beyond the size limit", data: " ".repeat(MAX_SIGNALLING_MESSAGE_BYTES + 1), code: 1009 },
];

test.each(garbage)("SG13: $what costs its sender the connection and nobody else anything", async ({ data, code }) => {
  const server = await startTestServer();
  const hostile = server.connect();
  await hostile.join(alice); // the host, so that publishing is judged by its content
  const neighbour = server.connect();
  await neighbour.join(bob);
  hostile.sendRaw(data);
  expect((await hostile.closed).code).toBe(code ?? CLOSE_CODES.protocolError);
  expect((await neighbour.next("member-left")).peerId).toBe(alice.peerId);
  await neighbour.settle();
  expect(neighbour.count("documents")).toBe(0);
});

test("SG13: bytes that are no WebSocket frame cost only the connection they came on", async () => {
  const server = await startTestServer();
  const neighbour = server.connect();
  await neighbour.join(bob);
  const raw = connect(server.port, "127.0.0.1");
  raw.write(
    "GET /ws/jam1 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
  );
  raw.write(Buffer.alloc(4096, 0xff));
  const hungUp = new Promise((resolve) => raw.once("close", resolve));
  raw.on("data", () => {}).on("error", () => {}); // what it is told, and how roughly, does not matter here
  await hungUp;
  await neighbour.settle();
});

test("SG13: a message before the join ends the connection", async () => {
  const server = await startTestServer();
  const hasty = server.connect();
  await hasty.next("challenge");
  hasty.send({ type: "publish", documents: [transportBy(bob)] });
  expect((await hasty.closed).code).toBe(CLOSE_CODES.protocolError);
});

test("SG14: who sends faster than allowed is cut off", async () => {
  const server = await startTestServer({ limits: { messagesPerSecond: 2 } });
  const neighbour = server.connect();
  await neighbour.join(alice);
  const hasty = server.connect();
  await hasty.join(bob);
  for (let count = 0; count < 40; count++) hasty.send({ type: "ping", sentMs: 0 });
  expect((await hasty.closed).code).toBe(CLOSE_CODES.rateLimited);
  expect(hasty.count("pong")).toBeGreaterThan(5);
  await neighbour.settle();
});

test("SG15: a full jam turns newcomers away, but never its host or a member that comes again", async () => {
  const server = await startTestServer({ limits: { membersPerJam: 2 } });
  const host = server.connect();
  await host.join(alice);
  await server.connect().join(bob);
  const late = server.connect();
  await late.sendJoin(carol);
  expect((await late.closed).code).toBe(CLOSE_CODES.jamFull);
  expect((await server.connect().join(bob)).members).toHaveLength(2);
  await host.leave();
  await server.connect().join(carol);
  expect((await server.connect().join(alice)).members).toHaveLength(3);
});

test("SG16: a connection that does not join in time is closed", async () => {
  const server = await startTestServer({ limits: { joinTimeoutMs: 30 } });
  expect((await server.connect().closed).code).toBe(CLOSE_CODES.unresponsive);
});

test("SG16: a member that no longer answers the heartbeat is dropped; the others stay", async () => {
  // So long that those who answer do so in time on a slow machine, too.
  const server = await startTestServer({ limits: { heartbeatMs: 1000 } });
  const alive = server.connect();
  await alive.join(alice);
  const dead = server.connect("jam1", { autoPong: false });
  await dead.join(bob);
  expect((await dead.closed).code).toBe(CLOSE_CODES.unresponsive);
  expect((await alive.next("member-left")).peerId).toBe(bob.peerId);
  await alive.settle();
});

test("SG16: a member that is gone without a word leaves its seat when the connection is cut", async () => {
  const server = await startTestServer({ limits: { heartbeatMs: 1000, closeGraceMs: 40 } });
  const alive = server.connect();
  await alive.join(alice);
  const vanished = server.connect();
  await vanished.join(bob);
  vanished.socket.pause(); // reads nothing any more, so it answers neither heartbeat nor goodbye
  expect((await alive.next("member-left")).peerId).toBe(bob.peerId);
  vanished.socket.terminate();
});

test("SG17: a member that does not take what is sent is dropped, not buffered for", async () => {
  const server = await startTestServer({
    limits: { messagesPerSecond: 10_000, maxBufferedBytes: 100_000, closeGraceMs: 10_000 },
  });
  const host = server.connect();
  await host.join(alice);
  const slow = server.connect();
  await slow.join(bob);
  slow.socket.pause();
  // More than the kernel's buffers on both sides take (4 and 6 MiB by Linux's defaults).
  const signal = { kind: "offer", sdp: "x".repeat(60_000) } as const;
  for (let count = 0; count < 400; count++) host.send({ type: "signal", to: bob.peerId, signal });
  await host.settle();
  slow.socket.resume();
  expect((await slow.closed).code).toBe(CLOSE_CODES.unresponsive);
  expect(slow.count("signal")).toBeLessThan(400);
  expect((await host.next("member-left")).peerId).toBe(bob.peerId);
});

test("SG19: one address may have so many connections and no more", async () => {
  const server = await startTestServer({ limits: { connectionsPerAddress: 2 } });
  const first = server.connect();
  await first.join(alice);
  await server.connect().join(bob);
  expect((await server.connect().closed).code).toBe(CLOSE_CODES.rateLimited);
  await first.leave();
  await server.connect().join(carol);
});

test("SG19: one address may try so often in a minute and no more", async () => {
  const server = await startTestServer({ limits: { connectionAttemptsPerMinute: 2 } });
  await server.connect().join(alice);
  await server.connect().join(bob);
  expect((await server.connect().closed).code).toBe(CLOSE_CODES.rateLimited);
});

test("SG20: a stopping server says so to everyone, and waits for nobody for long", async () => {
  const server = await startTestServer({ limits: { closeGraceMs: 100 } });
  const member = server.connect();
  await member.join(alice);
  const deaf = server.connect();
  await deaf.join(bob);
  deaf.socket.pause();
  await server.stop();
  expect((await member.closed).code).toBe(CLOSE_CODES.serverStopping);
  expect(member.count("member-left")).toBe(0);
  deaf.socket.terminate();
});
