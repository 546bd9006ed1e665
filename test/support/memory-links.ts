/**
 * LinkTransports in memory: same events in the same order as real ones, but nothing moves until the test says so.
 * Whom a description comes from, and what becomes of glare and of reborn peers, is decided by the real negotiation;
 * only the network is imagined.
 */
import { BULK_LOW_WATER_BYTES, MAX_WIRE_MESSAGE_BYTES } from "../../app/core/index.ts";
import type { Lane, LinkEvent, LinkSignal, LinkState, LinkStats, LinkTransport, PeerId } from "../../app/core/index.ts";
import { isPolite, judgeOffer, markOf, shouldTakeAnswer } from "../../app/platform/webrtc/negotiation.ts";
import type { DescriptionMark } from "../../app/platform/webrtc/negotiation.ts";

/** The network between any number of transports. */
export class MemoryLinkNetwork {
  #deliveries: (() => void)[] = [];
  #nextConnection = 1;
  /** Connections by number, so that an answer finds its offerer wherever that lives now. */
  readonly connections = new Map<number, MemoryLink>();

  /** A page of that peer: called again for the same id it is the page after a reload. */
  transport(selfId: PeerId): MemoryLinkTransport {
    return new MemoryLinkTransport(this, selfId);
  }

  /** Lets the oldest thing under way arrive; false when nothing is under way. */
  step(): boolean {
    const deliver = this.#deliveries.shift();
    deliver?.();
    return deliver !== undefined;
  }

  /** Lets everything arrive, and everything that follows from it. */
  flush(): void {
    for (let steps = 0; this.step(); steps++) if (steps > 1_000_000) throw new Error("the network never comes to rest");
  }

  later(deliver: () => void): void {
    this.#deliveries.push(deliver);
  }

  nextConnection(): number {
    return this.#nextConnection++;
  }
}

class MemoryLink {
  readonly id: number;
  readonly owner: MemoryLinkTransport;
  readonly peerId: PeerId;
  state: LinkState = "connecting";
  isOpen = false;
  awaitingAnswer = false;
  remote: DescriptionMark | null = null;
  bufferedBytes = 0;

  constructor(owner: MemoryLinkTransport, peerId: PeerId, id: number) {
    this.owner = owner;
    this.peerId = peerId;
    this.id = id;
  }

  /** As little of SDP as the negotiation looks at. */
  get sdp(): string {
    return `v=0\r\no=- ${this.id} 2 IN IP4 127.0.0.1\r\na=ice-ufrag:u${this.id}\r\na=fingerprint:sha-256 F${this.id}\r\n`;
  }

  get localUfrag(): string {
    return `u${this.id}`;
  }
}

export class MemoryLinkTransport implements LinkTransport {
  onEvent: (event: LinkEvent) => void = () => {};
  readonly #network: MemoryLinkNetwork;
  readonly #selfId: PeerId;
  readonly #links = new Map<PeerId, MemoryLink>();
  #isGone = false;

  constructor(network: MemoryLinkNetwork, selfId: PeerId) {
    this.#network = network;
    this.#selfId = selfId;
  }

  setIceServers(): void {
    // There is no ICE in memory.
  }

  connect(peerId: PeerId): void {
    if (peerId === this.#selfId) throw new Error("a peer has no link to itself");
    if (this.#links.has(peerId)) return;
    const link = this.#create(peerId);
    link.awaitingAnswer = true;
    this.#signal(link, { kind: "offer", sdp: link.sdp });
  }

  receiveSignal(peerId: PeerId, signal: LinkSignal): void {
    const link = this.#links.get(peerId);
    if (signal.kind === "candidate") return;
    if (signal.kind === "refused") {
      if (link?.awaitingAnswer) this.#end(link, `refused: ${signal.reason}`);
      return;
    }
    const mark = markOf(signal.sdp);
    if (!mark) return;
    if (signal.kind === "answer") {
      if (!link || !shouldTakeAnswer(this.#view(link), mark, signal.answers)) return;
      link.awaitingAnswer = false;
      link.remote = mark;
      return this.#network.later(() => this.#join(link));
    }
    const verdict = link ? judgeOffer(this.#view(link), mark) : "accept";
    if (verdict === "ignore") return;
    if (verdict === "insist" && link) return this.#signal(link, { kind: "offer", sdp: link.sdp });
    if (verdict === "replace" && link) this.#end(link, "the peer started anew");
    if (verdict === "yield") this.#links.delete(peerId);
    const answering = this.#create(peerId);
    answering.remote = mark;
    this.#signal(answering, { kind: "answer", sdp: answering.sdp, answers: mark.ufrag });
  }

  send(peerId: PeerId, lane: Lane, bytes: Uint8Array): boolean {
    if (bytes.byteLength > MAX_WIRE_MESSAGE_BYTES) throw new RangeError(`message of ${bytes.byteLength} bytes`);
    const link = this.#links.get(peerId);
    if (!link?.isOpen) return false;
    const copy = bytes.slice();
    if (lane === "bulk") link.bufferedBytes += copy.byteLength;
    this.#network.later(() => {
      if (lane === "bulk") this.#drain(link, copy.byteLength);
      const there = this.#otherEnd(link);
      if (this.#isCurrent(link) && there) there.owner.#tell(there, { kind: "message", peerId: this.#selfId, lane, bytes: copy });
    });
    return true;
  }

  bufferedBytes(peerId: PeerId): number {
    return this.#links.get(peerId)?.bufferedBytes ?? 0;
  }

  close(peerId: PeerId, reason: string): void {
    const link = this.#links.get(peerId);
    if (link) this.#end(link, reason);
  }

  async stats(peerId: PeerId): Promise<LinkStats | null> {
    const link = this.#links.get(peerId);
    return link ? { state: link.state, candidateType: link.isOpen ? "host" : "unknown", rttMs: link.isOpen ? 0 : null } : null;
  }

  /** The page is reloaded or killed: it says nothing any more, and its peers notice when `notice` is true. */
  vanish(notice: boolean): void {
    this.#isGone = true;
    for (const link of this.#links.values()) {
      const there = this.#otherEnd(link);
      if (notice && there) this.#network.later(() => there.owner.#end(there, "closed by the peer"));
    }
    this.#links.clear();
  }

  #create(peerId: PeerId): MemoryLink {
    const link = new MemoryLink(this, peerId, this.#network.nextConnection());
    this.#links.set(peerId, link);
    this.#network.connections.set(link.id, link);
    return link;
  }

  /** Both ends hold each other's description: the connection comes up. */
  #join(link: MemoryLink): void {
    const there = this.#otherEnd(link);
    if (!this.#isCurrent(link) || !there) return;
    for (const end of [link, there]) {
      end.state = "connected";
      end.isOpen = true;
      end.owner.#tell(end, { kind: "state", peerId: end.peerId, state: "connected" });
      end.owner.#tell(end, { kind: "opened", peerId: end.peerId });
    }
  }

  #drain(link: MemoryLink, bytes: number): void {
    const before = link.bufferedBytes;
    link.bufferedBytes -= bytes;
    const hasFallenBelow = before > BULK_LOW_WATER_BYTES && link.bufferedBytes <= BULK_LOW_WATER_BYTES;
    if (hasFallenBelow) this.#tell(link, { kind: "drained", peerId: link.peerId });
  }

  #end(link: MemoryLink, reason: string): void {
    if (!this.#isCurrent(link)) return;
    const there = this.#otherEnd(link);
    this.#links.delete(link.peerId);
    this.#network.later(() => {
      if (!this.#isGone) this.onEvent({ kind: "closed", peerId: link.peerId, reason });
    });
    if (there) this.#network.later(() => there.owner.#end(there, "closed by the peer"));
  }

  #signal(link: MemoryLink, signal: LinkSignal): void {
    this.#network.later(() => this.#tell(link, { kind: "signal", peerId: link.peerId, signal }));
  }

  /** Called from within a delivery only, hence never from within a call on the port. */
  #tell(link: MemoryLink, event: LinkEvent): void {
    if (this.#isCurrent(link)) this.onEvent(event);
  }

  #isCurrent(link: MemoryLink): boolean {
    return !this.#isGone && this.#links.get(link.peerId) === link;
  }

  /** The peer's end of this very connection, if it is still there. */
  #otherEnd(link: MemoryLink): MemoryLink | null {
    const there = this.#network.connections.get(Number(link.remote?.connection.split(" ")[0]));
    return there && there.owner.#isCurrent(there) && there.remote?.ufrag === link.localUfrag ? there : null;
  }

  #view(link: MemoryLink) {
    const { awaitingAnswer, localUfrag, remote } = link;
    return { polite: isPolite(this.#selfId, link.peerId), awaitingAnswer, localUfrag, remote };
  }
}
