/**
 * How much we may have under way, over all links together: as much as keeps our own uplink busy and its queue short.
 * The aim is RFC 6817's, a bounded queueing delay; the means are those of BBR (Cardwell et al., ACM Queue 14(5), 2016):
 * what the uplink was seen to deliver, times the time that a block and its report take without our own queue, and a
 * little more. Receivers report each block's one-way delay: what it has grown by since the link's best is our queue;
 * the rest of the loop is not ours, the receiver's own busy uplink included.
 * Moved by reports and not by timers, so that a throttled background tab uploads as well as any.
 */
import type { PeerId } from "../ids.ts";
import {
  BLOCK_BYTES,
  UPLOAD_BASE_DELAY_MS,
  UPLOAD_RATE_MEMORY_MS,
  UPLOAD_REPORT_TIMEOUT_MS,
  UPLOAD_TARGET_DELAY_MS,
  UPLOAD_WINDOW_INITIAL_BYTES,
  UPLOAD_WINDOW_MAX_BYTES,
  UPLOAD_WINDOW_MIN_BYTES,
} from "../tunables.ts";

/** Weight of one report in the smoothed loop, and in the smoothed queue; a loop that is shorter counts twice. */
const SMOOTHING = 1 / 16;
/** How much more than it was seen to carry an uplink without a queue is given (BBR's ProbeBW). */
const PROBE_GAIN = 1.1;
/** Until the uplink is known, the window is so many times what was delivered in a loop (BBR's start-up). */
const START_GAIN = 1.5;
/** The uplink is known when the rate has not grown by this factor for so many stretches (as BBR's full pipe). */
const GROWTH = 1.25;
const STRETCHES_WITHOUT_GROWTH = 3;
/** How long a stretch the rate is measured over, at least, ms: a round trip and some. */
const RATE_STRETCH_MS = 500;
/** Reports that our queue is judged by for a newcomer: the least of the last four, as RFC 6817's CURRENT_FILTER. */
const LATEST_REPORTS = 4;

interface SentBlock {
  readonly sizeBytes: number;
  readonly sentMs: number;
  readonly urgent: boolean;
}

interface PacedLink {
  /** Not yet reported, in the order sent. */
  readonly sent: SentBlock[];
  inFlightBytes: number;
  /** When it last reported; or, if nothing was under way then, when the first block after that was sent. */
  waitingSinceMs: number;
  /** It owes reports for so long that what it has under way does not count, and nothing more goes to it. */
  isStalled: boolean;
  /** First delay reported: others are read relative to it, so that the 32-bit wrap does not matter. */
  originMs: number | null;
  /** Lowest delays of this and the last period. */
  baseMs: number;
  previousBaseMs: number;
  periodStartMs: number;
}

export class UploadPacer {
  readonly #links = new Map<PeerId, PacedLink>();
  readonly #rate = new DeliveryRate();
  #windowBytes = UPLOAD_WINDOW_INITIAL_BYTES;
  #inFlightBytes = 0;
  #inFlightUrgentBytes = 0;
  /** From a block's sending to its report, without our own queue. */
  #loopMs: number | null = null;
  #queueMs = 0;
  /** As seen by the latest reports, each relative to its own link's best. */
  readonly #latestQueuesMs: number[] = [];

  get inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  get inFlightUrgentBytes(): number {
    return this.#inFlightUrgentBytes;
  }

  get windowBytes(): number {
    return this.#windowBytes;
  }

  /** What the uplink was seen to carry; 0 before the first report. */
  get uplinkBytesPerMs(): number {
    return this.#rate.bytesPerMs;
  }

  /** What may still be sent, over all links; below 0 where more is under way already. */
  get roomBytes(): number {
    return this.#windowBytes - this.#inFlightBytes;
  }

  isStalled(peerId: PeerId): boolean {
    return this.#links.get(peerId)?.isStalled ?? false;
  }

  sent(peerId: PeerId, block: SentBlock): void {
    const { sizeBytes, sentMs: nowMs, urgent } = block;
    let link = this.#links.get(peerId);
    if (!link) {
      link = {
        sent: [],
        inFlightBytes: 0,
        waitingSinceMs: nowMs,
        isStalled: false,
        originMs: null,
        baseMs: Infinity,
        previousBaseMs: Infinity,
        periodStartMs: nowMs,
      };
      this.#links.set(peerId, link);
    }
    if (link.inFlightBytes === 0) link.waitingSinceMs = nowMs;
    if (this.#inFlightBytes === 0) this.#rate.start(nowMs);
    link.sent.push(block);
    if (urgent) this.#inFlightUrgentBytes += sizeBytes;
    link.inFlightBytes += sizeBytes;
    this.#inFlightBytes += sizeBytes;
  }

  /** The oldest block that the peer owes a report for has come. `delayMs` is modulo 2^32. */
  reported(peerId: PeerId, delayMs: number, nowMs: number): void {
    const link = this.#links.get(peerId);
    const block = link?.sent.shift();
    if (!link || !block) return;
    if (link.isStalled) {
      link.isStalled = false;
      this.#inFlightBytes += link.inFlightBytes;
    }
    if (block.urgent) this.#inFlightUrgentBytes -= block.sizeBytes;
    const isWindowUsed = this.#inFlightBytes >= this.#windowBytes / 2;
    link.inFlightBytes -= block.sizeBytes;
    this.#inFlightBytes -= block.sizeBytes;
    link.waitingSinceMs = nowMs;
    this.#rate.add(block.sizeBytes, isWindowUsed, nowMs);
    // The short last block of a piece takes less time than the others, and would make queues of them.
    if (block.sizeBytes === BLOCK_BYTES) this.#measure(link, delayMs, block.sentMs, nowMs);
    this.#adjust();
  }

  #measure(link: PacedLink, delayMs: number, sentMs: number, nowMs: number): void {
    const queueMs = this.#measureQueue(link, delayMs, nowMs);
    const loopMs = Math.max(0, nowMs - sentMs - queueMs);
    this.#loopMs ??= loopMs;
    this.#loopMs += (loopMs < this.#loopMs ? 4 : 1) * SMOOTHING * (loopMs - this.#loopMs);
    this.#queueMs += SMOOTHING * (queueMs - this.#queueMs);
  }

  #adjust(): void {
    const { bytesPerMs, isKnown } = this.#rate;
    if (bytesPerMs === 0 || this.#loopMs === null) return; // nothing is known yet
    // An uplink with hardly any queue carries more than we have tried.
    const gain = this.#queueMs < UPLOAD_TARGET_DELAY_MS / 2 ? PROBE_GAIN : 1;
    const wantedBytes = bytesPerMs * (isKnown ? gain * (this.#loopMs + UPLOAD_TARGET_DELAY_MS) : START_GAIN * this.#loopMs);
    this.#windowBytes = Math.min(UPLOAD_WINDOW_MAX_BYTES, Math.max(UPLOAD_WINDOW_MIN_BYTES, wantedBytes));
  }

  forget(peerId: PeerId): void {
    const link = this.#links.get(peerId);
    if (!link) return;
    if (!link.isStalled) this.#inFlightBytes -= link.inFlightBytes;
    for (const { sizeBytes, urgent } of link.sent) if (urgent) this.#inFlightUrgentBytes -= sizeBytes;
    this.#links.delete(peerId);
  }

  /** Links that owe reports for too long stop holding up the others; returns whose they are. */
  expire(nowMs: number): PeerId[] {
    const silent: PeerId[] = [];
    for (const [peerId, link] of this.#links) {
      if (link.isStalled || link.inFlightBytes === 0 || nowMs - link.waitingSinceMs < UPLOAD_REPORT_TIMEOUT_MS) continue;
      this.#inFlightBytes -= link.inFlightBytes;
      link.isStalled = true;
      silent.push(peerId);
    }
    return silent;
  }

  /** What our uplink's queue added to the block's delay, ms. */
  #measureQueue(link: PacedLink, delayMs: number, nowMs: number): number {
    if (link.originMs === null) {
      // A link that begins behind a queue has never seen the line without one (LEDBAT's latecomer): the others have.
      const queueMs = Math.min(Infinity, ...this.#latestQueuesMs);
      link.originMs = delayMs;
      link.baseMs = Number.isFinite(queueMs) ? -queueMs : 0;
    }
    const relativeMs = (delayMs - link.originMs) | 0;
    if (nowMs - link.periodStartMs > UPLOAD_BASE_DELAY_MS) {
      link.previousBaseMs = link.baseMs;
      link.baseMs = relativeMs;
      link.periodStartMs = nowMs;
    }
    link.baseMs = Math.min(link.baseMs, relativeMs);
    const queueMs = relativeMs - Math.min(link.baseMs, link.previousBaseMs);
    this.#latestQueuesMs.push(queueMs);
    if (this.#latestQueuesMs.length > LATEST_REPORTS) this.#latestQueuesMs.shift();
    return queueMs;
  }
}

/** The most that was delivered of late, over stretches so long that reports that come in bunches don't deceive. */
class DeliveryRate {
  #recent = 0;
  #previous = 0;
  #periodStartMs = 0;
  #stretchStartMs = 0;
  #stretchBytes = 0;
  #plateau = 0;
  #stretchesWithoutGrowth = 0;

  /** More is not to be had from this uplink. */
  get isKnown(): boolean {
    return this.#stretchesWithoutGrowth >= STRETCHES_WITHOUT_GROWTH;
  }

  get bytesPerMs(): number {
    return Math.max(this.#recent, this.#previous);
  }

  /** Nothing was under way until now. */
  start(nowMs: number): void {
    this.#stretchStartMs = nowMs;
    this.#stretchBytes = 0;
  }

  /** `isWindowUsed`: that there was no more is up to the uplink and not to us. */
  add(sizeBytes: number, isWindowUsed: boolean, nowMs: number): void {
    this.#stretchBytes += sizeBytes;
    const lastedMs = nowMs - this.#stretchStartMs;
    if (lastedMs < RATE_STRETCH_MS) return;
    // Time with little to send is no reason to forget what the uplink can do.
    if (isWindowUsed && nowMs - this.#periodStartMs > UPLOAD_RATE_MEMORY_MS) {
      this.#previous = this.#recent;
      this.#recent = 0;
      this.#periodStartMs = nowMs;
    }
    const bytesPerMs = this.#stretchBytes / lastedMs;
    this.#recent = Math.max(this.#recent, bytesPerMs);
    if (bytesPerMs > GROWTH * this.#plateau) {
      this.#plateau = bytesPerMs;
      this.#stretchesWithoutGrowth = 0;
    } else if (isWindowUsed) this.#stretchesWithoutGrowth++;
    this.start(nowMs);
  }
}
