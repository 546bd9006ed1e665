/** How the peers of a simulated jam are connected. */
import type { Random } from "../../app/core/index.ts";
import { HOME } from "../support/virtual-network.ts";
import type { Connection } from "../support/virtual-network.ts";

export const NETS = ["home", "mixed", "mobile"] as const;
export type Net = (typeof NETS)[number];

/** 50 up, 100 down, in Mbit/s. */
const FIBRE: Connection = { upBytesPerMs: 6250, downBytesPerMs: 12_500, latencyMs: 12 };
/** 1 up, 16 down: barely what a 320 kbit/s stream takes, three times over. */
const DSL: Connection = { upBytesPerMs: 125, downBytesPerMs: 2000, latencyMs: 30 };
/** 3 up, 12 down, and a radio between: packets come late and one in a hundred again. */
const MOBILE: Connection = { upBytesPerMs: 375, downBytesPerMs: 1500, latencyMs: 60, jitterMs: 30, lossShare: 0.01 };

/** The origin is at home in any net, so that the bounds can be compared. */
export function originConnection(queueMs: number): Connection {
  return { ...HOME, queueMs };
}

export function listenerConnection(net: Net, queueMs: number, random: Random): Connection {
  switch (net) {
    case "home":
      return { ...HOME, queueMs };
    case "mobile":
      return { ...MOBILE, queueMs };
    case "mixed": {
      const kinds = [HOME, HOME, FIBRE, DSL, MOBILE];
      return { ...(kinds[Math.floor(random() * kinds.length)] ?? HOME), queueMs };
    }
  }
}
