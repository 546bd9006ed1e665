/** The browser's own adapter over node-datachannel: the same promises. */
import { vi } from "vitest";
import type { PeerId } from "../../app/core/index.ts";
import { createWebRtcTransport } from "../../app/platform/webrtc/webrtc-transport.ts";
import type { WebRtcTransport } from "../../app/platform/webrtc/webrtc-transport.ts";
import { createConnectionClass } from "../../server/peer/node-connection.ts";
import { nodeClock } from "../../server/peer/node-clock.ts";
import { describeLinkTransport } from "../contracts/link-transport-contract.ts";

vi.stubGlobal("RTCPeerConnection", createConnectionClass("127.0.0.1"));

const silent = { info: () => {}, warn: () => {} };

describeLinkTransport("WebRtcTransport over node-datachannel", () => {
  const pages = new Map<PeerId, WebRtcTransport>();
  const close = (page: WebRtcTransport | undefined): void => {
    if (!page) return;
    page.onEvent = () => {};
    page.closeAll("the page is gone");
  };
  return {
    open(selfId) {
      const transport = createWebRtcTransport({ selfId, iceServers: [], clock: nodeClock, log: () => {}, console: silent });
      pages.set(selfId, transport);
      return transport;
    },
    kill: (selfId) => close(pages.get(selfId)),
    dispose: () => [...pages.values()].forEach(close),
  };
});
