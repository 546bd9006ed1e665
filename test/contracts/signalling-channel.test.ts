/** The channel over real sockets on the loopback; Node 20 has no WebSocket of its own, so it borrows the one of `ws`. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { CLOSE_CODES, RECONNECT_CAP_MS, SOCKET_CONNECT_TIMEOUT_MS, SOCKET_SILENCE_MS } from "../../app/core/index.ts";
import type { SignallingChannel, SignallingEvent } from "../../app/core/index.ts";
import { createSignallingChannel } from "../../app/platform/signalling/signalling-channel.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

let server: WebSocketServer;
let url = "";
let clock: VirtualClock;
let channel: SignallingChannel;
let events: SignallingEvent[];
let wake: (() => void) | null;
let onNews: () => void;
/** Waits that were drawn: attempts that failed. */
let draws: number;

async function listen(port = 0): Promise<void> {
  server = new WebSocketServer({ host: "127.0.0.1", port });
  await once(server, "listening");
  const { port: bound } = server.address() as AddressInfo;
  url = `ws://127.0.0.1:${bound}/ws/jam1`;
}

async function stopListening(): Promise<void> {
  for (const socket of server.clients) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
}

/** The server's end of the next connection. */
async function accepted(): Promise<WebSocket> {
  const [socket] = (await once(server, "connection")) as [WebSocket];
  return socket;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise<void>((resolve) => (onNews = resolve));
}

const kinds = () => events.map(({ kind }) => kind);

/** Opens the channel; gives the server's end. */
async function openChannel(): Promise<WebSocket> {
  const connection = accepted();
  const before = events.length;
  channel.open();
  const socket = await connection;
  await until(() => events.length > before);
  return socket;
}

beforeEach(async () => {
  vi.stubGlobal("WebSocket", WebSocket);
  await listen();
  clock = new VirtualClock();
  events = [];
  draws = 0;
  wake = null;
  onNews = () => {};
  channel = createSignallingChannel(url, {
    clock,
    random: () => {
      draws++;
      onNews();
      return 0.5;
    },
    onWake: (run) => {
      wake = run;
      return () => (wake = null);
    },
  });
  channel.onEvent = (event) => {
    events.push(event);
    onNews();
  };
});

afterEach(async () => {
  channel.close();
  await stopListening();
  vi.unstubAllGlobals();
});

it("RC5: carries text both ways while it is open, and drops it while it is not", async () => {
  expect(channel.send("too early")).toBe(false);
  const socket = await openChannel();
  const received = once(socket, "message");
  expect(channel.send("hello")).toBe(true);
  expect(String((await received)[0])).toBe("hello");
  socket.send(Buffer.from("binary is not for us"));
  socket.send("welcome");
  await until(() => kinds().includes("message"));
  expect(events).toEqual([{ kind: "opened" }, { kind: "message", text: "welcome" }]);
  channel.close();
  expect(channel.send("too late")).toBe(false);
});

it("RC5: says `closed` once per outage and opens again by itself", async () => {
  const { port } = server.address() as AddressInfo;
  await openChannel();
  await stopListening();
  await until(() => kinds().includes("closed"));
  expect(events[1]).toMatchObject({ kind: "closed", code: 1006, final: false });
  clock.advance(RECONNECT_CAP_MS); // an attempt that finds nobody
  await until(() => draws === 2);
  await listen(port);
  const again = accepted();
  wake?.();
  await again;
  await until(() => kinds().filter((kind) => kind === "opened").length === 2);
  expect(kinds()).toEqual(["opened", "closed", "woke", "opened"]);
});

it("RC6: does not wait when the network is back or the page is seen again", async () => {
  const socket = await openChannel();
  socket.close(CLOSE_CODES.serverStopping, "stopping");
  await until(() => kinds().includes("closed"));
  const again = accepted();
  wake?.();
  await again;
  expect(events[1]).toEqual({ kind: "closed", code: CLOSE_CODES.serverStopping, reason: "stopping", final: false });
});

it("RC9: tells that the device may have slept, connected or not", async () => {
  await openChannel();
  wake?.();
  expect(kinds()).toEqual(["opened", "woke"]);
});

it("RC3: a final code ends it for good", async () => {
  const socket = await openChannel();
  socket.close(CLOSE_CODES.replaced, "another tab");
  await until(() => kinds().includes("closed"));
  expect(events.at(-1)).toEqual({ kind: "closed", code: CLOSE_CODES.replaced, reason: "another tab", final: true });
  expect(clock.pendingCount).toBe(0);
  expect(wake).toBeNull();
});

it("RC7: a socket that answers nothing is given up, and replaced", async () => {
  const socket = await openChannel();
  channel.send("ping");
  clock.advance(SOCKET_SILENCE_MS - 1);
  expect(kinds()).toEqual(["opened"]);
  clock.advance(1);
  expect(events.at(-1)).toMatchObject({ kind: "closed", reason: "silent", final: false });
  const again = accepted();
  clock.advance(RECONNECT_CAP_MS);
  await again;
  socket.terminate();
});

it("RC7: any answer will do", async () => {
  const socket = await openChannel();
  channel.send("ping");
  socket.send("pong");
  await until(() => kinds().includes("message"));
  clock.advance(SOCKET_SILENCE_MS);
  expect(kinds()).toEqual(["opened", "message"]);
});

it("RC7: an attempt that hangs is abandoned", async () => {
  channel.open();
  clock.advance(SOCKET_CONNECT_TIMEOUT_MS);
  expect(events).toEqual([{ kind: "closed", code: 1006, reason: "no answer", final: false }]);
});

it("RC8: says nothing more after it was closed by its owner, and may be opened again", async () => {
  await openChannel();
  const before = events.length;
  channel.close();
  expect(clock.pendingCount).toBe(0);
  await openChannel();
  expect(events.slice(before)).toEqual([{ kind: "opened" }]);
});
