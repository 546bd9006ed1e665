/**
 * Devices with quartzes of their own, a server with another, and ways between them that are slow, lopsided, jittery and
 * lossy. Clocks and their exchange are the real ones; the rest is as little as they need.
 */
import { ClockExchange, JamClock, nextProbeDelayMs } from "../../../app/core/index.ts";
import type { Cancel, ClockEstimate, ClockId, PeerId, Random } from "../../../app/core/index.ts";
import { clockIdOf } from "../../support/people.ts";
import { Quartz } from "../../support/quartz.ts";
import type { QuartzOptions } from "../../support/quartz.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { peerIdOf } from "../../support/swarm-world.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

/** One way there and one back, ms. */
export interface Path {
  readonly thereMs: number;
  readonly backMs: number;
  /** What a packet may take longer than another. */
  readonly jitterMs: number;
  readonly lossShare: number;
}

/** 20 ± 10 ms, and 10 ms longer there than back. */
export const LOPSIDED: Path = { thereMs: 15, backMs: 5, jitterMs: 20, lossShare: 0 };
/** Two phones on one Wi-Fi. */
export const NEAR: Path = { thereMs: 2, backMs: 2, jitterMs: 6, lossShare: 0 };

/** What is lost comes so much later (RFC 6298: the least time-out of TCP in Linux). */
const RESENT_MS = 200;

const SERVER: QuartzOptions = { originMs: 1e9, ppm: 0 };

export class Device {
  readonly peerId: PeerId;
  readonly quartz: Quartz;
  readonly jamClock = new JamClock();
  readonly exchange: ClockExchange;
  /** Bytes said to neighbours about the time. */
  saidBytes = 0;
  cancelProbe: Cancel = () => {};
  isOnline = false;
  /** Answers of the server. */
  heardCount = 0;

  constructor(peerId: PeerId, quartz: Quartz, hostId: () => PeerId | null, send: (to: PeerId, bytes: Uint8Array) => boolean) {
    this.peerId = peerId;
    this.quartz = quartz;
    this.exchange = new ClockExchange({
      selfId: peerId,
      clock: quartz,
      links: {
        send: (to, _, bytes) => {
          this.saidBytes += bytes.byteLength;
          return send(to, bytes);
        },
      },
      hostId,
      jamTime: () => this.jamClock.wanted,
    });
  }

  get estimate(): ClockEstimate {
    return this.jamClock.referenceClock.estimate(this.quartz.nowMs());
  }

  /** What it holds to be the jam's time now. */
  get referenceMs(): number {
    return this.jamClock.referenceClock.referenceMs(this.quartz.nowMs()) ?? NaN;
  }
}

export class ClockWorld {
  readonly clock = new VirtualClock();
  readonly devices = new Map<string, Device>();
  hostName: string | null = null;
  readonly #random: Random;
  readonly #links = new Map<string, Path>();
  readonly #serverPaths = new Map<Device, Path>();
  #server: { readonly quartz: Quartz; readonly clockId: ClockId };
  #isServerUp = true;
  #boots = 0;

  constructor(seed: number, server = SERVER) {
    this.#random = seededRandom(seed);
    this.#server = { quartz: new Quartz(this.clock, server), clockId: clockIdOf("boot0") };
  }

  /** What the server's clock says, or would say. */
  get serverMs(): number {
    return this.#server.quartz.nowMs();
  }

  add(name: string, ppm: number, path: Path = LOPSIDED): Device {
    const quartz = new Quartz(this.clock, { originMs: 1e5 * (this.devices.size + 1), ppm });
    const peerId = peerIdOf(name);
    const device: Device = new Device(
      peerId,
      quartz,
      () => (this.hostName === null ? null : peerIdOf(this.hostName)),
      (to, bytes) => this.#pass(device, to, bytes),
    );
    this.devices.set(name, device);
    this.#serverPaths.set(device, path);
    if (this.#isServerUp) this.connect(device);
    return device;
  }

  device(name: string): Device {
    const device = this.devices.get(name);
    if (!device) throw new Error(`no ${name} here`);
    return device;
  }

  link(a: string, b: string, path: Path): void {
    const [one, other] = [this.device(a), this.device(b)];
    this.#links.set(`${one.peerId} ${other.peerId}`, path);
    this.#links.set(`${other.peerId} ${one.peerId}`, { ...path, thereMs: path.backMs, backMs: path.thereMs });
    one.exchange.opened(other.peerId);
    other.exchange.opened(one.peerId);
  }

  linkAll(path: Path): void {
    const names = [...this.devices.keys()];
    for (const [index, name] of names.entries()) for (const other of names.slice(0, index)) this.link(other, name, path);
  }

  /** Gone without a word; its neighbours notice. */
  remove(name: string): void {
    const gone = this.device(name);
    gone.exchange.stop();
    gone.cancelProbe();
    this.devices.delete(name);
    for (const device of this.devices.values()) device.exchange.closed(gone.peerId);
  }

  stopServer(): void {
    this.#isServerUp = false;
    for (const device of this.devices.values()) this.disconnect(device);
  }

  /** The server is back within five seconds for everybody. @param restarted with a clock that starts elsewhere */
  startServer(restarted?: QuartzOptions): void {
    this.#isServerUp = true;
    if (restarted) this.#server = { quartz: new Quartz(this.clock, restarted), clockId: clockIdOf(`boot${++this.#boots}`) };
    for (const device of this.devices.values()) this.clock.schedule(this.#random() * 5000, () => this.connect(device));
  }

  /** One device alone loses the server. */
  disconnect(device: Device): void {
    device.isOnline = false;
    device.cancelProbe();
    device.jamClock.serverLost();
    device.exchange.askAll();
  }

  connect(device: Device): void {
    const { clockId } = this.#server;
    const referenceMs = this.serverMs;
    this.#later(this.#serverPaths.get(device), "backMs", () => {
      device.isOnline = true;
      device.jamClock.welcomed(clockId, referenceMs, device.quartz.nowMs());
      this.#probe(device, 0);
    });
  }

  /** As the page is told when it is seen again. */
  wake(device: Device): void {
    device.quartz.wake();
    device.jamClock.doubt();
    device.exchange.askAll();
    if (device.isOnline) this.#probe(device, 0);
  }

  run(durationMs: number, everyMs = durationMs, look: () => void = () => {}): void {
    for (let passedMs = 0; passedMs < durationMs; passedMs += everyMs) {
      this.clock.advance(everyMs);
      look();
    }
  }

  /** Until the server has answered it once more, and its clock is the server's. */
  runUntilHeard(device: Device): void {
    const before = device.heardCount;
    while (device.heardCount === before || device.jamClock.currentId !== this.#server.clockId)
      if (!this.clock.step()) throw new Error("nobody says anything any more");
  }

  /** Largest difference between what two devices hold to be the jam's time. */
  spreadMs(names: Iterable<string> = this.devices.keys()): number {
    const times = [...names].map((name) => this.device(name).referenceMs);
    return Math.max(...times) - Math.min(...times);
  }

  #probe(device: Device, probes: number): void {
    device.cancelProbe();
    const { quartz: server, clockId } = this.#server;
    const path = this.#serverPaths.get(device);
    const sentMs = device.quartz.nowMs();
    this.#later(path, "thereMs", () => {
      const referenceMs = server.nowMs();
      this.#later(path, "backMs", () => {
        if (!device.isOnline || clockId !== this.#server.clockId || device.quartz.isAsleep) return;
        const receivedMs = device.quartz.nowMs();
        device.heardCount++;
        device.jamClock.addSample({ sentMs, receivedReferenceMs: referenceMs, answeredReferenceMs: referenceMs, receivedMs });
      });
    });
    device.cancelProbe = device.quartz.schedule(nextProbeDelayMs(probes + 1), () => this.#probe(device, probes + 1));
  }

  #pass(from: Device, to: PeerId, bytes: Uint8Array): boolean {
    const receiver = [...this.devices.values()].find(({ peerId }) => peerId === to);
    this.#later(this.#links.get(`${from.peerId} ${to}`), "thereMs", () => {
      if (!receiver || receiver.quartz.isAsleep) return;
      receiver.exchange.receive(from.peerId, "control", bytes);
      receiver.jamClock.settle();
    });
    return true;
  }

  /** Sockets and data channels send again what is lost. */
  #later(path: Path | undefined, way: "thereMs" | "backMs", run: () => void): void {
    if (!path) return;
    let delayMs = path[way] + this.#random() * path.jitterMs;
    while (this.#random() < path.lossShare) delayMs += RESENT_MS;
    this.clock.schedule(delayMs, run);
  }
}
