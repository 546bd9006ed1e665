import { describe, expect, test } from "vitest";
import {
  BLOCK_BYTES,
  UPLOAD_RATE_MEMORY_MS,
  UPLOAD_REPORT_TIMEOUT_MS,
  UPLOAD_URGENT_EXTRA_BYTES,
  UPLOAD_WINDOW_INITIAL_BYTES,
  UPLOAD_WINDOW_MIN_BYTES,
} from "../../../app/core/index.ts";
import type { Cancel } from "../../../app/core/index.ts";
import { UploadPacer } from "../../../app/core/swarm/upload-pacer.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { peerIdOf } from "../../support/swarm-world.ts";

const bob = peerIdOf("bob");
const carol = peerIdOf("carol");
const blockAt = (sentMs: number) => ({ sizeBytes: BLOCK_BYTES, sentMs, urgent: false });

/**
 * A sender with an uplink of 5 Mbit/s, if not said otherwise, and an endless queue, and receivers 40 ms away that report at once. Returns how
 * long blocks waited in the queue, ms.
 */
function upload(options: {
  readonly seconds: number;
  readonly receivers: readonly { readonly peerId: typeof bob; readonly fromMs: number; readonly clockMs: number }[];
  readonly uplinkBytesPerMs?: (nowMs: number) => number;
  readonly countFromMs?: number;
  /** Timers ring at multiples of this only: 1000 in a hidden tab. */
  readonly timerGrainMs?: number;
}) {
  const { uplinkBytesPerMs = () => 625, countFromMs = 2000, timerGrainMs = 1 } = options;
  const clock = new VirtualClock();
  const pacer = new UploadPacer();
  const queuesMs: { readonly atMs: number; readonly queueMs: number }[] = [];
  let lineFreeMs = 0;
  let sentBytes = 0;
  let turn = 0;
  let cancelTimer: Cancel | null = null;
  const pump = (): void => {
    const nowMs = clock.nowMs();
    const present = options.receivers.filter(({ fromMs }) => fromMs <= nowMs);
    cancelTimer?.();
    cancelTimer = null;
    for (;;) {
      const waitMs = pacer.waitMs(false, nowMs);
      if (waitMs > 0) {
        if (waitMs === Infinity) return;
        const dueMs = nowMs + waitMs;
        cancelTimer = clock.schedule(Math.ceil(dueMs / timerGrainMs) * timerGrainMs - nowMs, () => {
          pacer.timerRang(clock.nowMs() - dueMs);
          pump();
        });
        return;
      }
      const receiver = present[turn++ % present.length];
      if (!receiver) return;
      pacer.sent(receiver.peerId, blockAt(nowMs));
      sentBytes += BLOCK_BYTES;
      queuesMs.push({ atMs: nowMs, queueMs: Math.max(0, lineFreeMs - nowMs) });
      lineFreeMs = Math.max(lineFreeMs, nowMs) + BLOCK_BYTES / uplinkBytesPerMs(nowMs);
      const arrivesMs = lineFreeMs + 40;
      const delayMs = (Math.floor(arrivesMs) + receiver.clockMs - Math.floor(nowMs)) >>> 0;
      clock.schedule(arrivesMs + 42 - nowMs, () => {
        pacer.reported(receiver.peerId, delayMs, clock.nowMs());
        pump();
      });
    }
  };
  for (const { fromMs } of options.receivers) clock.schedule(fromMs, pump);
  clock.advance(options.seconds * 1000);
  const tail = queuesMs
    .filter(({ atMs }) => atMs > countFromMs)
    .map(({ queueMs }) => queueMs)
    .toSorted((a, b) => a - b);
  return { tail, rateBytesPerMs: sentBytes / (options.seconds * 1000) };
}

describe("UploadPacer", () => {
  test("CK6: an uplink is used well, and its queue stays under 100 ms", () => {
    const { tail, rateBytesPerMs } = upload({ seconds: 30, receivers: [{ peerId: bob, fromMs: 0, clockMs: 123_456 }] });
    expect(tail.length).toBeGreaterThan(500);
    expect(tail[Math.floor(tail.length * 0.95)]).toBeLessThan(60);
    expect(rateBytesPerMs).toBeGreaterThan(625 * 0.95);
  });

  test("CK6: where timers ring once a second, as in a hidden tab, the uplink is used all the same", () => {
    const { tail, rateBytesPerMs } = upload({
      seconds: 30,
      receivers: [{ peerId: bob, fromMs: 0, clockMs: 0 }],
      timerGrainMs: 1000,
    });
    expect(tail[Math.floor(tail.length * 0.95)]).toBeLessThan(100);
    expect(rateBytesPerMs).toBeGreaterThan(625 * 0.7);
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

  test("CK6: when the uplink becomes slower, the queue is short again soon", () => {
    const { tail } = upload({
      seconds: 40,
      receivers: [{ peerId: bob, fromMs: 0, clockMs: 0 }],
      uplinkBytesPerMs: (nowMs) => (nowMs < 10_000 ? 625 : 200),
      countFromMs: 10_000 + 3 * UPLOAD_RATE_MEMORY_MS,
    });
    expect(tail.length).toBeGreaterThan(100);
    expect(tail[Math.floor(tail.length * 0.95)]).toBeLessThan(UPLOAD_WINDOW_MIN_BYTES / 200 + 100);
  });

  test("CK6: a peer that never reports, or leaves, stops holding up the others", () => {
    const pacer = new UploadPacer();
    const fill = (peerId: typeof bob, nowMs: number): void => {
      while (pacer.waitMs(true, nowMs) === 0) pacer.sent(peerId, { ...blockAt(nowMs), urgent: true });
    };
    fill(bob, 0);
    expect(pacer.expire(UPLOAD_REPORT_TIMEOUT_MS - 1)).toEqual([]);
    expect(pacer.waitMs(true, 0)).toBe(Infinity);
    expect(pacer.expire(UPLOAD_REPORT_TIMEOUT_MS)).toEqual([bob]);
    expect([pacer.inFlightBytes, pacer.isStalled(bob), pacer.isStalled(carol)]).toEqual([0, true, false]);
    fill(carol, 6000);
    pacer.forget(carol);
    pacer.reported(bob, 9000, 9000);
    expect(pacer.inFlightBytes).toBe(UPLOAD_WINDOW_INITIAL_BYTES + UPLOAD_URGENT_EXTRA_BYTES - BLOCK_BYTES);
    expect(pacer.isStalled(bob)).toBe(false);
    pacer.forget(bob);
    expect([pacer.inFlightBytes, pacer.inFlightUrgentBytes]).toEqual([0, 0]);
  });

  test("CK6: a report too many counts for nothing, and one from a stranger neither", () => {
    const pacer = new UploadPacer();
    pacer.sent(bob, { ...blockAt(0), sizeBytes: 1000 });
    for (const peerId of [bob, bob, carol]) pacer.reported(peerId, 50, 10);
    expect(pacer.inFlightBytes).toBe(0);
  });
});
