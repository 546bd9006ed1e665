import { beforeEach, expect, it } from "vitest";
import type { Cancel } from "../../app/core/index.ts";
import { onSlept } from "../../app/platform/clock/sleep-watch.ts";
import { Quartz } from "../support/quartz.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

let world: VirtualClock;
let device: Quartz;
let wallMs: () => number;
let noticed: number;
let cancel: Cancel;

beforeEach(() => {
  world = new VirtualClock();
  device = new Quartz(world, { originMs: 5_000, ppm: 80 });
  wallMs = () => 1.7e12 + world.nowMs();
  noticed = 0;
  cancel = onSlept(
    device,
    () => wallMs(),
    () => noticed++,
  );
});

it("CL3: tells once, within a second, of a sleep in which the monotonic clock stood still", () => {
  world.advance(3_600_000);
  expect(noticed).toBe(0);
  device.sleep();
  world.advance(20_000);
  device.wake();
  world.advance(1_001);
  expect(noticed).toBe(1);
  world.advance(60_000);
  expect(noticed).toBe(1);
});

it("CL3: takes a changed system time for a sleep, either way", () => {
  world.advance(10_000);
  wallMs = () => 1.6e12 + world.nowMs();
  world.advance(1_001);
  wallMs = () => 1.7e12 + world.nowMs();
  world.advance(1_001);
  expect(noticed).toBe(2);
});

it("CL3: says nothing more when it is cancelled", () => {
  cancel();
  expect(world.pendingCount).toBe(0);
});
