/** Which of several clocks is followed. */
import { describe, expect, it } from "vitest";
import { JamClock, readingOf } from "../../../app/core/index.ts";
import { clockIdOf } from "../../support/people.ts";

const [OLD, NEW, NEWEST] = [clockIdOf("old"), clockIdOf("new"), clockIdOf("newest")];

/** A device whose local clock stands near 1,000 ms; each server's clock is so many ms ahead. */
class Alice {
  readonly jamClock = new JamClock();
  #nowMs = 1_000;

  welcomed(clockId: typeof OLD, aheadMs: number, samples: number): void {
    this.jamClock.welcomed(clockId, this.#nowMs + aheadMs - 10, this.#nowMs);
    for (let count = 0; count < samples; count++) this.jamClock.addSample(this.#exchange(aheadMs));
  }

  /** What is held to be the jam's time, minus the local one. */
  get aheadMs(): number {
    return Math.round((this.jamClock.referenceClock.referenceMs(this.#nowMs) ?? NaN) - this.#nowMs);
  }

  /** A neighbour tells of the clock that is wanted. */
  told(aheadMs: number): void {
    const reading = readingOf(this.#exchange(aheadMs));
    this.jamClock.wanted?.referenceClock.follow(reading, this.#nowMs, false, false);
    this.jamClock.settle();
  }

  #exchange(aheadMs: number) {
    this.#nowMs += 10;
    const referenceMs = this.#nowMs + aheadMs - 5;
    return {
      sentMs: this.#nowMs - 10,
      receivedReferenceMs: referenceMs,
      answeredReferenceMs: referenceMs,
      receivedMs: this.#nowMs,
    };
  }
}

describe("the clock of a jam", () => {
  it("RT8: is the server's, where the documents name none or the same", () => {
    const alice = new Alice();
    expect(alice.jamClock.currentId).toBeNull();
    alice.welcomed(OLD, 500, 1);
    expect(alice.aheadMs).toBe(500);
    alice.jamClock.name(OLD);
    expect(alice.jamClock.currentId).toBe(OLD);
    expect(alice.jamClock.next).toBeNull();
    alice.jamClock.name(null);
    alice.welcomed(NEW, 9_000, 7);
    expect(alice.aheadMs).toBe(500);
    alice.welcomed(NEW, 9_000, 1);
    expect(alice.aheadMs).toBe(9_000);
  });

  it("RT8: stays the one that is named, until another is named and known", () => {
    const alice = new Alice();
    alice.welcomed(OLD, 500, 20);
    alice.jamClock.name(OLD);
    alice.welcomed(NEW, 9_000, 31);
    expect(alice.aheadMs).toBe(500);
    expect(alice.jamClock.next).toBeNull();
    alice.welcomed(NEW, 9_000, 1);
    expect(alice.jamClock.next?.clockId).toBe(NEW);
    alice.jamClock.name(NEW);
    expect(alice.aheadMs).toBe(9_000);
    alice.jamClock.name(NEWEST);
    expect(alice.aheadMs).toBe(9_000);
  });

  it("RT8: is the server's while nobody here knows the one that is named, and then what neighbours tell", () => {
    const alice = new Alice();
    alice.welcomed(NEW, 9_000, 3);
    alice.jamClock.name(OLD);
    expect(alice.aheadMs).toBe(9_000);
    for (let count = 0; count < 8; count++) alice.told(500);
    expect(alice.aheadMs).toBe(500);
    expect(alice.jamClock.currentId).toBe(OLD);
  });

  it("RT8: one that nobody knows any more is given up for the server's, again and again", () => {
    const alice = new Alice();
    alice.jamClock.name(OLD);
    alice.welcomed(NEW, 9_000, 32);
    expect(alice.jamClock.next?.clockId).toBe(NEW);
    alice.jamClock.serverLost();
    expect(alice.jamClock.next).toBeNull();
    alice.welcomed(NEWEST, 70_000, 8);
    expect(alice.aheadMs).toBe(70_000);
  });
});
