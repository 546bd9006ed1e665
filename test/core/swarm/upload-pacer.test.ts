import { describe, expect, test } from "vitest";
import {
  BLOCK_BYTES,
  UPLOAD_REPORT_TIMEOUT_MS,
  UPLOAD_URGENT_EXTRA_BYTES,
  UPLOAD_WINDOW_INITIAL_BYTES,
  UPLOAD_WINDOW_MIN_BYTES,
} from "../../../app/core/index.ts";
import { UploadPacer } from "../../../app/core/swarm/upload-pacer.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { peerIdOf } from "../../support/swarm-world.ts";

const bob = peerIdOf("bob");
const carol = peerIdOf("carol");

/**
 * A sender with an uplink of 5 Mbit/s and an endless queue, and receivers 40 ms away that report at once. Returns how
 * long blocks waited in the queue, ms.
 */
function upload(options: {
  readonly seconds: number;
  readonly receivers: readonly { readonly peerId: typeof bob; readonly fromMs: number; readonly clockMs: number }[];
}) {
  const clock = new VirtualClock();
  const pacer = new UploadPacer();
  const queuesMs: { readonly atMs: number; readonly queueMs: number }[] = [];
  let lineFreeMs = 0;
  let sentBytes = 0;
  let turn = 0;
  const pump = (): void => {
    const nowMs = clock.nowMs();
    const present = options.receivers.filter(({ fromMs }) => fromMs <= nowMs);
    while (pacer.hasRoom(options.receivers[0]?.peerId ?? bob, false)) {
      const receiver = present[turn++ % present.length];
      if (!receiver) return;
      pacer.sent(receiver.peerId, BLOCK_BYTES, nowMs);
      sentBytes += BLOCK_BYTES;
      queuesMs.push({ atMs: nowMs, queueMs: Math.max(0, lineFreeMs - nowMs) });
      lineFreeMs = Math.max(lineFreeMs, nowMs) + BLOCK_BYTES / 625;
      const arrivesMs = lineFreeMs + 40;
      const delayMs = (Math.floor(arrivesMs) + receiver.clockMs - Math.floor(nowMs)) >>> 0;
      clock.schedule(arrivesMs + 42 - nowMs, () => {
        pacer.reported(receiver.peerId, BLOCK_BYTES, delayMs, clock.nowMs());
        pump();
      });
    }
  };
  for (const { fromMs } of options.receivers) clock.schedule(fromMs, pump);
  clock.advance(options.seconds * 1000);
  const tail = queuesMs
    .filter(({ atMs }) => atMs > 2000)
    .map(({ queueMs }) => queueMs)
    .toSorted((a, b) => a - b);
  return { tail, rateBytesPerMs: sentBytes / (options.seconds * 1000) };
}

describe("UploadPacer", () => {
  test("CK6: an uplink is used well, and its queue stays under 100 ms", () => {
    const { tail, rateBytesPerMs } = upload({ seconds: 30, receivers: [{ peerId: bob, fromMs: 0, clockMs: 123_456 }] });
    expect(tail.length).toBeGreaterThan(500);
    expect(tail[Math.floor(tail.length * 0.95)]).toBeLessThan(100);
    expect(rateBytesPerMs).toBeGreaterThan(625 * 0.85);
  });

  test("CK6: a receiver that came while the uplink was busy does not take its queue for the line", () => {
    const receivers = [
      { peerId: bob, fromMs: 0, clockMs: 0 },
      { peerId: carol, fromMs: 1500, clockMs: 4_294_967_000 },
    ];
    const { tail } = upload({ seconds: 30, receivers });
    expect(tail.length).toBeGreaterThan(500);
    expect(tail[Math.floor(tail.length * 0.95)]).toBeLessThan(110);
  });

  test("CK6: what is urgent may go beyond the window, but not without end", () => {
    const pacer = new UploadPacer();
    pacer.sent(bob, UPLOAD_WINDOW_INITIAL_BYTES, 0);
    expect([pacer.hasRoom(bob, false), pacer.hasRoom(bob, true)]).toEqual([false, true]);
    pacer.sent(bob, UPLOAD_URGENT_EXTRA_BYTES, 0);
    expect(pacer.hasRoom(bob, true)).toBe(false);
  });

  test("CK6: delays that grow shrink the window, never below its minimum", () => {
    const pacer = new UploadPacer();
    for (let step = 0; step < 100; step++) {
      pacer.sent(bob, BLOCK_BYTES, step * 10);
      pacer.reported(bob, BLOCK_BYTES, step * 100, step * 10 + 5);
    }
    expect(pacer.windowBytes).toBe(UPLOAD_WINDOW_MIN_BYTES);
  });

  test("CK6: a peer that never reports, or leaves, stops holding up the others", () => {
    const pacer = new UploadPacer();
    pacer.sent(bob, UPLOAD_WINDOW_INITIAL_BYTES, 0);
    expect(pacer.expire(UPLOAD_REPORT_TIMEOUT_MS - 1)).toEqual([]);
    expect(pacer.hasRoom(carol, false)).toBe(false);
    expect(pacer.expire(UPLOAD_REPORT_TIMEOUT_MS)).toEqual([bob]);
    expect([pacer.hasRoom(carol, false), pacer.hasRoom(bob, true)]).toEqual([true, false]);
    pacer.sent(carol, UPLOAD_WINDOW_INITIAL_BYTES, 6000);
    pacer.forget(carol);
    pacer.reported(bob, BLOCK_BYTES, 9000, 9000);
    expect(pacer.inFlightBytes).toBe(UPLOAD_WINDOW_INITIAL_BYTES - BLOCK_BYTES);
    expect(pacer.hasRoom(bob, false)).toBe(true);
    pacer.forget(bob);
    expect(pacer.inFlightBytes).toBe(0);
  });

  test("CK6: a report of more than was sent counts for what was sent, and one from a stranger for nothing", () => {
    const pacer = new UploadPacer();
    pacer.sent(bob, 1000, 0);
    pacer.reported(bob, BLOCK_BYTES, 50, 10);
    pacer.reported(carol, BLOCK_BYTES, 50, 10);
    expect(pacer.inFlightBytes).toBe(0);
  });
});
