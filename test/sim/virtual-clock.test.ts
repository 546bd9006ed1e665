/** The clock that all simulations run on. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { EventQueue } from "../support/event-queue.ts";
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

test("what is due soon, later and much later comes in order, also when more is added meanwhile", () => {
  // Milliseconds from now: within a slot, within seconds, and far beyond.
  const delayMs = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(5000), fc.nat(1_000_000));
  const steps = fc.array(fc.record({ delaysMs: fc.array(delayMs, { maxLength: 5 }), pops: fc.nat(6) }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (plan) => {
      const queue = new EventQueue();
      const expected: { readonly atMs: number; readonly order: number }[] = [];
      const happened: number[] = [];
      let nowMs = 0;
      let order = 0;
      const popOne = (): void => {
        expected.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
        const next = expected.shift();
        expect(queue.nextMs()).toBe(next?.atMs ?? Infinity);
        const task = queue.pop();
        if (!next) return expect(task).toBeNull();
        task?.run();
        expect(happened.at(-1)).toBe(next.order);
        nowMs = next.atMs;
      };
      for (const { delaysMs, pops } of plan) {
        for (const delay of delaysMs) {
          const id = order++;
          queue.push(nowMs + delay, { run: () => void happened.push(id) });
          expected.push({ atMs: nowMs + delay, order: id });
        }
        expect(queue.count).toBe(expected.length);
        for (let pop = 0; pop < pops; pop++) popOne();
      }
      while (expected.length > 0) popOne();
      expect([queue.count, queue.pop(), happened.length]).toEqual([0, null, order]);
    }),
  );
});

test("nothing can be due at no time", () => {
  expect(() => new VirtualClock().schedule(Infinity, () => {})).toThrow("Infinity");
});
