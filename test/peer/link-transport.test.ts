/** The browser's own adapter over node-datachannel: the same promises. */
import { expect, test, vi } from "vitest";
import type { LinkEvent, PeerId } from "../../app/core/index.ts";
import { createWebRtcTransport } from "../../app/platform/webrtc/webrtc-transport.ts";
import type { WebRtcTransport } from "../../app/platform/webrtc/webrtc-transport.ts";
import { createConnectionClass } from "../../server/peer/node-connection.ts";
import { nodeClock } from "../../server/peer/node-clock.ts";
import { describeLinkTransport } from "../contracts/link-transport-contract.ts";
import { alice, bob } from "../support/people.ts";

vi.stubGlobal("RTCPeerConnection", createConnectionClass("127.0.0.1"));

const silent = { info: () => {}, warn: () => {} };

const makeTransport = (selfId: PeerId) =>
  createWebRtcTransport({ selfId, iceServers: [], clock: nodeClock, log: () => {}, console: silent });

describeLinkTransport("WebRtcTransport over node-datachannel", () => {
  const pages = new Map<PeerId, WebRtcTransport>();
  const close = (page: WebRtcTransport | undefined): void => {
    if (!page) return;
    page.onEvent = () => {};
    page.closeAll("the page is gone");
  };
  return {
    open(selfId) {
      const transport = makeTransport(selfId);
      pages.set(selfId, transport);
      return transport;
    },
    kill: (selfId) => close(pages.get(selfId)),
    dispose: () => [...pages.values()].forEach(close),
  };
});

test("LT8: servers that are none cost the link, not the process", async () => {
  const transport = makeTransport(alice.peerId);
  const told = new Promise<LinkEvent>((resolve) => (transport.onEvent = resolve));
  transport.setIceServers([{ urls: ["nonsense"] }]);
  transport.connect(bob.peerId);
  expect(await told).toMatchObject({ kind: "closed", reason: expect.stringContaining('"nonsense" is no ICE server') });
});

test("LT10: a link that would have to restart ICE is given up instead, and made anew", async () => {
  const connection = new RTCPeerConnection({
    iceServers: [{ urls: "turns:[::1]:5349?transport=tcp", username: "u", credential: "c" }],
  });
  await expect(connection.createOffer({ iceRestart: true })).rejects.toThrow("ICE cannot be restarted here.");
  connection.close();
});
