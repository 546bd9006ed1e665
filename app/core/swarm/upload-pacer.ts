/**
 * When the next block may go, whichever link it is for: so that our own uplink is busy and its queue short. The aim is
 * RFC 6817's, a bounded queueing delay; the means are those of BBR (Cardwell et al., ACM Queue 14(5), 2016): blocks are
 * spaced as the uplink was seen to deliver them, and a window bounds what is under way to what a block's loop (its way,
 * and its report's) takes without our own queue, and a little more. Receivers report each block's one-way delay: what it
 * has grown by since the link's best is our queue; the rest of the loop is not ours, the receiver's busy uplink included.
 * Where timers ring late, in a throttled tab or on a busy phone, so much more goes at a time.
 */
import type { PeerId } from "../ids.ts";
import {
  BLOCK_BYTES,
  UPLINK_ASSUMED_BYTES_PER_MS,
  UPLOAD_BASE_DELAY_MS,
  UPLOAD_REPORT_TIMEOUT_MS,
  UPLOAD_TARGET_DELAY_MS,
  UPLOAD_TIMER_SLACK_MS,
  UPLOAD_URGENT_EXTRA_BYTES,
  UPLOAD_WINDOW_INITIAL_BYTES,
  UPLOAD_WINDOW_MAX_BYTES,
  UPLOAD_WINDOW_MIN_BYTES,
  UPLOAD_WINDOW_SLACK_MS,
} from "../tunables.ts";
import { DeliveryRate } from "./delivery-rate.ts";
import { UplinkQueue } from "./uplink-queue.ts";
import type { QueueGuess } from "./uplink-queue.ts";

/** Weight of one report in the smoothed loop, and in the smoothed queue; a loop that is shorter counts four times. */
const SMOOTHING = 1 / 16;
/** How much more than it was seen to carry an uplink without a queue is given (BBR's ProbeBW). */
const PROBE_GAIN = 1.1;
/** Until the uplink is known, the window is so many times what was delivered in a loop (BBR's start-up). */
const START_GAIN = 1.5;
/** Reports that our queue is judged by for a newcomer: the least of the last four, as RFC 6817's CURRENT_FILTER. */
const LATEST_REPORTS = 4;

/** Below this a wait is rounding; and no timer is worth a shorter one, ms. */
const ROUNDING_MS = 1e-6;
const SHORTEST_WAIT_MS = 1;

/** What a late timer counts for when the next one is in time. */
const LATENESS_DECAY = 0.9;

interface SentBlock {
  readonly sizeBytes: number;
  readonly sentMs: number;
  readonly urgent: boolean;
}

interface BlockUnderWay extends SentBlock {
  readonly guess: QueueGuess;
}

interface PacedLink {
  /** Not yet reported, in the order sent. */
  readonly sent: BlockUnderWay[];
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
  readonly #uplinkQueue = new UplinkQueue();
  #windowBytes = UPLOAD_WINDOW_INITIAL_BYTES;
  #inFlightBytes = 0;
  #inFlightUrgentBytes = 0;
  /** From a block's sending to its report, without our own queue. */
  #loopMs: number | null = null;
  #queueMs = 0;
  #timersLateMs = 0;
  /** As seen by the latest reports, each relative to its own link's best. */
  readonly #latestQueuesMs: number[] = [];

  get inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  get inFlightUrgentBytes(): number {
    return this.#inFlightUrgentBytes;
  }

  /** What the uplink was seen to carry; 0 before the first report. */
  get uplinkBytesPerMs(): number {
    return this.#rate.bytesPerMs;
  }

  /** How long to wait before one more block, ms: 0 to send it now, Infinity until something is reported. */
  waitMs(urgent: boolean, nowMs: number): number {
    // What is urgent may go a little sooner, never so much that it queues behind itself for long.
    const extraBytes = urgent ? UPLOAD_URGENT_EXTRA_BYTES : 0;
    if (this.#inFlightBytes >= this.#windowBytes + extraBytes) return Infinity;
    // An uplink that is not known may be a fast one, and the first listener's first piece waits for nothing.
    if (urgent && !this.#rate.isKnown) return 0;
    const bytesPerMs = this.#paceBytesPerMs;
    const waitMs = this.#uplinkQueue.aheadMs(bytesPerMs, nowMs) - this.#targetMs - extraBytes / bytesPerMs;
    return waitMs > ROUNDING_MS ? Math.max(SHORTEST_WAIT_MS, waitMs) : 0;
  }

  /** A timer that was set for when `waitMs` was over rang so much later, ms: the uplink idled meanwhile. */
  timerRang(lateMs: number): void {
    this.#timersLateMs = Math.min(UPLOAD_TIMER_SLACK_MS, Math.max(lateMs, LATENESS_DECAY * this.#timersLateMs));
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
    link.sent.push({ ...block, guess: this.#uplinkQueue.add(sizeBytes, this.#paceBytesPerMs, nowMs) });
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
    if (block.sizeBytes === BLOCK_BYTES) this.#measure(link, delayMs, block, nowMs);
    this.#adjust();
  }

  /** A block may find so much before it. */
  get #targetMs(): number {
    return UPLOAD_TARGET_DELAY_MS + this.#timersLateMs;
  }

  /** Blocks are spaced like this. */
  get #paceBytesPerMs(): number {
    const { bytesPerMs, isKnown } = this.#rate;
    return isKnown ? this.#gain * bytesPerMs : Math.max(UPLINK_ASSUMED_BYTES_PER_MS, START_GAIN * bytesPerMs);
  }

  /** An uplink with hardly any queue carries more than we have tried. */
  get #gain(): number {
    return this.#queueMs < UPLOAD_TARGET_DELAY_MS ? PROBE_GAIN : 1;
  }

  #measure(link: PacedLink, delayMs: number, { sentMs, guess }: BlockUnderWay, nowMs: number): void {
    const queueMs = this.#measureQueue(link, delayMs, nowMs);
    this.#uplinkQueue.correct(guess, queueMs, this.#paceBytesPerMs, nowMs);
    const loopMs = Math.max(0, nowMs - sentMs - queueMs);
    this.#loopMs ??= loopMs;
    this.#loopMs += (loopMs < this.#loopMs ? 4 : 1) * SMOOTHING * (loopMs - this.#loopMs);
    this.#queueMs += SMOOTHING * (queueMs - this.#queueMs);
  }

  #adjust(): void {
    const { bytesPerMs, isKnown } = this.#rate;
    if (bytesPerMs === 0 || this.#loopMs === null) return; // nothing is known yet
    const wantedMs = isKnown ? this.#gain * (this.#loopMs + UPLOAD_WINDOW_SLACK_MS) : START_GAIN * this.#loopMs;
    const wantedBytes = bytesPerMs * wantedMs;
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
