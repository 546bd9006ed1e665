/** The road to the server: a TCP proxy on which every message takes its own time. CDP delays no open WebSocket. */
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { Socket } from "node:net";
import type { Random } from "../../app/core/index.ts";

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
  // Timers of a busy process overtake each other (their durations are whole, and count from when its loop last turned).
  const waiting: (() => void)[] = [];
  const later = (run: () => void) => {
    const nowMs = performance.now();
    lastDueMs = Math.max(lastDueMs, nowMs + delayMs());
    waiting.push(run);
    setTimeout(() => waiting.shift()?.(), lastDueMs - nowMs);
  };
  from.on("data", (bytes) => later(() => to.writable && to.write(bytes)));
  from.on("end", () => later(() => to.end()));
  from.on("error", () => to.destroy()); // the other side sees it as it would without us
}
