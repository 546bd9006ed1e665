import type { PeerId } from "../../app/core/index.ts";
import { MemoryLinkNetwork } from "../support/memory-links.ts";
import type { MemoryLinkTransport } from "../support/memory-links.ts";
import { describeLinkTransport } from "./link-transport-contract.ts";

describeLinkTransport("MemoryLinkNetwork", () => {
  const network = new MemoryLinkNetwork();
  const pages = new Map<PeerId, MemoryLinkTransport>();
  return {
    open(selfId) {
      const transport = network.transport(selfId);
      pages.set(selfId, transport);
      return transport;
    },
    kill: (selfId) => pages.get(selfId)?.vanish(false),
    step: () => network.step(),
    dispose: () => network.flush(),
  };
});
