/** What becomes of real connections in trouble, and what is written about it. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LINK_CONNECT_TIMEOUT_MS, LINK_GRACE_MS, LINK_RESTART_DELAY_MS, LINK_RESTART_INTERVAL_MS } from "../../app/core/index.ts";
import type { IceServer, LinkEvent } from "../../app/core/index.ts";
import { createWebRtcTransport } from "../../app/platform/webrtc/webrtc-transport.ts";
import type { WebRtcTransport } from "../../app/platform/webrtc/webrtc-transport.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import * as people from "../support/people.ts";

const alice = people.alice.peerId;
const bob = people.bob.peerId;

/** A real connection that can be made to believe that it lost its peer: packets cannot be stopped from in here. */
class ImpressionableConnection extends RTCPeerConnection {
  static all: ImpressionableConnection[] = [];
  #believed: RTCPeerConnectionState | null = null;

  constructor(configuration?: RTCConfiguration) {
    super(configuration);
    ImpressionableConnection.all.push(this);
  }

  override get connectionState(): RTCPeerConnectionState {
    return this.#believed ?? super.connectionState;
  }

  /** Null: the truth. */
  believe(state: RTCPeerConnectionState | null): void {
    this.#believed = state;
    this.dispatchEvent(new Event("connectionstatechange"));
  }
}

let clock: VirtualClock;
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
  ImpressionableConnection.all = [];
  vi.stubGlobal("RTCPeerConnection", ImpressionableConnection);
  clock = new VirtualClock();
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

afterEach(() => {
  left.closeAll("end of test");
  right.closeAll("end of test");
  vi.unstubAllGlobals();
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise<void>((resolve) => (onNews = resolve));
}

/** A link between alice, who offered, and bob; gives the two connections. */
async function openLink(): Promise<readonly [ImpressionableConnection, ImpressionableConnection]> {
  left.connect(bob);
  await until(() => count("alice", isOpened) + count("bob", isOpened) === 2);
  const [ofAlice, ofBob] = ImpressionableConnection.all;
  if (!ofAlice || !ofBob) throw new Error("a link has two ends");
  return [ofAlice, ofBob];
}

const count = (at: "alice" | "bob", matches: (event: LinkEvent) => boolean) =>
  events.filter((entry) => entry.at === at && matches(entry.event)).length;
const isState = (state: string) => (event: LinkEvent) => event.kind === "state" && event.state === state;
const isOpened = (event: LinkEvent) => event.kind === "opened";
const isClosed = ({ kind }: LinkEvent) => kind === "closed";
const isAnswer = (event: LinkEvent) => event.kind === "signal" && event.signal.kind === "answer";
const isOffer = (event: LinkEvent) => event.kind === "signal" && event.signal.kind === "offer";

it("LT12: states are written as people know them", async () => {
  const [ofAlice] = await openLink();
  await until(() => written.includes(`pc() state=connected ${bob}`) && written.includes(`pc() state=connected ${alice}`));
  ofAlice.believe("failed");
  expect(written.slice(-2)).toEqual([`ICE connection failed ${bob}`, `pc() state=failed ${bob}`]);
});

it("LT10: who offered restarts ICE after a while of silence, and the link goes on as it was", async () => {
  const [ofAlice, ofBob] = await openLink();
  const ufragOf = (connection: RTCPeerConnection) => /ice-ufrag:(\S+)/.exec(connection.remoteDescription?.sdp ?? "")?.[1];
  const before = ufragOf(ofBob);
  ofAlice.believe("disconnected");
  ofBob.believe("disconnected");
  clock.advance(LINK_RESTART_DELAY_MS - 1);
  expect(noted).not.toContain("ice-restart");
  clock.advance(1);
  await until(() => count("bob", isAnswer) === 2);
  expect(ufragOf(ofBob)).not.toBe(before);
  ofAlice.believe(null);
  ofBob.believe(null);
  await until(() => count("alice", isState("connected")) === 2);
  clock.advance(LINK_GRACE_MS);
  left.send(bob, "control", Uint8Array.of(1));
  await until(() => count("bob", ({ kind }) => kind === "message") === 1);
  expect([count("alice", isOffer), count("bob", isOffer)]).toEqual([2, 0]);
});

it("LT10: a failed connection restarts at once, and again while nothing comes of it", async () => {
  const [ofAlice] = await openLink();
  right.onEvent = () => {}; // bob's answers are lost
  ofAlice.believe("failed");
  clock.advance(0);
  await until(() => count("alice", isOffer) === 2);
  clock.advance(LINK_RESTART_INTERVAL_MS);
  await until(() => count("alice", isOffer) === 3);
});

it("LT10: a link whose peer stays lost is given up after the grace", async () => {
  const [ofAlice, ofBob] = await openLink();
  ofBob.believe("disconnected");
  clock.advance(LINK_GRACE_MS - 1);
  expect(count("bob", isClosed)).toBe(0);
  clock.advance(1);
  await until(() => count("bob", isClosed) === 1 && count("alice", isClosed) === 1);
  expect(ofAlice.signalingState).toBe("closed");
  expect(events).toContainEqual({ at: "bob", event: { kind: "closed", peerId: alice, reason: "connection lost" } });
});

it("LT10: who answered gives a failed link up when no restart comes", async () => {
  const [, ofBob] = await openLink();
  ofBob.believe("failed");
  clock.advance(LINK_RESTART_INTERVAL_MS);
  await until(() => count("bob", isClosed) === 1);
});

it("LT10: connecting where the link has failed starts anew", async () => {
  const [, ofBob] = await openLink();
  right.connect(alice);
  ofBob.believe("failed");
  ofBob.believe("disconnected"); // as after a long sleep: the browser says both, in this order
  right.connect(alice);
  await until(() => count("alice", isOpened) === 2 && count("bob", isOpened) === 2);
  expect([count("alice", isClosed), count("bob", isClosed)]).toEqual([1, 1]);
});

it("LT8: a link that does not open in time is closed", async () => {
  right.onEvent = () => {}; // bob's answer is lost
  left.connect(bob);
  await until(() => count("alice", isOffer) === 1);
  clock.advance(LINK_CONNECT_TIMEOUT_MS);
  await until(() => count("alice", isClosed) === 1);
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
  const reported: unknown[] = [];
  vi.stubGlobal("reportError", (error: unknown) => reported.push(error));
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
  expect(reported).toHaveLength(2);
  expect(heard).toEqual(["closed", "closed"]);
});

it("LT14: a long message is nudged on for every four packets, a short one is not, and nobody hears of it", async () => {
  await openLink();
  const sent: number[] = [];
  const send = vi.spyOn(RTCDataChannel.prototype, "send");
  const heard = (): number[] =>
    events.flatMap(({ at, event }) => (at === "bob" && event.kind === "message" ? [event.bytes.byteLength] : []));
  try {
    left.send(bob, "bulk", new Uint8Array(16 * 1024));
    left.send(bob, "bulk", new Uint8Array(4096));
    for (const [data] of send.mock.calls) sent.push((data as ArrayBufferView).byteLength);
    await until(() => heard().length === 2);
  } finally {
    send.mockRestore();
  }
  expect(sent).toEqual([16 * 1024, 0, 0, 0, 4096]);
  expect(heard()).toEqual([16 * 1024, 4096]);
});

it("LT15: makes the second connection when the first offer is out, and none that is not wanted any more", async () => {
  const carol = people.carol.peerId;
  const offered = () =>
    events.filter(({ at, event }) => at === "alice" && event.kind === "signal").map(({ event }) => event.peerId);
  left.onEvent = (event) => {
    if (event.kind === "signal" && event.signal.kind !== "offer") return;
    events.push({ at: "alice", event });
    onNews();
  };
  left.connect(bob);
  left.connect(carol);
  expect(ImpressionableConnection.all).toHaveLength(1);
  expect(await left.stats(carol)).toMatchObject({ state: "connecting" });
  await until(() => offered().length === 2);
  expect(offered()).toEqual([bob, carol]);

  left.closeAll("once more");
  events = [];
  left.connect(bob);
  left.connect(carol);
  left.close(carol, "changed our mind");
  await until(() => offered().length === 1);
  expect(events.filter(({ event }) => event.kind === "closed").map(({ event }) => event.peerId)).toEqual([bob, carol, carol]);
  expect(ImpressionableConnection.all).toHaveLength(3);
});
