/**
 * What any LinkTransport must do, real or fake (rules LT). A suite to be run on a pair of them; the way of signals
 * between the two is the suite's, so that it can lose, keep back and repeat them.
 */
import { bytesToHex } from "@noble/hashes/utils.js";
import { afterEach, describe, expect, it } from "vitest";
import { BULK_LOW_WATER_BYTES, LINK_CONNECT_TIMEOUT_MS, MAX_WIRE_MESSAGE_BYTES } from "../../app/core/index.ts";
import type { Lane, LinkEvent, LinkSignal, LinkTransport, PeerId } from "../../app/core/index.ts";
import * as people from "../support/people.ts";

const alice = people.alice.peerId;
const bob = people.bob.peerId;

export interface TransportWorld {
  /** A page of that peer; the former page of the same id, if any, is gone. */
  open(selfId: PeerId): LinkTransport;
  /** The page of that peer dies without a word. */
  kill(selfId: PeerId): void;
  /** Moves a hand-flushed network on; absent where it moves by itself. */
  readonly step?: () => boolean;
  dispose(): void;
}

/** One page with everything it was told. */
class Page {
  readonly transport: LinkTransport;
  readonly events: LinkEvent[] = [];
  /** Signals are handed over here instead of to the other page. */
  onSignal: (signal: LinkSignal) => void = () => {};
  #onNews: () => void = () => {};
  isInCall = false;

  constructor(transport: LinkTransport) {
    this.transport = transport;
    transport.onEvent = (event) => {
      if (this.isInCall) throw new Error(`"${event.kind}" was told from within a call`);
      this.events.push(event);
      if (event.kind === "signal") this.onSignal(event.signal);
      this.#onNews();
    };
  }

  /** Makes calls during which no event may be told. */
  call<T>(run: (transport: LinkTransport) => T): T {
    this.isInCall = true;
    try {
      return run(this.transport);
    } finally {
      this.isInCall = false;
    }
  }

  of<Kind extends LinkEvent["kind"]>(kind: Kind): Extract<LinkEvent, { kind: Kind }>[] {
    return this.events.filter((event): event is Extract<LinkEvent, { kind: Kind }> => event.kind === kind);
  }

  messages(lane: Lane): Uint8Array[] {
    return this.of("message").flatMap((event) => (event.lane === lane ? [event.bytes] : []));
  }

  async news(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onNews = resolve;
    });
  }
}

export function describeLinkTransport(name: string, makeWorld: () => TransportWorld): void {
  describe(`${name} as a link transport`, () => {
    let world: TransportWorld;
    afterEach(() => world.dispose());

    const until = async (condition: () => boolean, ...pages: Page[]): Promise<void> => {
      while (!condition()) {
        if (!world.step) await Promise.race(pages.map((page) => page.news()));
        else if (!world.step()) throw new Error("nothing is under way, and the condition does not hold");
      }
    };
    const openPage = (selfId: PeerId): Page => new Page(world.open(selfId));
    const wire = (left: Page, right: Page): void => {
      left.onSignal = (signal) => right.call((transport) => transport.receiveSignal(alice, signal));
      right.onSignal = (signal) => left.call((transport) => transport.receiveSignal(bob, signal));
    };
    /** Pages of alice and bob with signals going both ways. */
    const openPair = (): readonly [Page, Page] => {
      world = makeWorld();
      const pair = [openPage(alice), openPage(bob)] as const;
      wire(...pair);
      return pair;
    };
    const areOpen = (a: Page, b: Page) => () => a.of("opened").length > 0 && b.of("opened").length > 0;
    const openLink = async (): Promise<readonly [Page, Page]> => {
      const [a, b] = openPair();
      a.call((transport) => transport.connect(bob));
      await until(areOpen(a, b), a, b);
      return [a, b];
    };
    /** A message that made the round trip: whatever was under way before it has arrived. */
    const roundTrip = async (a: Page, b: Page): Promise<void> => {
      const before = [a.messages("control").length, b.messages("control").length] as const;
      a.transport.send(bob, "control", Uint8Array.of(1));
      await until(() => b.messages("control").length > before[1], a, b);
      b.transport.send(alice, "control", Uint8Array.of(2));
      await until(() => a.messages("control").length > before[0], a, b);
    };

    it("LT1: opens once on both sides after one side connects", async () => {
      const [a, b] = await openLink();
      await roundTrip(a, b);
      expect(a.events.filter(({ kind }) => kind === "state" || kind === "opened").slice(-2)).toEqual([
        { kind: "state", peerId: bob, state: "connected" },
        { kind: "opened", peerId: bob },
      ]);
      expect(a.of("opened")).toHaveLength(1);
      expect(b.of("opened")).toEqual([{ kind: "opened", peerId: alice }]);
    });

    it("LT1: connecting again while there is a link does nothing", async () => {
      const [a, b] = await openLink();
      const signalsBefore = a.of("signal").filter(({ signal }) => signal.kind === "offer").length;
      a.call((transport) => transport.connect(bob));
      await roundTrip(a, b);
      expect(a.of("signal").filter(({ signal }) => signal.kind === "offer")).toHaveLength(signalsBefore);
      expect(a.of("opened")).toHaveLength(1);
    });

    it("LT2: tells nothing before `opened`, and the first message sent on `opened` arrives", async () => {
      const [a, b] = openPair();
      const inner = b.transport.onEvent;
      b.transport.onEvent = (event) => {
        inner(event);
        if (event.kind === "opened") expect(b.transport.send(alice, "bulk", Uint8Array.of(7))).toBe(true);
      };
      a.call((transport) => transport.connect(bob));
      await until(() => a.messages("bulk").length > 0, a, b);
      expect(a.messages("bulk")).toEqual([Uint8Array.of(7)]);
      expect(a.events.findIndex(({ kind }) => kind === "opened")).toBeLessThan(
        a.events.findIndex(({ kind }) => kind === "message"),
      );
    });

    it("LT3: keeps the order within a lane", async () => {
      const [a, b] = await openLink();
      const numbers = Array.from({ length: 500 }, (_, index) => index);
      for (const number of numbers) {
        a.call((transport) => transport.send(bob, "bulk", Uint8Array.of(number & 255, number >> 8)));
        a.call((transport) => transport.send(bob, "control", Uint8Array.of(number & 255, number >> 8)));
      }
      await until(() => b.messages("bulk").length === 500 && b.messages("control").length === 500, a, b);
      for (const lane of ["bulk", "control"] as const)
        expect(b.messages(lane).map(([low = 0, high = 0]) => low + 256 * high)).toEqual(numbers);
    });

    it("LT3: carries the largest message whole, and a part of a larger buffer as that part", async () => {
      const [a, b] = await openLink();
      const largest = Uint8Array.from({ length: MAX_WIRE_MESSAGE_BYTES }, (_, index) => index * 31);
      a.call((transport) => transport.send(bob, "bulk", largest));
      a.call((transport) => transport.send(bob, "bulk", largest.subarray(100, 104)));
      await until(() => b.messages("bulk").length === 2, a, b);
      // Compared as text: the matcher is slow on 65,536 numbers.
      expect(bytesToHex(b.messages("bulk")[0] ?? new Uint8Array())).toBe(bytesToHex(largest));
      expect(b.messages("bulk")[1]).toEqual(largest.slice(100, 104));
    });

    it("LT3: a message beyond the bound is a fault of the caller", async () => {
      const [a] = await openLink();
      expect(() => a.transport.send(bob, "bulk", new Uint8Array(MAX_WIRE_MESSAGE_BYTES + 1))).toThrow(RangeError);
    });

    it("LT4: refuses to send where no link is open", async () => {
      const [a, b] = openPair();
      expect(a.call((transport) => transport.send(bob, "control", Uint8Array.of(1)))).toBe(false);
      a.call((transport) => transport.connect(bob));
      expect(a.call((transport) => transport.send(bob, "control", Uint8Array.of(2)))).toBe(false);
      await until(areOpen(a, b), a, b);
      a.transport.send(bob, "control", Uint8Array.of(3));
      await until(() => b.messages("control").length > 0, a, b);
      expect(b.messages("control")).toEqual([Uint8Array.of(3)]);
    });

    it("LT5: counts what waits on the bulk lane, and says when there is room again", async () => {
      const [a, b] = await openLink();
      expect(a.transport.bufferedBytes(bob)).toBe(0);
      let mostBytes = 0; // some send from a thread of their own meanwhile
      for (let count = 0; count < 40; count++) {
        a.call((transport) => transport.send(bob, "bulk", new Uint8Array(64 * 1024)));
        mostBytes = Math.max(mostBytes, a.transport.bufferedBytes(bob));
      }
      expect(mostBytes).toBeGreaterThan(BULK_LOW_WATER_BYTES);
      await until(() => a.of("drained").length > 0, a, b);
      await until(() => b.messages("bulk").length === 40, a, b);
      expect(a.of("drained").length).toBeGreaterThan(0);
    });

    it("LT6: glare, both offer at once, makes one link", async () => {
      const [a, b] = openPair();
      a.call((transport) => transport.connect(bob));
      b.call((transport) => transport.connect(alice));
      await until(areOpen(a, b), a, b);
      await roundTrip(a, b);
      for (const page of [a, b]) {
        expect(page.of("opened")).toHaveLength(1);
        expect(page.of("closed")).toHaveLength(0);
      }
    });

    it.each([
      ["alice", alice],
      ["bob", bob],
    ])("LT7: %s reloads and connects anew: the other's old link closes, a new one opens", async (_, reborn) => {
      const [a, b] = await openLink();
      const stays = reborn === alice ? b : a;
      world.kill(reborn);
      const comesBack = openPage(reborn);
      if (reborn === alice) wire(comesBack, b);
      else wire(a, comesBack);
      comesBack.call((transport) => transport.connect(reborn === alice ? bob : alice));
      await until(() => comesBack.of("opened").length === 1 && stays.of("opened").length === 2, comesBack, stays);
      await roundTrip(...(reborn === alice ? ([comesBack, b] as const) : ([a, comesBack] as const)));
      expect(stays.of("closed")).toHaveLength(1);
      expect(stays.events.findIndex(({ kind }) => kind === "closed")).toBeLessThan(
        stays.events.findLastIndex(({ kind }) => kind === "opened"),
      );
    });

    it.each([
      ["alice", alice],
      ["bob", bob],
    ])("LT7: %s reloads while both are connecting: the link comes up all the same", async (_, reborn) => {
      const [a, b] = openPair();
      // What is said to the page before its reload is lost; the other has offered into the void.
      a.onSignal = b.onSignal = () => {};
      a.call((transport) => transport.connect(bob));
      b.call((transport) => transport.connect(alice));
      await until(() => a.of("signal").length > 0 && b.of("signal").length > 0, a, b);
      world.kill(reborn);
      const comesBack = openPage(reborn);
      const [left, right] = reborn === alice ? [comesBack, b] : [a, comesBack];
      wire(left, right);
      comesBack.call((transport) => transport.connect(reborn === alice ? bob : alice));
      await until(areOpen(left, right), left, right);
      await roundTrip(left, right);
      expect([...left.of("opened"), ...right.of("opened")]).toHaveLength(2);
    });

    it("LT7: an answer meant for a page before its reload is not taken by the page after it", async () => {
      const [a, b] = openPair();
      let held: LinkSignal[] = [];
      b.onSignal = (signal) => held.push(signal);
      a.call((transport) => transport.connect(bob));
      await until(() => held.some(({ kind }) => kind === "answer"), a, b);
      world.kill(alice);
      const comesBack = openPage(alice);
      comesBack.onSignal = () => {};
      comesBack.call((transport) => transport.connect(bob));
      await until(() => comesBack.of("signal").some(({ signal }) => signal.kind === "offer"), comesBack);
      for (const signal of held) comesBack.call((transport) => transport.receiveSignal(bob, signal));
      held = [];
      wire(comesBack, b);
      for (const { signal } of comesBack.of("signal")) b.call((transport) => transport.receiveSignal(alice, signal));
      await until(() => comesBack.of("opened").length === 1 && b.of("opened").length === 1, comesBack, b);
      await roundTrip(comesBack, b);
    });

    it("LT7: repeated signals and signals without a link change nothing", async () => {
      const [a, b] = openPair();
      const carried: (readonly [Page, PeerId, LinkSignal])[] = [];
      a.onSignal = (signal) => carried.push([b, alice, signal]);
      b.onSignal = (signal) => carried.push([a, bob, signal]);
      let handed = 0;
      const handAll = (): void => {
        for (; handed < carried.length; handed++) {
          const [page, from, signal] = carried[handed] ?? [];
          if (!page || !from || !signal) continue;
          page.call((transport) => transport.receiveSignal(from, signal));
          page.call((transport) => transport.receiveSignal(from, signal));
        }
      };
      a.call((transport) => transport.connect(bob));
      await until(
        () => {
          handAll();
          return areOpen(a, b)();
        },
        a,
        b,
      );
      for (const [page, from, signal] of carried)
        if (signal.kind !== "offer") page.call((transport) => transport.receiveSignal(from, signal));
      await roundTrip(a, b);
      expect([...a.of("opened"), ...b.of("opened")]).toHaveLength(2);
      expect([...a.of("closed"), ...b.of("closed")]).toHaveLength(0);
    });

    it("LT8: `closed` comes once on each side, is the last word, and a new link may follow", async () => {
      const [a, b] = await openLink();
      a.call((transport) => transport.close(bob, "enough"));
      expect(a.call((transport) => transport.send(bob, "control", Uint8Array.of(1)))).toBe(false);
      a.call((transport) => transport.close(bob, "enough"));
      await until(() => a.of("closed").length > 0 && b.of("closed").length > 0, a, b);
      expect(a.of("closed")).toEqual([{ kind: "closed", peerId: bob, reason: "enough" }]);
      expect(a.events.at(-1)?.kind).toBe("closed");
      expect(b.events.at(-1)?.kind).toBe("closed");
      b.call((transport) => transport.connect(alice));
      await until(() => a.of("opened").length === 2 && b.of("opened").length === 2, a, b);
      await roundTrip(a, b);
      expect([...a.of("closed"), ...b.of("closed")]).toHaveLength(2);
    });

    it("LT8: closing while connecting says `closed`, and nothing opens later", async () => {
      const [a, b] = openPair();
      a.call((transport) => transport.connect(bob));
      a.call((transport) => transport.close(bob, "changed my mind"));
      await until(() => a.of("closed").length > 0, a, b);
      expect(a.events).toEqual([{ kind: "closed", peerId: bob, reason: "changed my mind" }]);
    });

    it("LT13: a refusal ends the link whose offer it refuses, and another may be tried", async () => {
      const [a, b] = openPair();
      a.onSignal = () => {};
      a.call((transport) => transport.connect(bob));
      await until(() => a.of("signal").some(({ signal }) => signal.kind === "offer"), a);
      a.call((transport) => transport.receiveSignal(bob, { kind: "refused", reason: "full" }));
      await until(() => a.of("closed").length > 0, a);
      expect(a.of("closed")).toEqual([{ kind: "closed", peerId: bob, reason: "refused: full" }]);
      wire(a, b);
      a.call((transport) => transport.connect(bob));
      await until(areOpen(a, b), a, b);
      await roundTrip(a, b);
    });

    it("LT13: a refusal of nothing changes nothing", async () => {
      const [a, b] = await openLink();
      for (const page of [a, b])
        page.call((transport) => transport.receiveSignal(page === a ? bob : alice, { kind: "refused", reason: "full" }));
      await roundTrip(a, b);
      expect([...a.of("closed"), ...b.of("closed")]).toHaveLength(0);
    });

    it("LT9: knows how the ends reach each other, and knows nothing of strangers", async () => {
      const [a, b] = await openLink();
      expect(await b.transport.stats(bob)).toBeNull();
      expect(b.transport.bufferedBytes(bob)).toBe(0);
      const stats = await a.transport.stats(bob);
      expect(stats).toMatchObject({ state: "connected", candidateType: expect.stringMatching(/^(host|prflx)$/) });
      expect(stats?.rttMs ?? 0).toBeLessThan(LINK_CONNECT_TIMEOUT_MS);
    });
  });
}
