/** What only real connections do: lose packets, fail, and write about it. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { cdp } from "vitest/browser";
import { LINK_CONNECT_TIMEOUT_MS, LINK_GRACE_MS, LINK_RESTART_DELAY_MS } from "../../app/core/index.ts";
import type { IceServer, LinkEvent } from "../../app/core/index.ts";
import { createWebRtcTransport } from "../../app/platform/webrtc/webrtc-transport.ts";
import type { WebRtcTransport } from "../../app/platform/webrtc/webrtc-transport.ts";
import { FakeClock } from "../support/fake-clock.ts";
import * as people from "../support/people.ts";

const alice = people.alice.peerId;
const bob = people.bob.peerId;

let clock: FakeClock;
let written: string[];
let noted: string[];
let events: { readonly at: "alice" | "bob"; readonly event: LinkEvent }[];
let onNews: () => void;
let left: WebRtcTransport;
let right: WebRtcTransport;

const write = (...parts: unknown[]): void => {
  written.push(parts.join(" "));
  onNews();
};
const openTransport = (selfId: typeof alice, iceServers: readonly IceServer[] = []): WebRtcTransport =>
  createWebRtcTransport({ selfId, iceServers, clock, log: (kind) => noted.push(kind), console: { info: write, warn: write } });

beforeEach(() => {
  clock = new FakeClock();
  written = [];
  noted = [];
  events = [];
  onNews = () => {};
  left = openTransport(alice);
  right = openTransport(bob);
  left.onEvent = (event) => {
    events.push({ at: "alice", event });
    if (event.kind === "signal") right.receiveSignal(alice, event.signal);
    onNews();
  };
  right.onEvent = (event) => {
    events.push({ at: "bob", event });
    if (event.kind === "signal") left.receiveSignal(bob, event.signal);
    onNews();
  };
});

afterEach(async () => {
  await loseEverything(false);
  left.closeAll("end of test");
  right.closeAll("end of test");
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise<void>((resolve) => (onNews = resolve));
}

async function loseEverything(isLost: boolean): Promise<void> {
  await cdp().send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: -1,
    packetLoss: isLost ? 100 : 0,
  });
}

const count = (at: "alice" | "bob", matches: (event: LinkEvent) => boolean) =>
  events.filter((entry) => entry.at === at && matches(entry.event)).length;
const isState = (state: string) => (event: LinkEvent) => event.kind === "state" && event.state === state;
const isOpened = (event: LinkEvent) => event.kind === "opened";
const isOffer = (event: LinkEvent) => event.kind === "signal" && event.signal.kind === "offer";

it("LT10, LT12: a link that loses its peer restarts ICE, and is given up after a grace", { timeout: 60_000 }, async () => {
  left.connect(bob);
  await until(() => count("alice", isOpened) + count("bob", isOpened) === 2);
  await until(() => written.includes(`pc() state=connected ${bob}`) && written.includes(`pc() state=connected ${alice}`));

  await loseEverything(true);
  await until(() => count("alice", isState("disconnected")) > 0 && count("bob", isState("disconnected")) > 0);
  expect(count("alice", isOffer)).toBe(1);
  clock.advance(LINK_RESTART_DELAY_MS);
  await until(() => count("alice", isOffer) === 2);
  expect(noted).toContain("ice-restart");
  await loseEverything(false);
  await until(() => count("alice", isState("connected")) === 2 && count("bob", isState("connected")) === 2);
  left.send(bob, "control", Uint8Array.of(1));
  await until(() => count("bob", ({ kind }) => kind === "message") === 1);
  clock.advance(LINK_GRACE_MS);
  expect(count("alice", ({ kind }) => kind === "closed")).toBe(0);

  await loseEverything(true);
  await until(() => count("bob", isState("disconnected")) === 2);
  clock.advance(LINK_GRACE_MS);
  await until(() => count("bob", ({ kind }) => kind === "closed") === 1);
  expect(events.at(-1)?.event).toMatchObject({ kind: "closed", reason: "connection lost" });
});

it("LT8: a link that does not open in time is closed", async () => {
  right.onEvent = () => {}; // bob's answer is lost
  left.connect(bob);
  await until(() => count("alice", isOffer) === 1);
  clock.advance(LINK_CONNECT_TIMEOUT_MS);
  await until(() => count("alice", ({ kind }) => kind === "closed") === 1);
  expect(events.at(-1)?.event).toEqual({ kind: "closed", peerId: bob, reason: "no connection in time" });
});

it("LT8: servers that the browser refuses cost the link, not the page", async () => {
  left.setIceServers([{ urls: ["nonsense"] }]);
  left.connect(bob);
  expect(events).toEqual([]);
  await until(() => events.length > 0);
  expect(events).toMatchObject([{ at: "alice", event: { kind: "closed", peerId: bob } }]);
});

it("LT4: a fault in one listener of events does not swallow the next event", async () => {
  const heard: string[] = [];
  const reported: string[] = [];
  const onError = (event: ErrorEvent): void => {
    reported.push(event.message);
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  window.addEventListener("error", onError, { capture: true });
  left.onEvent = (event) => {
    heard.push(event.kind);
    onNews();
    throw new Error("a fault");
  };
  left.connect(bob);
  left.close(bob, "enough");
  left.connect(bob);
  left.close(bob, "enough");
  await until(() => heard.length === 2);
  window.removeEventListener("error", onError, { capture: true });
  expect(heard).toEqual(["closed", "closed"]);
});
