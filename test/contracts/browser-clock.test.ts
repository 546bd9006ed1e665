import { beforeEach, describe, expect, it } from "vitest";
import { createBrowserClock } from "../../app/platform/clock/browser-clock.ts";
import type { ClockPage } from "../../app/platform/clock/browser-clock.ts";

/** A page whose time and timers are ours. */
class FakePage implements ClockPage {
  timeMs = 0;
  hidden = false;
  timers = new Map<number, { readonly dueMs: number; readonly delayMs: number; readonly run: () => void }>();
  alarms: { readonly id: number; readonly dueMs: number }[] = [];
  canStartWorkers = true;
  #onHidden: () => void = () => {};
  #ring: (id: number) => void = () => {};
  #nextTimer = 1;

  nowMs(): number {
    return this.timeMs;
  }

  isHidden(): boolean {
    return this.hidden;
  }

  onHidden(run: () => void): void {
    this.#onHidden = run;
  }

  setTimeout(run: () => void, delayMs: number): number {
    const timer = this.#nextTimer++;
    this.timers.set(timer, { dueMs: this.timeMs + delayMs, delayMs, run });
    return timer;
  }

  clearTimeout(timer: number): void {
    this.timers.delete(timer);
  }

  createAlarms(onRing: (id: number) => void) {
    this.#ring = onRing;
    return this.canStartWorkers
      ? { ringAfter: (id: number, delayMs: number) => void this.alarms.push({ id, dueMs: this.timeMs + delayMs }) }
      : null;
  }

  hide(): void {
    this.hidden = true;
    this.#onHidden();
  }

  /** Lets the page's own timers run up to `timeMs`, which a hidden page's do not. */
  runTimers(timeMs: number): void {
    this.timeMs = timeMs;
    for (const [timer, { dueMs, run }] of [...this.timers]) if (dueMs <= timeMs && this.timers.delete(timer)) run();
  }

  runAlarms(timeMs: number): void {
    this.timeMs = timeMs;
    const due = this.alarms.filter(({ dueMs }) => dueMs <= timeMs);
    this.alarms = this.alarms.filter((alarm) => !due.includes(alarm));
    for (const { id } of due) this.#ring(id);
  }
}

describe("the browser's clock", () => {
  let page: FakePage;
  let rung: string[];
  const ring = (name: string) => () => void rung.push(name);

  beforeEach(() => {
    page = new FakePage();
    rung = [];
  });

  it("CL1: runs once, not before its time, and not when cancelled", () => {
    const clock = createBrowserClock(page);
    clock.schedule(10.4, ring("kept"));
    clock.schedule(5, ring("cancelled"))();
    page.runTimers(10);
    expect(rung).toEqual([]);
    page.runTimers(11);
    page.runTimers(1000);
    expect(rung).toEqual(["kept"]);
    expect(page.timers.size).toBe(0);
  });

  it("CL1: a timer of the page that is early is set again", () => {
    const clock = createBrowserClock(page);
    clock.schedule(10, ring("kept"));
    const [early] = [...page.timers.values()];
    page.timeMs = 9.5;
    early?.run();
    expect(rung).toEqual([]);
    page.runTimers(10.5);
    expect(rung).toEqual(["kept"]);
  });

  it("CL1: a delay beyond what setTimeout can count is kept", () => {
    const clock = createBrowserClock(page);
    clock.schedule(2 ** 32, ring("next month"));
    expect([...page.timers.values()].map(({ delayMs }) => delayMs)).toEqual([2 ** 31 - 1]);
    page.runTimers(2 ** 31);
    expect(rung).toEqual([]);
    page.runTimers(2 ** 32);
    expect(rung).toEqual(["next month"]);
  });

  it("CL2: timers set while the page is hidden, or before, are kept by the worker", () => {
    const clock = createBrowserClock(page);
    clock.schedule(100, ring("before"));
    page.timeMs = 40;
    page.hide();
    clock.schedule(10, ring("while"));
    clock.schedule(20, ring("cancelled"))();
    page.runAlarms(60);
    expect(rung).toEqual(["while"]);
    page.runAlarms(100);
    expect(rung).toEqual(["while", "before"]);
    page.runTimers(1000);
    expect(rung).toEqual(["while", "before"]);
  });

  it("CL2: a page that may not start workers has its own timers still", () => {
    page.canStartWorkers = false;
    const clock = createBrowserClock(page);
    page.hide();
    clock.schedule(10, ring("late"));
    page.runTimers(1000);
    expect(rung).toEqual(["late"]);
  });
});
