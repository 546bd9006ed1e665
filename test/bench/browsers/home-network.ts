/** Everyone at home: the same modest line for each, and the least time that music needs over such lines. */
import type { Page } from "playwright";

/** One way, ms: there and back between two such homes is four times this, to the server twice. */
export const HOME_LATENCY_MS = 20;
const UP_BYTES_PER_SECOND = 5e6 / 8;
const DOWN_BYTES_PER_SECOND = 20e6 / 8;
/** Endless, like the deep buffers of home routers: whoever fills it pays with seconds of delay. */
export const HOME_QUEUE_PACKETS = 0;

/**
 * From now on the page's traffic, its data channels included, goes over a home line. Chromium shapes WebRTC only when
 * the packet parameters are given, and never delays WebSockets that are open: for those there is DelayingProxy.
 */
export async function moveHome(page: Page, queuePackets: number): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.enable");
  await devtools.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: HOME_LATENCY_MS,
    uploadThroughput: UP_BYTES_PER_SECOND,
    downloadThroughput: DOWN_BYTES_PER_SECOND,
    packetLoss: 0,
    packetQueueLength: queuePackets,
    packetReordering: false,
  });
}

/**
 * The fluid bound: no protocol brings `bytes` to all listeners sooner when the host has them alone at first. Either the
 * host's uplink must carry everything once, or a downlink must, or all uplinks together N times.
 */
export function fluidBoundMs(bytes: number, listeners: number): number {
  const allUplinks = (1 + listeners) * UP_BYTES_PER_SECOND;
  return 1000 * Math.max(bytes / UP_BYTES_PER_SECOND, bytes / DOWN_BYTES_PER_SECOND, (listeners * bytes) / allUplinks);
}
