/** What happens to a listener's network: slow, or gone. */
import type { Page } from "playwright";

/** Of the page's traffic, data channels included, in bytes a second and ms one way; 0 means unlimited. */
export interface Line {
  readonly downBytesPerSecond?: number;
  readonly latencyMs?: number;
  /** Nothing gets through. */
  readonly isCut?: boolean;
}

/** Returns a function that changes the line. Chromium shapes WebRTC only when the packet parameters are given. */
export async function shapeLine(page: Page): Promise<(line: Line) => Promise<void>> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.enable");
  return async ({ downBytesPerSecond = 0, latencyMs = 0, isCut = false }) => {
    await devtools.send("Network.emulateNetworkConditions", {
      offline: isCut,
      latency: latencyMs,
      uploadThroughput: 0,
      downloadThroughput: downBytesPerSecond,
      packetLoss: isCut ? 100 : 0,
      packetQueueLength: 0,
      packetReordering: false,
    });
  };
}
