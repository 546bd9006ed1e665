/**
 * How much we may have under way, over all links together: as much as keeps our own uplink busy and its queue short
 * (RFC 6817, LEDBAT). Receivers report each block's one-way delay; what it has grown by since the link's best is a
 * queue. Our uplink is shared by all links, a receiver's downlink is not: the least queue among the links is ours.
 * Moved by reports and not by timers, so that a throttled background tab uploads as well as any.
 */
import type { PeerId } from "../ids.ts";
import {
  UPLOAD_BASE_DELAY_MS,
  UPLOAD_REPORT_TIMEOUT_MS,
  UPLOAD_TARGET_DELAY_MS,
  UPLOAD_WINDOW_GAIN,
  UPLOAD_WINDOW_INITIAL_BYTES,
  UPLOAD_WINDOW_MAX_BYTES,
  UPLOAD_WINDOW_MIN_BYTES,
} from "../tunables.ts";

/** Reports older than this say nothing about the queue now, ms. */
const FRESH_MS = 500;
/** A report may shrink the window by this share at most; later ones shrink it further. */
const MAX_SHRINK = 0.5;

interface PacedLink {
  inFlightBytes: number;
  lastSentMs: number;
  lastReportMs: number;
  /** First delay reported: others are read relative to it, so that the 32-bit wrap does not matter. */
  originMs: number | null;
  /** Lowest delays of this and the last period. */
  baseMs: number;
  previousBaseMs: number;
  periodStartMs: number;
  queueMs: number;
}

export class UploadPacer {
  readonly #links = new Map<PeerId, PacedLink>();
  #windowBytes = UPLOAD_WINDOW_INITIAL_BYTES;
  #inFlightBytes = 0;
  #hasSeenQueue = false;

  get inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  get windowBytes(): number {
    return this.#windowBytes;
  }

  hasRoom(): boolean {
    return this.#inFlightBytes < this.#windowBytes;
  }

  sent(peerId: PeerId, sizeBytes: number, nowMs: number): void {
    let link = this.#links.get(peerId);
    if (!link) {
      link = {
        inFlightBytes: 0,
        lastSentMs: nowMs,
        lastReportMs: nowMs,
        originMs: null,
        baseMs: Infinity,
        previousBaseMs: Infinity,
        periodStartMs: nowMs,
        queueMs: 0,
      };
      this.#links.set(peerId, link);
    }
    if (link.inFlightBytes === 0) link.lastReportMs = nowMs;
    link.lastSentMs = nowMs;
    link.inFlightBytes += sizeBytes;
    this.#inFlightBytes += sizeBytes;
  }

  /** `delayMs` is modulo 2^32. A report of more than was sent counts for what was sent. */
  reported(peerId: PeerId, sizeBytes: number, delayMs: number, nowMs: number): void {
    const link = this.#links.get(peerId);
    if (!link) return;
    const isWindowUsed = this.#inFlightBytes + sizeBytes >= this.#windowBytes / 2;
    const ackedBytes = Math.min(sizeBytes, link.inFlightBytes);
    link.inFlightBytes -= ackedBytes;
    this.#inFlightBytes -= ackedBytes;
    this.#measure(link, delayMs, nowMs);
    this.#adjust(ackedBytes, isWindowUsed, nowMs);
  }

  forget(peerId: PeerId): void {
    this.#inFlightBytes -= this.#links.get(peerId)?.inFlightBytes ?? 0;
    this.#links.delete(peerId);
  }

  /** Links that owe reports for too long stop holding up the others. */
  expire(nowMs: number): void {
    for (const link of this.#links.values()) {
      if (link.inFlightBytes === 0 || nowMs - Math.max(link.lastReportMs, link.lastSentMs) < UPLOAD_REPORT_TIMEOUT_MS) continue;
      this.#inFlightBytes -= link.inFlightBytes;
      link.inFlightBytes = 0;
    }
  }

  #measure(link: PacedLink, delayMs: number, nowMs: number): void {
    link.originMs ??= delayMs;
    const relativeMs = (delayMs - link.originMs) | 0;
    if (nowMs - link.periodStartMs > UPLOAD_BASE_DELAY_MS) {
      link.previousBaseMs = link.baseMs;
      link.baseMs = relativeMs;
      link.periodStartMs = nowMs;
    }
    link.baseMs = Math.min(link.baseMs, relativeMs);
    link.queueMs = relativeMs - Math.min(link.baseMs, link.previousBaseMs);
    link.lastReportMs = nowMs;
  }

  #adjust(ackedBytes: number, isWindowUsed: boolean, nowMs: number): void {
    let queueMs = Infinity;
    for (const link of this.#links.values())
      if (link.originMs !== null && nowMs - link.lastReportMs <= FRESH_MS) queueMs = Math.min(queueMs, link.queueMs);
    const offTarget = Math.max(-1, (UPLOAD_TARGET_DELAY_MS - queueMs) / UPLOAD_TARGET_DELAY_MS);
    if (queueMs > UPLOAD_TARGET_DELAY_MS / 2) this.#hasSeenQueue = true;
    // Growing a window that is not used would measure nothing.
    if (offTarget > 0 && !isWindowUsed) return;
    const gain = this.#hasSeenQueue || offTarget < 0 ? UPLOAD_WINDOW_GAIN * offTarget : 1;
    const changeBytes = Math.max(-MAX_SHRINK * this.#windowBytes, gain * ackedBytes);
    this.#windowBytes = Math.min(UPLOAD_WINDOW_MAX_BYTES, Math.max(UPLOAD_WINDOW_MIN_BYTES, this.#windowBytes + changeBytes));
  }
}
