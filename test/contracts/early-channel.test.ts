/** Over real sockets on the loopback, as the channel within it. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { CLOSE_CODES } from "../../app/core/index.ts";
import type { SignallingEvent } from "../../app/core/index.ts";
import { EarlyChannel } from "../../app/platform/signalling/early-channel.ts";
import { createSignallingChannel } from "../../app/platform/signalling/signalling-channel.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

let server: WebSocketServer;
let clock: VirtualClock;
let channel: EarlyChannel;
let events: SignallingEvent[];
let connections: number;

beforeEach(async () => {
  vi.stubGlobal("WebSocket", WebSocket);
  server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  connections = 0;
  server.on("connection", (socket) => {
    connections++;
    socket.send("challenge");
    socket.on("message", (text: Buffer) => socket.send(`heard ${text.toString()}`));
  });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  clock = new VirtualClock();
  events = [];
  channel = new EarlyChannel(
    createSignallingChannel(`ws://127.0.0.1:${port}/ws/jam1`, { clock, random: () => 0.5, onWake: () => () => {} }),
  );
  channel.onEvent = (event) => events.push(event);
});

afterEach(async () => {
  channel.close();
  for (const socket of server.clients) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
  vi.unstubAllGlobals();
});

const texts = () => events.flatMap((event) => (event.kind === "message" ? [event.text] : []));

/** Its challenge has come by then. */
async function prepare(): Promise<void> {
  const before = connections;
  channel.prepare();
  await vi.waitFor(() => expect(connections).toBe(before + 1));
  await vi.waitFor(() => expect(channel.send("ready?")).toBe(true));
}

it("RC10: tells upon opening what came before", async () => {
  await prepare();
  channel.prepare(); // somebody who fills in a form shows many times that they are there
  expect(events).toEqual([]);
  channel.open();
  await vi.waitFor(() => expect(texts()).toEqual(["challenge", "heard ready?"]));
  expect(events[0]).toEqual({ kind: "opened" });
  channel.send("hello");
  await vi.waitFor(() => expect(texts()).toContain("heard hello"));
  expect(connections).toBe(1);
});

it("RC10: opens as any channel where nobody prepared it", async () => {
  channel.open();
  await vi.waitFor(() => expect(texts()).toEqual(["challenge"]));
});

it("RC10: does not come back for somebody who only looks in", async () => {
  await prepare();
  for (const socket of server.clients) socket.close(CLOSE_CODES.unresponsive, "did not join");
  await vi.waitFor(() => expect(channel.send("still there?")).toBe(false));
  expect(clock.pendingCount).toBe(0);
  await prepare(); // they touch the page again
  expect(connections).toBe(2);
  for (const socket of server.clients) socket.close(CLOSE_CODES.unresponsive, "did not join");
  await vi.waitFor(() => expect(channel.send("still there?")).toBe(false));
  channel.open();
  await vi.waitFor(() => expect(texts()).toEqual(["challenge"]));
  expect(events.map(({ kind }) => kind)).toEqual(["opened", "message"]);
});

it("RC10: a connection that breaks later is replaced, and told of, as ever", async () => {
  await prepare();
  channel.open();
  for (const socket of server.clients) socket.terminate();
  await vi.waitFor(() => expect(events.at(-1)).toMatchObject({ kind: "closed", final: false }));
  expect(clock.pendingCount).toBeGreaterThan(0);
});
