/** The network that simulations trust: loss, jitter and full queues cost time, never messages nor their order. */
import { describe, expect, test } from "vitest";
import type { Lane } from "../../app/core/index.ts";
import { peerIdOf } from "../support/swarm-world.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { HOME, VirtualNetwork } from "../support/virtual-network.ts";
import type { Connection } from "../support/virtual-network.ts";

const [alice, bob] = [peerIdOf("alice"), peerIdOf("bob")];
const MESSAGES = 60;
const MESSAGE_BYTES = 16_000;

interface Transfer {
  /** Numbers of the messages as they came, by lane. */
  readonly came: Readonly<Record<Lane, number[]>>;
  readonly tookMs: number;
  readonly longestQueueMs: number;
}

/** Alice sends Bob sixty blocks and a word after each. */
function transfer(connection: Connection, packetsPerTrain = 1): Transfer {
  const clock = new VirtualClock();
  const network = new VirtualNetwork(clock, { random: seededRandom(1), packetsPerTrain });
  const came: Record<Lane, number[]> = { control: [], bulk: [] };
  let tookMs = 0;
  const nothing = { opened: () => {}, closed: () => {}, receive: () => {}, drained: () => {} };
  const links = network.add(alice, connection, nothing);
  network.add(bob, HOME, {
    ...nothing,
    receive: (_, lane, bytes) => {
      came[lane].push(bytes[0] ?? -1);
      tookMs = clock.nowMs();
    },
  });
  network.connect(alice, bob);
  for (let count = 0; count < MESSAGES; count++) {
    links.send(bob, "bulk", new Uint8Array(MESSAGE_BYTES).fill(count));
    links.send(bob, "control", Uint8Array.of(count));
  }
  let longestQueueMs = 0;
  while (clock.step()) longestQueueMs = Math.max(longestQueueMs, network.uplinkQueueMs(alice));
  return { came, tookMs, longestQueueMs };
}

const inOrder = Array.from({ length: MESSAGES }, (_, count) => count);

describe("the virtual network", () => {
  test.each([
    ["plain", HOME],
    ["jitter", { ...HOME, jitterMs: 40 }],
    ["loss", { ...HOME, lossShare: 0.03 }],
    ["a short queue", { ...HOME, queueMs: 20 }],
    ["all of it", { ...HOME, jitterMs: 40, lossShare: 0.03, queueMs: 20 }],
  ] satisfies [string, Connection][])("with %s, everything comes, in order in each lane", (_, connection) => {
    expect(transfer(connection).came).toEqual({ bulk: inOrder, control: inOrder });
  });

  test("an uplink's queue ends where it is said to", () => {
    const endless = transfer(HOME);
    const short = transfer({ ...HOME, queueMs: 50 });
    expect(endless.longestQueueMs).toBeGreaterThan(100);
    expect(short.longestQueueMs).toBeLessThan(55);
  });

  test("loss costs time, and nothing is faster than the uplink", () => {
    const uplinkMs = (MESSAGES * MESSAGE_BYTES) / HOME.upBytesPerMs;
    const { tookMs } = transfer(HOME);
    expect(tookMs).toBeGreaterThan(uplinkMs);
    expect(transfer({ ...HOME, lossShare: 0.03 }).tookMs).toBeGreaterThan(tookMs);
  });

  test("trains of packets take as long as packets, give or take 5 %", () => {
    expect(Math.abs(transfer(HOME, 4).tookMs / transfer(HOME).tookMs - 1)).toBeLessThan(0.05);
  });
});
