/** What happens to a listener's network: slow, gone, or a road to the server on which every message takes its own time. */
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { Socket } from "node:net";
import type { Page } from "playwright";
import type { Random } from "../../../app/core/index.ts";

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

/** One way's delay for each message, ms. */
export type DelayOf = () => number;

/** @param random decides each message's delay, evenly between both */
export function between(leastMs: number, mostMs: number, random: Random): DelayOf {
  return () => leastMs + (mostMs - leastMs) * random();
}

export interface Road {
  readonly port: number;
  stop(): Promise<void>;
}

/** A TCP proxy with a delay of its own for each message and direction; as on any TCP, none overtakes another. */
export async function startRoad(targetPort: number, upMs: DelayOf, downMs: DelayOf): Promise<Road> {
  const open = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect(targetPort, "127.0.0.1");
    carry(client, server, upMs);
    carry(server, client, downMs);
    for (const socket of [client, server]) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on("close", () => open.delete(socket));
    }
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const address = proxy.address();
  if (address === null || typeof address === "string") throw new Error("a listening TCP server has an address with a port");
  return {
    port: address.port,
    async stop() {
      for (const socket of open) socket.destroy();
      proxy.close();
      await once(proxy, "close");
    },
  };
}

function carry(from: Socket, to: Socket, delayMs: DelayOf): void {
  let lastDueMs = 0;
  const later = (run: () => void) => {
    const nowMs = performance.now();
    lastDueMs = Math.max(lastDueMs, nowMs + delayMs());
    setTimeout(run, lastDueMs - nowMs);
  };
  from.on("data", (bytes) => later(() => to.writable && to.write(bytes)));
  from.on("end", () => later(() => to.end()));
  from.on("error", () => to.destroy()); // the other side sees it as it would without us
}
