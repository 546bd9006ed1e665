/** The clock that all simulations run on. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { VirtualClock } from "../support/virtual-clock.ts";

test("everything happens in the order of its time, what is due at once in the order of scheduling, nothing cancelled", () => {
  const plan = fc.array(fc.record({ delayMs: fc.nat(20), isCancelled: fc.boolean() }), { maxLength: 200 });
  fc.assert(
    fc.property(plan, (events) => {
      const clock = new VirtualClock();
      const happened: number[] = [];
      const cancels = events.map(({ delayMs }, order) =>
        clock.schedule(delayMs, () => {
          expect(clock.nowMs()).toBe(delayMs);
          happened.push(order);
        }),
      );
      for (const [order, { isCancelled }] of events.entries()) if (isCancelled) cancels[order]?.();
      const expected = events.map((event, order) => ({ ...event, order })).filter(({ isCancelled }) => !isCancelled);
      expect(clock.pendingCount).toBe(expected.length);
      while (clock.step());
      for (const cancel of cancels) cancel();
      expect(clock.pendingCount).toBe(0);
      expect(happened).toEqual(expected.toSorted((a, b) => a.delayMs - b.delayMs || a.order - b.order).map(({ order }) => order));
    }),
  );
});

test("more events than it has room for at first are no matter", () => {
  const clock = new VirtualClock();
  let sum = 0;
  for (let at = 5000; at > 0; at--) clock.schedule(at, () => void sum++);
  clock.advance(2500);
  expect([sum, clock.nowMs(), clock.pendingCount]).toEqual([2500, 2500, 2500]);
});

test("time stands at the limit when nothing happens until then", () => {
  const clock = new VirtualClock();
  clock.schedule(100, () => {});
  expect(clock.step(50)).toBe(false);
  expect(clock.nowMs()).toBe(50);
});
