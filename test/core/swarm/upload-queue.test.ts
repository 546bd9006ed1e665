import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BLOCK_BYTES, URGENT_RUN_BLOCKS } from "../../../app/core/index.ts";
import { UploadQueue } from "../../../app/core/swarm/upload-queue.ts";
import type { QueuedBlock, Serving } from "../../../app/core/swarm/upload-queue.ts";
import { trackIdOfNumber } from "../../support/store-fixtures.ts";
import { peerIdOf } from "../../support/swarm-world.ts";

const blockOf = (name: string, index: number, block = 0, urgent = false): QueuedBlock => ({
  peerId: peerIdOf(name),
  trackId: trackIdOfNumber(1),
  index,
  offset: block * BLOCK_BYTES,
  length: BLOCK_BYTES,
  urgent,
  sinceMs: 0,
});

const ANYTHING: Serving = { hasRoom: () => true, isReady: () => true, rank: () => 0 };
const URGENT_ONLY: Serving = { ...ANYTHING, hasRoom: (urgent) => urgent };

function drain(queue: UploadQueue): string[] {
  const served: string[] = [];
  for (let block = queue.next(ANYTHING, 0); block; block = queue.next(ANYTHING, 0)) {
    served.push(`${block.peerId.replaceAll("_", "")} ${block.index}/${block.offset / BLOCK_BYTES}`);
    queue.served(block);
  }
  return served;
}

interface Model {
  waiting: QueuedBlock[];
}

const same = (a: QueuedBlock, b: QueuedBlock): boolean => a.peerId === b.peerId && a.index === b.index && a.offset === b.offset;

class Add implements fc.Command<Model, UploadQueue> {
  readonly block: QueuedBlock;
  constructor(block: QueuedBlock) {
    this.block = block;
  }
  check = (): boolean => true;
  run(model: Model, queue: UploadQueue): void {
    const isNew = !model.waiting.some((other) => same(other, this.block));
    expect(queue.add(this.block)).toBe(isNew);
    if (isNew) model.waiting.push(this.block);
    agree(model, queue);
  }
  toString = (): string => `add ${this.block.peerId} ${this.block.index} ${this.block.urgent}`;
}

class Remove implements fc.Command<Model, UploadQueue> {
  readonly block: QueuedBlock;
  constructor(block: QueuedBlock) {
    this.block = block;
  }
  check = (): boolean => true;
  run(model: Model, queue: UploadQueue): void {
    expect(queue.remove(this.block.peerId, this.block)).toBe(model.waiting.some((other) => same(other, this.block)));
    model.waiting = model.waiting.filter((other) => !same(other, this.block));
    agree(model, queue);
  }
  toString = (): string => `remove ${this.block.peerId} ${this.block.index}`;
}

class Forget implements fc.Command<Model, UploadQueue> {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  check = (): boolean => true;
  run(model: Model, queue: UploadQueue): void {
    queue.forget(peerIdOf(this.name));
    model.waiting = model.waiting.filter(({ peerId }) => peerId !== peerIdOf(this.name));
    agree(model, queue);
  }
  toString = (): string => `forget ${this.name}`;
}

class Serve implements fc.Command<Model, UploadQueue> {
  check = (): boolean => true;
  run(model: Model, queue: UploadQueue): void {
    const block = queue.next(ANYTHING, 0);
    expect(block === null).toBe(model.waiting.length === 0);
    if (!block) return;
    expect(model.waiting.some((other) => same(other, block))).toBe(true);
    queue.served(block);
    model.waiting = model.waiting.filter((other) => !same(other, block));
    agree(model, queue);
  }
  toString = (): string => "serve";
}

function agree({ waiting }: Model, queue: UploadQueue): void {
  expect(queue.isEmpty).toBe(waiting.length === 0);
  expect(queue.urgentBytes).toBe(waiting.filter(({ urgent }) => urgent).length * BLOCK_BYTES);
  for (const name of ["bob", "carol", "dave"]) {
    const own = waiting.filter(({ peerId }) => peerId === peerIdOf(name));
    expect(queue.countFor(peerIdOf(name))).toBe(own.length);
    expect(queue.hasUrgent(peerIdOf(name))).toBe(own.some(({ urgent }) => urgent));
  }
}

describe("UploadQueue", () => {
  test("CK5: peers take turns, and each gets its blocks in the order of asking", () => {
    const queue = new UploadQueue();
    for (const block of [blockOf("bob", 1), blockOf("bob", 2), blockOf("bob", 3), blockOf("carol", 9), blockOf("carol", 8)])
      queue.add(block);
    expect(drain(queue)).toEqual(["bob 1/0", "carol 9/0", "bob 2/0", "carol 8/0", "bob 3/0"]);
  });

  test("CK5: urgent blocks go first, a whole piece at a time", () => {
    const queue = new UploadQueue();
    queue.add(blockOf("bob", 7));
    for (const name of ["bob", "carol"]) for (const block of [0, 1]) queue.add(blockOf(name, 3, block, true));
    expect(drain(queue).filter((served) => !served.includes("7/"))).toEqual(["bob 3/0", "bob 3/1", "carol 3/0", "carol 3/1"]);
  });

  test("CK5: of what is not urgent, what the fewest others can give goes first, and a piece that is begun is finished", () => {
    const queue = new UploadQueue();
    for (const block of [0, 1]) queue.add(blockOf("bob", 7, block));
    for (const block of [0, 1]) queue.add(blockOf("carol", 3, block));
    const copies = ({ index }: QueuedBlock): number => (index === 3 ? 1 : 5);
    const served = [1, 2, 3, 4].map(() => {
      const block = queue.next({ ...ANYTHING, rank: copies }, 0);
      if (block) queue.served(block);
      return block?.index;
    });
    expect(served).toEqual([3, 3, 7, 7]);
  });

  test("CK5: what is not urgent is not starved: it has one block in four", () => {
    const queue = new UploadQueue();
    for (let block = 0; block < 8; block++) {
      queue.add(blockOf("bob", 3, block, true));
      queue.add(blockOf("carol", 5, block));
    }
    const served = drain(queue).slice(0, 8);
    expect(served.filter((line) => line.startsWith("carol"))).toHaveLength(8 / (URGENT_RUN_BLOCKS + 1));
  });

  test("CK5: a block that is not ready lets those behind it pass", () => {
    const queue = new UploadQueue();
    for (const index of [1, 2]) queue.add(blockOf("bob", index));
    expect(queue.next({ ...ANYTHING, isReady: ({ index }) => index !== 1 }, 0)?.index).toBe(2);
  });

  test("CK5: where there is room for urgent blocks only, no others go, whosever turn it is", () => {
    const queue = new UploadQueue();
    const served = new Set<boolean>();
    for (let block = 0; block <= 2 * URGENT_RUN_BLOCKS; block++) {
      queue.add(blockOf("bob", 3, block, true));
      queue.add(blockOf("carol", 5, block));
    }
    for (let block = queue.next(URGENT_ONLY, 0); block; block = queue.next(URGENT_ONLY, 0)) {
      served.add(block.urgent);
      queue.served(block);
    }
    expect([...served]).toEqual([true]);
    expect([queue.countFor(peerIdOf("bob")), queue.countFor(peerIdOf("carol"))]).toEqual([0, 2 * URGENT_RUN_BLOCKS + 1]);
  });

  test("CK8: behaves like a plain list of what waits, whatever happens to it", () => {
    const block = fc
      .record({ name: fc.constantFrom("bob", "carol", "dave"), index: fc.nat(3), block: fc.nat(2), urgent: fc.boolean() })
      .map(({ name, index, block: number, urgent }) => blockOf(name, index, number, urgent));
    const commands = fc.commands([
      block.map((one) => new Add(one)),
      block.map((one) => new Remove(one)),
      fc.constantFrom("bob", "carol", "dave").map((name) => new Forget(name)),
      fc.constant(new Serve()),
    ]);
    fc.assert(fc.property(commands, (cmds) => fc.modelRun(() => ({ model: { waiting: [] }, real: new UploadQueue() }), cmds)));
  });
});
