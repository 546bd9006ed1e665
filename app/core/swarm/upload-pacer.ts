/**
 * How much we may have under way, over all links together: as much as keeps our own uplink busy and its queue short
 * (RFC 6817, LEDBAT). Receivers report each block's one-way delay; what it has grown by since the link's best is a
 * queue. Our uplink is shared by all links, a receiver's downlink is not: the least of the latest reports is ours.
 * Moved by reports and not by timers, so that a throttled background tab uploads as well as any.
 */
import type { PeerId } from "../ids.ts";
import {
  UPLOAD_BASE_DELAY_MS,
  UPLOAD_REPORT_TIMEOUT_MS,
  UPLOAD_SLOWDOWN_EVERY_MS,
  UPLOAD_SLOWDOWN_MS,
  UPLOAD_TARGET_DELAY_MS,
  UPLOAD_URGENT_EXTRA_BYTES,
  UPLOAD_WINDOW_GAIN,
  UPLOAD_WINDOW_INITIAL_BYTES,
  UPLOAD_WINDOW_MAX_BYTES,
  UPLOAD_WINDOW_MIN_BYTES,
} from "../tunables.ts";

/** Reports that the queue is judged by: the least of the last four, as in RFC 6817's CURRENT_FILTER. */
const LATEST_REPORTS = 4;
/** A report may shrink the window by this share at most; later ones shrink it further. */
const MAX_SHRINK = 0.5;

interface PacedLink {
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
  #windowBytes = UPLOAD_WINDOW_INITIAL_BYTES;
  #inFlightBytes = 0;
  #hasSeenQueue = false;
  /** As seen by the latest reports, each relative to its own link's best. */
  readonly #latestQueuesMs: number[] = [];
  /** Set while the window is held low so that the queue runs dry and the links see the line as it is. */
  #slowdown: { readonly untilMs: number; readonly resumeBytes: number } | null = null;
  #nextSlowdownMs = Infinity;

  get inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  get windowBytes(): number {
    return this.#windowBytes;
  }

  /** What is urgent may go a little beyond the window, never so far that it queues behind itself for long. */
  hasRoom(peerId: PeerId, urgent: boolean): boolean {
    if (this.#links.get(peerId)?.isStalled) return false;
    return this.#inFlightBytes < this.#windowBytes + (urgent ? UPLOAD_URGENT_EXTRA_BYTES : 0);
  }

  sent(peerId: PeerId, sizeBytes: number, nowMs: number): void {
    let link = this.#links.get(peerId);
    if (!link) {
      link = {
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
    link.inFlightBytes += sizeBytes;
    this.#inFlightBytes += sizeBytes;
  }

  /** `delayMs` is modulo 2^32. A report of more than was sent counts for what was sent. */
  reported(peerId: PeerId, sizeBytes: number, delayMs: number, nowMs: number): void {
    const link = this.#links.get(peerId);
    if (!link) return;
    if (link.isStalled) {
      link.isStalled = false;
      this.#inFlightBytes += link.inFlightBytes;
    }
    const isWindowUsed = this.#inFlightBytes + sizeBytes >= this.#windowBytes / 2;
    const ackedBytes = Math.min(sizeBytes, link.inFlightBytes);
    link.inFlightBytes -= ackedBytes;
    this.#inFlightBytes -= ackedBytes;
    this.#measure(link, delayMs, nowMs);
    this.#adjust(ackedBytes, isWindowUsed, nowMs);
  }

  forget(peerId: PeerId): void {
    const link = this.#links.get(peerId);
    if (link && !link.isStalled) this.#inFlightBytes -= link.inFlightBytes;
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

  #measure(link: PacedLink, delayMs: number, nowMs: number): void {
    if (link.originMs === null) {
      // A link that begins behind a queue has never seen the line without one (LEDBAT's latecomer): the others have.
      const queueMs = this.#queueMs();
      link.originMs = delayMs;
      this.#nextSlowdownMs = Math.min(this.#nextSlowdownMs, nowMs + UPLOAD_SLOWDOWN_MS);
      link.baseMs = Number.isFinite(queueMs) ? -queueMs : 0;
    }
    const relativeMs = (delayMs - link.originMs) | 0;
    if (nowMs - link.periodStartMs > UPLOAD_BASE_DELAY_MS) {
      link.previousBaseMs = link.baseMs;
      link.baseMs = relativeMs;
      link.periodStartMs = nowMs;
    }
    link.baseMs = Math.min(link.baseMs, relativeMs);
    this.#latestQueuesMs.push(relativeMs - Math.min(link.baseMs, link.previousBaseMs));
    if (this.#latestQueuesMs.length > LATEST_REPORTS) this.#latestQueuesMs.shift();
    link.waitingSinceMs = nowMs;
  }

  #adjust(ackedBytes: number, isWindowUsed: boolean, nowMs: number): void {
    if (this.#isSlowedDown(nowMs)) return;
    const queueMs = this.#queueMs();
    const offTarget = Math.max(-1, (UPLOAD_TARGET_DELAY_MS - queueMs) / UPLOAD_TARGET_DELAY_MS);
    if (queueMs > UPLOAD_TARGET_DELAY_MS / 2) this.#hasSeenQueue = true;
    // Growing a window that is not used would measure nothing.
    if (offTarget > 0 && !isWindowUsed) return;
    const gain = this.#hasSeenQueue || offTarget < 0 ? UPLOAD_WINDOW_GAIN * offTarget : 1;
    const changeBytes = Math.max(-MAX_SHRINK * this.#windowBytes, gain * ackedBytes);
    this.#windowBytes = Math.min(UPLOAD_WINDOW_MAX_BYTES, Math.max(UPLOAD_WINDOW_MIN_BYTES, this.#windowBytes + changeBytes));
  }

  /**
   * Now and then, and soon after a link has come, the window is low for a moment (LEDBAT++, draft-irtf-iccrg-ledbat-plus-plus,
   * 4.4): who came while there was a queue would otherwise take it for the line.
   */
  #isSlowedDown(nowMs: number): boolean {
    if (this.#slowdown) {
      if (nowMs < this.#slowdown.untilMs) return true;
      this.#windowBytes = this.#slowdown.resumeBytes / 2;
      this.#slowdown = null;
      this.#nextSlowdownMs = nowMs + UPLOAD_SLOWDOWN_EVERY_MS;
    } else if (nowMs >= this.#nextSlowdownMs) {
      this.#slowdown = { untilMs: nowMs + UPLOAD_SLOWDOWN_MS, resumeBytes: this.#windowBytes };
      this.#windowBytes = UPLOAD_WINDOW_MIN_BYTES / 2;
      return true;
    }
    return false;
  }

  /** What our uplink's queue adds: the least of the latest reports. Infinite before any. */
  #queueMs(): number {
    return Math.min(Infinity, ...this.#latestQueuesMs);
  }
}
