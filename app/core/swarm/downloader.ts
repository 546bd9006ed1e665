/**
 * Asks for blocks as the picker decides and takes in what comes: answers, refusals, silence. A piece whose blocks are
 * all here goes to `onComplete`; what becomes of it there comes back as `retry` or as a held piece.
 */
import { ProtocolError } from "../errors.ts";
import type { PeerId, TrackId } from "../ids.ts";
import type { Manifest } from "../manifest/manifest.ts";
import {
  BLOCK_BYTES,
  LINK_RATE_TIME_CONSTANT_MS,
  PLAYHEAD_LEAD_MS,
  REQUEST_TIMEOUT_MIN_MS,
  UNWRITTEN_PIECES_BYTES,
  URGENT_MS,
} from "../tunables.ts";
import type { PeerMessage } from "../wire/messages.ts";
import { committedBytes, pickBlocks } from "./block-picker.ts";
import type { BlockPick } from "./block-picker.ts";
import { blocksOf } from "./block-run.ts";
import type { SwarmContext } from "./context.ts";
import type { BlockAnswer } from "./head-start.ts";
import { blockKey } from "./neighbour.ts";
import type { AskedBlock, Neighbour } from "./neighbour.ts";
import type { PieceAssembly } from "./piece-assembly.ts";
import { headIndex, playbackWindow, transferMs } from "./playback-window.ts";
import type { TimedDemand, WindowPiece } from "./playback-window.ts";
import { RateMeter } from "./rate-meter.ts";
import type { TrackState } from "./track-state.ts";

/** A block counts as late after this many times its expected time, and a little: guesses are rough. */
const LATE_FACTOR = 2;
const LATE_EXTRA_MS = 250;

/** Bad pieces kept per track until a good copy shows who was guilty. A poisoner betrays itself with the first. */
const MAX_EVIDENCE = 4;

export class Downloader {
  readonly #context: SwarmContext;
  readonly #arrivals = new RateMeter(LINK_RATE_TIME_CONSTANT_MS);
  /** What may be outstanding of listeners, while nothing urgent is missing; null while something is. */
  #enough: { readonly bytes: number; readonly originId: PeerId } | null = null;
  readonly #onComplete: (track: TrackState, assembly: PieceAssembly) => void;

  constructor(context: SwarmContext, onComplete: (track: TrackState, assembly: PieceAssembly) => void) {
    this.#context = context;
    this.#onComplete = onComplete;
  }

  /** So much is on its way, and nothing of it urgent, that it does not matter who else has what: as of the last pick. */
  get hasEnoughComing(): boolean {
    if (!this.#enough) return false;
    let outstandingBytes = 0;
    for (const { peerId, outstandingBytes: bytes } of this.#context.neighbours.values())
      if (peerId !== this.#enough.originId) outstandingBytes += bytes;
    return outstandingBytes >= this.#enough.bytes;
  }

  /** `tracks`: wanted ones with a manifest, most wanted first. */
  pick(tracks: readonly TrackState[], demand: TimedDemand): void {
    this.#enough = null;
    const [track] = tracks;
    if (!track || this.#context.neighbours.size === 0) return;
    const nowMs = this.#context.clock.nowMs();
    const links = [...this.#context.neighbours.values()].map((neighbour) => neighbour.toPickLink(nowMs));
    if (links.every((link) => link.urgentRoomBytes <= 0)) return;
    const window = this.#window(demand, nowMs);
    const urgentOnly = this.#context.keeper.unwrittenBytes > UNWRITTEN_PIECES_BYTES;
    const bytesPerMs = this.#arrivals.bytesPerMs(nowMs);
    if (!window.some((piece) => piece.deadlineMs - nowMs < URGENT_MS && this.#isMissing(piece)))
      this.#enough = { bytes: committedBytes(track, bytesPerMs), originId: track.originId };
    const view = { tracks, window, links, bytesPerMs, urgentOnly };
    const picks = pickBlocks(view, nowMs, this.#context.random);
    for (const run of joinBlocks(picks)) this.#ask(run, nowMs);
  }

  /** @throws ProtocolError for a block that was never asked for, or is not what was asked for. */
  receiveBlock(neighbour: Neighbour, message: Extract<PeerMessage, { type: "block" }>): void {
    const { trackId, index, offset, bytes, sentMs } = message;
    const nowMs = this.#context.clock.nowMs();
    const asked = neighbour.asked.get(blockKey(trackId, index, offset));
    if (!asked && this.#keepEarly(neighbour, message)) return;
    if (!asked) throw new ProtocolError("unsolicited", `block ${index}/${offset} that nobody asked for`);
    if (asked.length !== bytes.byteLength)
      throw new ProtocolError(
        "invalid-message",
        `block ${index}/${offset} of ${bytes.byteLength} bytes, expected ${asked.length}`,
      );
    neighbour.received(asked, nowMs);
    this.#arrivals.add(nowMs, asked.length);
    this.#context.send(neighbour, { type: "received", delayMs: clockDifference(nowMs, sentMs) });
    const track = this.#context.tracks.get(trackId);
    const assembly = track?.arriving.get(index);
    if (!track) return;
    const block = offset / BLOCK_BYTES;
    const others = assembly?.asks(block) ?? [];
    // A piece that is to come from one peer alone takes nothing from another, even if it was asked before.
    const isWelcome = assembly && (assembly.onlyFrom === null || assembly.onlyFrom === neighbour.peerId);
    if (!isWelcome || !assembly.put(block, bytes, neighbour.peerId)) {
      track.counters.bytesDuplicate += bytes.byteLength;
      return;
    }
    for (const { peerId } of others) if (peerId !== neighbour.peerId) this.#cancel(peerId, trackId, index, offset, nowMs);
    if (assembly.isComplete) this.#onComplete(track, assembly);
  }

  receiveReject(neighbour: Neighbour, message: Extract<PeerMessage, { type: "reject" }>): void {
    if (this.#keepEarly(neighbour, message)) return;
    const { trackId, index } = message;
    const nowMs = this.#context.clock.nowMs();
    for (const { offset } of blocksOf(message)) {
      const asked = neighbour.asked.get(blockKey(trackId, index, offset));
      if (asked) this.#refused(neighbour, asked, nowMs);
    }
  }

  #refused(neighbour: Neighbour, asked: AskedBlock, nowMs: number): void {
    neighbour.progressMs = nowMs;
    if (!neighbour.settle(asked) || asked.isReleased) return; // the answer to a cancel
    neighbour.refused(asked.trackId, asked.index, nowMs);
    this.#release(neighbour, asked, nowMs);
  }

  /** The manifest is here: the first pieces that were asked for with it have names now. */
  manifestKnown(track: TrackState): void {
    const { manifest, trackId } = track;
    if (!manifest) return;
    for (const neighbour of this.#context.neighbours.values()) {
      const { headStart, peerId } = neighbour;
      if (headStart?.trackId !== trackId || headStart.index !== null) continue;
      const { askedMs } = headStart;
      const index = (headStart.index = headIndex(manifest, headStart.positionMs));
      const dueMs = askedMs + REQUEST_TIMEOUT_MIN_MS;
      const isWanted = !track.held.has(index) && !track.arriving.has(index);
      const sizeBytes = track.sizeBytes(index);
      for (const { offset, length } of blocksOf({ index, offset: 0, length: sizeBytes })) {
        if (isWanted) track.assemble(index).ask(offset / BLOCK_BYTES, { peerId, dueMs, askedMs, urgent: true });
        neighbour.ask({ trackId, index, offset, length, urgent: true, askedMs });
      }
      for (const answer of headStart.takeEarly())
        if (answer.type === "block") this.receiveBlock(neighbour, answer);
        else this.receiveReject(neighbour, answer);
    }
  }

  /** With the manifest, it refused what was asked for besides. */
  headRefused(neighbour: Neighbour, trackId: TrackId): void {
    const { headStart } = neighbour;
    if (headStart?.trackId !== trackId) return;
    neighbour.headStart = null;
    if (headStart.index === null) return;
    const nowMs = this.#context.clock.nowMs();
    for (const asked of neighbour.asked.values())
      if (asked.trackId === trackId && asked.index === headStart.index && asked.askedMs === headStart.askedMs)
        this.#refused(neighbour, asked, nowMs);
  }

  /** The link is gone, and with it all that it owed. */
  drop(neighbour: Neighbour): void {
    const nowMs = this.#context.clock.nowMs();
    for (const asked of neighbour.asked.values()) this.#release(neighbour, asked, nowMs);
    neighbour.asked.clear();
    for (const track of this.#context.tracks.values())
      for (const assembly of track.arriving.values())
        if (assembly.onlyFrom === neighbour.peerId && !assembly.isComplete)
          this.#startAgainAlone(track, assembly.index, neighbour.peerId);
  }

  /** It serves bad bytes: what else it sent would spoil the pieces that others complete. Those being hashed tell by themselves. */
  discardFrom(peerId: PeerId): void {
    for (const track of this.#context.tracks.values())
      for (const assembly of track.arriving.values()) {
        if (assembly.isComplete) continue;
        track.counters.bytesDuplicate += assembly.discardFrom(peerId);
        if (assembly.isUntouched) track.abandon(assembly.index);
      }
  }

  /** The track is no longer wanted: takes back what was asked of it. */
  abandon(trackId: TrackId): void {
    const nowMs = this.#context.clock.nowMs();
    for (const neighbour of this.#context.neighbours.values())
      for (const asked of neighbour.asked.values()) if (asked.trackId === trackId) this.#cancelAsked(neighbour, asked, nowMs);
  }

  /** Takes back urgent requests that the playhead has left behind: they are in the way of those that matter now. */
  cancelPassed(demand: TimedDemand): void {
    const nowMs = this.#context.clock.nowMs();
    let wanted: Set<string> | null = null;
    for (const neighbour of this.#context.neighbours.values())
      for (const asked of neighbour.asked.values()) {
        if (!asked.urgent || asked.isReleased) continue;
        wanted ??= new Set(this.#window(demand, nowMs).map(({ trackId, index }) => `${trackId}/${index}`));
        if (!wanted.has(`${asked.trackId}/${asked.index}`)) this.#cancelAsked(neighbour, asked, nowMs);
      }
  }

  /** Gives up requests to peers that have gone silent; returns those peers. */
  expire(nowMs: number): Neighbour[] {
    const silent: Neighbour[] = [];
    for (const neighbour of this.#context.neighbours.values()) {
      if (neighbour.outstandingBytes === 0) continue;
      const overdue = [...neighbour.asked.values()].filter(
        (asked) => !asked.isReleased && nowMs - Math.max(asked.askedMs, neighbour.progressMs) > neighbour.latency.timeoutMs,
      );
      if (overdue.length === 0) continue;
      neighbour.latency.timedOut();
      neighbour.isSnubbed = true;
      for (const asked of overdue) this.#cancelAsked(neighbour, asked, nowMs);
      silent.push(neighbour);
    }
    this.#turnElsewhere(nowMs);
    return silent;
  }

  /** Pieces that were to come from one peer alone, and of which that peer gives us nothing for now, nor owes us anything. */
  #turnElsewhere(nowMs: number): void {
    for (const track of this.#context.tracks.values())
      for (const { index, onlyFrom, isAwaited } of [...track.arriving.values()]) {
        if (onlyFrom === null || isAwaited) continue;
        const neighbour = this.#context.neighbours.get(onlyFrom);
        if (!neighbour || !this.#givesNow(neighbour, track, index, nowMs)) this.#startAgainAlone(track, index, onlyFrom);
      }
  }

  #givesNow(neighbour: Neighbour, { trackId }: TrackState, index: number, nowMs: number): boolean {
    return !neighbour.isSnubbed && !neighbour.isChokingUs && neighbour.serves(trackId, index, true, nowMs);
  }

  /** A piece failed its hash. With one sender it is clear who sent it; with several, one of them must send it all. */
  retry(track: TrackState, assembly: PieceAssembly): void {
    track.abandon(assembly.index);
    const [onlySender, ...otherSenders] = assembly.contributions().keys();
    if (onlySender === undefined) throw new Error("a complete piece that nobody sent");
    if (otherSenders.length === 0) {
      this.#context.ban(onlySender, "served a piece that does not match its hash");
      return;
    }
    if (track.evidence.size < MAX_EVIDENCE) track.evidence.set(assembly.index, assembly);
    this.#startAlone(track, assembly.index, null);
  }

  /** Whether it answers what was asked for with a manifest that isn't here yet. */
  #keepEarly({ headStart }: Neighbour, answer: BlockAnswer): boolean {
    if (headStart?.trackId !== answer.trackId || headStart.index !== null) return false;
    headStart.keep(answer);
    return true;
  }

  #window(demand: TimedDemand, nowMs: number): WindowPiece[] {
    const bytesPerMs = this.#arrivals.bytesPerMs(nowMs);
    const manifestOf = (trackId: TrackId): Manifest | null => this.#context.tracks.get(trackId)?.manifest ?? null;
    return playbackWindow(demand, manifestOf, nowMs, (trackId, index) => {
      const track = this.#context.tracks.get(trackId);
      const comesInMs = transferMs(track?.missingBytes(index) ?? 0, bytesPerMs);
      return track?.arriving.has(index) ? comesInMs - PLAYHEAD_LEAD_MS : comesInMs; // what was asked for is under way
    });
  }

  #isMissing({ trackId, index }: WindowPiece): boolean {
    return !this.#context.tracks.get(trackId)?.held.has(index);
  }

  #ask(pick: BlockPick, nowMs: number): void {
    const track = this.#context.tracks.get(pick.trackId);
    const neighbour = this.#context.neighbours.get(pick.peerId);
    if (!track || !neighbour) return;
    const { peerId, trackId, index, offset, length, urgent } = pick;
    const usualMs = urgent ? pick.expectedMs : Math.max(pick.expectedMs, neighbour.latency.smoothedMs ?? 0);
    const ask = { peerId, askedMs: nowMs, urgent, dueMs: nowMs + usualMs * LATE_FACTOR + LATE_EXTRA_MS };
    for (const block of blocksOf(pick)) {
      track.assemble(index).ask(block.offset / BLOCK_BYTES, ask);
      neighbour.ask({ trackId, index, offset: block.offset, length: block.length, urgent, askedMs: nowMs });
    }
    this.#context.send(neighbour, { type: "request", trackId, index, offset, length, urgent });
  }

  #cancel(peerId: PeerId, trackId: TrackId, index: number, offset: number, nowMs: number): void {
    const neighbour = this.#context.neighbours.get(peerId);
    const asked = neighbour?.asked.get(blockKey(trackId, index, offset));
    if (neighbour && asked) this.#cancelAsked(neighbour, asked, nowMs);
  }

  #cancelAsked(neighbour: Neighbour, asked: AskedBlock, nowMs: number): void {
    if (asked.isReleased) return;
    const { trackId, index, offset, length } = asked;
    this.#release(neighbour, asked, nowMs);
    this.#context.send(neighbour, { type: "cancel", trackId, index, offset, length });
  }

  /** Nobody waits for that answer any more; the block is open again. */
  #release(neighbour: Neighbour, asked: AskedBlock, nowMs: number): void {
    neighbour.release(asked, nowMs);
    const track = this.#context.tracks.get(asked.trackId);
    const assembly = track?.arriving.get(asked.index);
    if (!track || !assembly) return;
    assembly.unask(asked.offset / BLOCK_BYTES, neighbour.peerId);
    if (assembly.onlyFrom === neighbour.peerId) this.#startAgainAlone(track, asked.index, neighbour.peerId);
    else if (assembly.isUntouched) track.abandon(asked.index);
  }

  #startAgainAlone(track: TrackState, index: number, failed: PeerId): void {
    track.abandon(index);
    this.#startAlone(track, index, failed);
  }

  /** From a listener who is above suspicion, else from the origin, else from anyone but `except`. */
  #startAlone(track: TrackState, index: number, except: PeerId | null): void {
    const nowMs = this.#context.clock.nowMs();
    const able = [...this.#context.neighbours.values()].filter(
      (neighbour) => neighbour.peerId !== except && this.#givesNow(neighbour, track, index, nowMs),
    );
    const suspects = track.evidence.get(index)?.contributions();
    const innocent = able.filter(({ peerId }) => peerId !== track.originId && !suspects?.has(peerId));
    const origin = able.find(({ peerId }) => peerId === track.originId);
    const anyOf = (some: readonly Neighbour[]): Neighbour | undefined => some[Math.floor(this.#context.random() * some.length)];
    const chosen = anyOf(innocent) ?? origin ?? anyOf(able);
    if (chosen) track.assemble(index, chosen.peerId);
  }
}

/** Blocks that follow one another in the same piece and are asked of the same peer are one request. */
function joinBlocks(picks: readonly BlockPick[]): BlockPick[] {
  const joined: BlockPick[] = [];
  for (const pick of picks) {
    const last = joined.at(-1);
    const isNext =
      last?.peerId === pick.peerId &&
      last.trackId === pick.trackId &&
      last.index === pick.index &&
      last.urgent === pick.urgent &&
      last.offset + last.length === pick.offset;
    if (last && isNext) joined[joined.length - 1] = { ...pick, offset: last.offset, length: last.length + pick.length };
    else joined.push(pick);
  }
  return joined;
}

/** `a − b` on a 32-bit clock of whole milliseconds. */
function clockDifference(a: number, b: number): number {
  return (Math.floor(a) - b) >>> 0;
}
