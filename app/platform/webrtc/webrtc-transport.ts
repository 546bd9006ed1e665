/** The LinkTransport of a browser: which peer has which link, and the order in which events are told. */
import { MAX_WIRE_MESSAGE_BYTES } from "../../core/index.ts";
import type { Clock, IceServer, Lane, LinkEvent, LinkSignal, LinkStats, LinkTransport, PeerId } from "../../core/index.ts";
import type { FlightLog } from "../flight-log.ts";
import { createLinkLog } from "./link-log.ts";
import type { LinkConsole } from "./link-log.ts";
import { isPolite, markOf } from "./negotiation.ts";
import { PeerLink } from "./peer-link.ts";

export interface WebRtcTransportOptions {
  /** Decides, with the other's id, who gives way when both offer at once. */
  readonly selfId: PeerId;
  readonly iceServers: readonly IceServer[];
  readonly clock: Clock;
  readonly log: FlightLog;
  /** Where ICE states are written for people; the browser's console unless told otherwise. */
  readonly console?: LinkConsole;
}

export interface WebRtcTransport extends LinkTransport {
  /** For leaving, and for `pagehide`: peers learn of it at once instead of by silence. */
  closeAll(reason: string): void;
}

export function createWebRtcTransport(options: WebRtcTransportOptions): WebRtcTransport {
  return new Transport(options);
}

interface Entry {
  readonly link: PeerLink;
  /** False as soon as the link ended or was replaced: what it said before and is not told yet is void. */
  isCurrent: boolean;
}

class Transport implements WebRtcTransport {
  onEvent: (event: LinkEvent) => void = () => {};
  readonly #selfId: PeerId;
  readonly #clock: Clock;
  readonly #log: FlightLog;
  readonly #console: LinkConsole;
  readonly #entries = new Map<PeerId, Entry>();
  /** Links to be offered, in this order, each when the offer before it is out. */
  readonly #toOffer = new Set<PeerId>();
  #isOffering = false;
  #iceServers: readonly IceServer[];
  /** Events not yet told. A null entry is told in any case. */
  #outbox: { readonly entry: Entry | null; readonly event: LinkEvent }[] = [];

  constructor({ selfId, iceServers, clock, log, console = globalThis.console }: WebRtcTransportOptions) {
    this.#selfId = selfId;
    this.#iceServers = iceServers;
    this.#clock = clock;
    this.#log = log;
    this.#console = console;
  }

  setIceServers(servers: readonly IceServer[]): void {
    this.#iceServers = servers;
  }

  connect(peerId: PeerId): void {
    if (peerId === this.#selfId) throw new Error("a peer has no link to itself");
    const link = this.#entries.get(peerId)?.link;
    if (link && !link.hasFailed) return;
    link?.end("failed, and wanted again");
    this.#toOffer.add(peerId);
    void this.#offerNext();
  }

  receiveSignal(peerId: PeerId, signal: LinkSignal): void {
    const link = this.#entries.get(peerId)?.link;
    if (signal.kind === "offer") this.#receiveOffer(peerId, link, signal.sdp);
    else if (signal.kind === "answer") link?.takeAnswer(signal);
    else if (signal.kind === "refused") link?.takeRefusal(signal.reason);
    else link?.takeCandidate(signal);
  }

  send(peerId: PeerId, lane: Lane, bytes: Uint8Array): boolean {
    if (bytes.byteLength > MAX_WIRE_MESSAGE_BYTES)
      throw new RangeError(`message of ${bytes.byteLength} bytes, at most ${MAX_WIRE_MESSAGE_BYTES} allowed`);
    return this.#entries.get(peerId)?.link.send(lane, bytes) ?? false;
  }

  bufferedBytes(peerId: PeerId): number {
    return this.#entries.get(peerId)?.link.bufferedBytes ?? 0;
  }

  async stats(peerId: PeerId): Promise<LinkStats | null> {
    if (this.#toOffer.has(peerId)) return { state: "connecting", candidateType: "unknown", rttMs: null };
    return (await this.#entries.get(peerId)?.link.stats()) ?? null;
  }

  close(peerId: PeerId, reason: string): void {
    if (this.#toOffer.has(peerId)) this.#ended(peerId, reason);
    this.#entries.get(peerId)?.link.end(reason);
  }

  closeAll(reason: string): void {
    for (const peerId of this.#toOffer) this.#ended(peerId, reason);
    for (const { link } of [...this.#entries.values()]) link.end(reason);
  }

  /**
   * A connection and its offer take a busy phone a tenth of a second, and it needs one link to hear music: so the first
   * offer doesn't wait for seven connections.
   */
  async #offerNext(): Promise<void> {
    if (this.#isOffering) return;
    this.#isOffering = true;
    for (const peerId of this.#toOffer) {
      this.#toOffer.delete(peerId);
      await this.#create(peerId)?.offer();
    }
    this.#isOffering = false;
  }

  #receiveOffer(peerId: PeerId, link: PeerLink | undefined, sdp: string): void {
    const mark = markOf(sdp);
    if (!mark) return this.#log("bad-offer", { peerId });
    this.#toOffer.delete(peerId); // theirs was sooner
    const verdict = link?.judge(mark) ?? "accept";
    if (verdict === "accept") return (link ?? this.#create(peerId))?.accept(sdp, mark);
    if (verdict === "insist") return link?.insist();
    if (verdict === "ignore") return;
    if (verdict === "replace") link?.end("the peer started anew");
    else this.#abandon(peerId);
    this.#create(peerId)?.accept(sdp, mark);
  }

  #create(peerId: PeerId): PeerLink | null {
    let entry: Entry | null = null;
    const tell = (event: LinkEvent): void => this.#tell(entry, event);
    try {
      const link = new PeerLink({
        polite: isPolite(this.#selfId, peerId),
        iceServers: this.#iceServers,
        clock: this.#clock,
        log: createLinkLog(peerId, this.#log, this.#console),
        outlet: {
          opened: () => tell({ kind: "opened", peerId }),
          message: (lane, bytes) => tell({ kind: "message", peerId, lane, bytes }),
          drained: () => tell({ kind: "drained", peerId }),
          signal: (signal) => tell({ kind: "signal", peerId, signal }),
          state: (state) => tell({ kind: "state", peerId, state }),
          ended: (reason) => this.#ended(peerId, reason),
        },
      });
      entry = { link, isCurrent: true };
      this.#entries.set(peerId, entry);
      return link;
    } catch (error) {
      // Too many connections, or a refused configuration: the caller learns it as of any other link that failed.
      this.#tell(null, { kind: "closed", peerId, reason: `no connection: ${String(error)}` });
      return null;
    }
  }

  #abandon(peerId: PeerId): void {
    const entry = this.#entries.get(peerId);
    if (!entry) return;
    entry.isCurrent = false;
    this.#entries.delete(peerId);
    entry.link.abandon();
  }

  #ended(peerId: PeerId, reason: string): void {
    const entry = this.#entries.get(peerId);
    if (entry) entry.isCurrent = false;
    this.#entries.delete(peerId);
    this.#toOffer.delete(peerId);
    this.#log("link-closed", { peerId, reason });
    this.#tell(null, { kind: "closed", peerId, reason });
  }

  /** In order, and never from within a call on the port. */
  #tell(entry: Entry | null, event: LinkEvent): void {
    if (this.#outbox.push({ entry, event }) === 1) queueMicrotask(() => this.#tellAll());
  }

  #tellAll(): void {
    for (let told = 0; told < this.#outbox.length; told++) {
      const item = this.#outbox[told];
      if (!item || item.entry?.isCurrent === false) continue;
      try {
        this.onEvent(item.event);
      } catch (error) {
        reportError(error); // a fault of one listener must not swallow the others' events
      }
    }
    this.#outbox = [];
  }
}
