/** The network that simulations trust: loss, jitter and full queues cost time, never messages nor their order. */
import { describe, expect, test } from "vitest";
import type { Lane } from "../../app/core/index.ts";
import { peerIdOf } from "../support/swarm-world.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { HEADER_BYTES, HOME, SACK_BYTES, VirtualNetwork } from "../support/virtual-network.ts";
import type { Connection } from "../support/virtual-network.ts";
import { PACKET_BYTES } from "../support/virtual-pipe.ts";

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

interface Pair {
  readonly clock: VirtualClock;
  readonly network: VirtualNetwork;
  readonly links: ReturnType<VirtualNetwork["add"]>;
  readonly back: ReturnType<VirtualNetwork["add"]>;
  /** First byte of each message that came to Bob. */
  readonly came: number[];
}

function pair(connection: Connection, packetsPerTrain: number): Pair {
  const clock = new VirtualClock();
  const network = new VirtualNetwork(clock, { packetsPerTrain });
  const came: number[] = [];
  const nothing = { opened: () => {}, closed: () => {}, receive: () => {}, drained: () => {} };
  const links = network.add(alice, connection, nothing);
  const back = network.add(bob, connection, { ...nothing, receive: (_, __, [first = -1]) => void came.push(first) });
  network.connect(alice, bob);
  return { clock, network, links, back, came };
}

/** Alice sends Bob so many full packets, 14 to a message, and he nothing or as many. */
function oneWay(packets: number, packetsPerTrain: number, isBothWays = false) {
  const { clock, network, links, back, came } = pair(HOME, packetsPerTrain);
  const perMessage = 14;
  for (let left = packets; left > 0; left -= perMessage) {
    const message = new Uint8Array(Math.min(left, perMessage) * PACKET_BYTES);
    links.send(bob, "bulk", message);
    if (isBothWays) back.send(alice, "bulk", message);
  }
  let tookMs = 0;
  while (clock.step()) if (came.length === Math.ceil(packets / perMessage)) tookMs ||= clock.nowMs();
  return { tookMs, senderBusyMs: network.uplinkBusyMs(alice), receiverBusyMs: network.uplinkBusyMs(bob) };
}

/**
 * All packets at the rate of the uplink, and the last one's way; and as long as the window does not last for a round
 * trip, the rest of each. It begins with ten packets and grows by half, since each SACK is for two.
 */
function arithmeticMs(packets: number): number {
  const packetMs = (PACKET_BYTES + HEADER_BYTES) / HOME.upBytesPerMs;
  const lastMs = HOME.latencyMs + (PACKET_BYTES + HEADER_BYTES) / HOME.downBytesPerMs;
  const roundTripMs = 2 * packetMs + lastMs + SACK_BYTES / HOME.upBytesPerMs + HOME.latencyMs;
  let idleMs = 0;
  let left = packets;
  for (let window = 10; left > window && window * packetMs < roundTripMs; window *= 1.5) {
    idleMs += roundTripMs - window * packetMs;
    left -= window;
  }
  return packets * packetMs + lastMs + idleMs;
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

  test.each([
    [1, 1],
    [14, 1],
    [140, 1],
    [840, 1],
    [8400, 1],
    [14, 4],
    [140, 4],
    [840, 4],
    [8400, 4],
  ])("%d full packets, %d at a time, take what the arithmetic says", (packets, packetsPerTrain) => {
    const { tookMs, senderBusyMs, receiverBusyMs } = oneWay(packets, packetsPerTrain);
    // The first four-packet train is acknowledged 6 ms later than its first two packets would be, and so on, until full.
    const slackMs = packetsPerTrain === 1 ? 3 : 20;
    expect(tookMs).toBeGreaterThan(arithmeticMs(packets) - 1);
    expect(tookMs).toBeLessThan(arithmeticMs(packets) + slackMs);
    expect(senderBusyMs).toBeCloseTo((packets * (PACKET_BYTES + HEADER_BYTES)) / HOME.upBytesPerMs, 6);
    expect(receiverBusyMs).toBeCloseTo((Math.ceil(packets / 2) * SACK_BYTES) / HOME.upBytesPerMs, 6);
  });

  test("what is written where the network wants it arrives, whatever is written there next", () => {
    const { clock, links, came } = pair(HOME, 4);
    for (const lane of ["bulk", "control"] as const)
      for (const sizeBytes of [10, 100, 10_000]) {
        const bytes = links.scratch?.(sizeBytes) ?? new Uint8Array(0);
        links.send(bob, lane, bytes.fill(sizeBytes / 10));
      }
    while (clock.step());
    expect(came.toSorted((a, b) => a - b)).toEqual([1, 1, 10, 10, 1000 % 256, 1000 % 256]);
  });

  test("how long packets wait in uplinks is known", () => {
    const { clock, network, links } = pair(HOME, 1);
    expect(network.queues.percentileMs(0.95)).toBe(0);
    // Ten packets at once, as many as the window takes: each takes 1.984 ms, the fifth waits for four.
    links.send(bob, "bulk", new Uint8Array(10 * PACKET_BYTES));
    while (clock.step());
    expect([0.1, 0.5, 1].map((share) => network.queues.percentileMs(share))).toEqual([0, 8, 18]);
  });

  test.each([1, 4])("what goes both ways is slowed down by acknowledgements, %d packets at a time", (packetsPerTrain) => {
    const oneWayMs = oneWay(8400, packetsPerTrain).tookMs;
    const bothWaysMs = oneWay(8400, packetsPerTrain, true).tookMs;
    expect(bothWaysMs / oneWayMs).toBeGreaterThan(1.02);
    expect(bothWaysMs / oneWayMs).toBeLessThan(1.06);
  });

  test("between two sides nothing arrives and nobody is told; once they are one again, everything does", () => {
    const { clock, network, links, came } = pair(HOME, 4);
    for (let count = 0; count < MESSAGES; count++) links.send(bob, "bulk", new Uint8Array(MESSAGE_BYTES).fill(count));
    clock.advance(300);
    const before = came.length;
    network.setSide(bob, 1);
    clock.advance(100);
    const atCut = came.length;
    clock.advance(20_000);
    expect(atCut - before).toBeLessThan(10);
    expect(came).toHaveLength(atCut);
    network.setSide(bob, 0);
    clock.advance(6000);
    expect(came).toEqual(inOrder);
    while (clock.step());
    expect(clock.pendingCount).toBe(0);
  });
});
