import type { PeerId } from "../../app/core/index.ts";
import { browserClock } from "../../app/platform/clock/browser-clock.ts";
import { createWebRtcTransport } from "../../app/platform/webrtc/webrtc-transport.ts";
import type { WebRtcTransport } from "../../app/platform/webrtc/webrtc-transport.ts";
import { describeLinkTransport } from "./link-transport-contract.ts";

const silent = { info: () => {}, warn: () => {} };

describeLinkTransport("WebRtcTransport", () => {
  const pages = new Map<PeerId, WebRtcTransport>();
  const close = (page: WebRtcTransport | undefined): void => {
    if (!page) return;
    page.onEvent = () => {};
    page.closeAll("the page is gone");
  };
  return {
    open(selfId) {
      const transport = createWebRtcTransport({ selfId, iceServers: [], clock: browserClock(), log: () => {}, console: silent });
      pages.set(selfId, transport);
      return transport;
    },
    kill: (selfId) => close(pages.get(selfId)),
    dispose: () => [...pages.values()].forEach(close),
  };
});
