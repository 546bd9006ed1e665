/**
 * Which blocks to ask of whom, now. Decides and does nothing:
 *
 *   1. the playback window, earliest deadline first: urgent pieces from whoever has them soonest, the others from
 *      listeners where listeners have them;
 *   2. beyond it, for each link with room: pieces already begun, then the rarest with true ties, track by track;
 *   3. endgame: when every block of a track that is missing has been asked for, the late ones are asked for twice.
 *
 * It asks the origin for nothing that a listener can give, unless it is urgent: what the origin sends once, the
 * listeners multiply.
 */
import type { PeerId, TrackId } from "../ids.ts";
import type { Bitfield } from "../manifest/bitfield.ts";
import type { Random } from "../ports.ts";
import {
  BLOCK_BYTES,
  COMMITTED_MS,
  COMMITTED_MUSIC_MS,
  DUE_MS,
  FIRST_TAKERS,
  HASTE,
  INITIAL_LINK_BYTES_PER_MS,
  MAX_ASKS_PER_BLOCK,
  ORIGIN_HANDICAP_MS,
  PROMOTE_MS,
  SPARE_ORIGIN_FACTOR,
  URGENT_MS,
} from "../tunables.ts";
import type { Ask } from "./piece-assembly.ts";
import type { WindowPiece } from "./playback-window.ts";

/** A piece of which something is here or asked for. */
export interface PickPiece {
  readonly index: number;
  readonly blockCount: number;
  /** Blocks that are not here and that nobody was asked for. */
  readonly openBlocks: number;
  /** The only peer that may be asked, or null. */
  readonly onlyFrom: PeerId | null;
  blockLength(block: number): number;
  isHere(block: number): boolean;
  asks(block: number): readonly Ask[];
}

export interface PickTrack {
  readonly trackId: TrackId;
  readonly originId: PeerId;
  readonly held: { has(index: number): boolean };
  readonly arriving: ReadonlyMap<number, PickPiece>;
  /** Pieces of which nothing is here or asked for, in any order. */
  readonly untouched: readonly number[];
  /** The same ones. */
  readonly untouchedBits: Bitfield;
  /** Of the music itself. */
  readonly bytesPerMs: number;
  sizeBytes(index: number): number;
  /** Listeners around that can be expected to serve the piece. */
  availability(index: number): number;
  /** Drawn once for each piece, 0…1. */
  lot(index: number): number;
}

export interface PickLink {
  readonly peerId: PeerId;
  /** What may still be asked of it; urgent requests have some more. */
  readonly roomBytes: number;
  readonly urgentRoomBytes: number;
  /** It chokes us: urgent requests only. */
  readonly isChoking: boolean;
  readonly rttMs: number;
  readonly bytesPerMs: number;
  /** `bytesPerMs` is no guess. */
  readonly isMeasured: boolean;
  /** What it owes us already, and the urgent part of it, which it sends first. */
  readonly outstandingBytes: number;
  readonly outstandingUrgentBytes: number;
  /** It has something of the track. */
  servesSome(trackId: TrackId): boolean;
  /** It has one of these pieces, refused or not. */
  hasAny(trackId: TrackId, pieces: Bitfield): boolean;
  /** It has the piece and has not just refused it. */
  serves(trackId: TrackId, index: number, urgent: boolean): boolean;
}

export interface PickView {
  /** Wanted tracks with a manifest, most wanted first. */
  readonly tracks: readonly PickTrack[];
  readonly window: readonly WindowPiece[];
  readonly links: readonly PickLink[];
  /** What has come in of late, over all links together. */
  readonly bytesPerMs: number;
  /** Nothing but urgent pieces: the store does not keep up. */
  readonly urgentOnly: boolean;
}

export interface BlockPick {
  readonly peerId: PeerId;
  readonly trackId: TrackId;
  readonly index: number;
  readonly offset: number;
  readonly length: number;
  readonly urgent: boolean;
  /** How long it should take, ms. */
  readonly expectedMs: number;
}

export function pickBlocks(view: PickView, nowMs: number, random: Random): BlockPick[] {
  const picking = new Picking(view, nowMs, random);
  picking.fillWindow();
  if (!view.urgentOnly) picking.fillBeyond();
  return picking.picks;
}

/** A link, and what this pick has asked of it so far. */
interface OpenLink {
  readonly link: PickLink;
  askedBytes: number;
  askedUrgentBytes: number;
}

class Picking {
  readonly picks: BlockPick[] = [];
  readonly #view: PickView;
  readonly #nowMs: number;
  readonly #random: Random;
  readonly #links: OpenLink[];
  /** Blocks picked just now, by track and piece: the view does not know of them. */
  readonly #taken = new Map<TrackId, Map<number, Set<number>>>();
  readonly #begunBefore = new Map<PickTrack, readonly number[]>();
  readonly #spared = new Map<TrackId, boolean>();
  /** What we can hope to get, bytes per ms. */
  readonly #supplyBytesPerMs: number;
  /** What listeners may still be asked for, all together. */
  #listenersRoomBytes: number;

  constructor(view: PickView, nowMs: number, random: Random) {
    this.#view = view;
    this.#nowMs = nowMs;
    this.#random = random;
    const givers = view.links.filter((link) => !link.isChoking && link.isMeasured);
    this.#supplyBytesPerMs = Math.max(
      INITIAL_LINK_BYTES_PER_MS,
      givers.reduce((sum, link) => sum + link.bytesPerMs, 0),
    );
    this.#listenersRoomBytes = listenersRoomBytes(view);
    this.#links = view.links
      .filter((link) => link.roomBytes > 0 || link.urgentRoomBytes > 0)
      .map((link) => ({ link, askedBytes: 0, askedUrgentBytes: 0 }));
  }

  fillWindow(): void {
    if (this.#links.length === 0) return;
    for (const { trackId, index, deadlineMs, isCover } of this.#view.window) {
      const track = this.#view.tracks.find((candidate) => candidate.trackId === trackId);
      if (!track || track.held.has(index)) continue;
      const urgent = deadlineMs - this.#nowMs < URGENT_MS;
      if (!isCover && deadlineMs - this.#nowMs > this.#horizonMs(track)) continue;
      if (!urgent && this.#view.urgentOnly) return;
      const blockCount = blocksIn(track.sizeBytes(index));
      for (let block = 0; block < blockCount; block++) {
        if (!this.#isOpen(track, index, block, urgent)) continue;
        const chosen = urgent ? this.#soonest(track, index, block, deadlineMs) : this.#preferred(track, index, block);
        if (chosen) this.#take(chosen, track, index, block, urgent);
      }
    }
  }

  /**
   * How far ahead deadlines rule. Where music comes much faster than it plays, everything is in good time, and what all
   * fetch in the same order they cannot give each other.
   */
  #horizonMs(track: PickTrack): number {
    const share = (HASTE * track.bytesPerMs) / this.#supplyBytesPerMs;
    return share >= 1 ? Infinity : DUE_MS / (1 - share);
  }

  /** Piece by piece, each from the link that would have it soonest: none idles while another has a queue. */
  fillBeyond(): void {
    let links = this.#links.filter((open) => !open.link.isChoking && this.#hasRoom(open));
    while (links.length > 0) {
      const open = this.#leastBusy(links);
      if (this.#fillOne(open)) links = links.filter((other) => this.#hasRoom(other));
      else links.splice(links.indexOf(open), 1);
    }
  }

  #leastBusy(links: readonly OpenLink[]): OpenLink {
    let chosen = links[0];
    let leastMs = Infinity;
    let ties = 0;
    for (const open of links) {
      const queueMs = (open.link.outstandingBytes + open.askedBytes) / open.link.bytesPerMs;
      if (queueMs > leastMs) continue;
      ties = queueMs < leastMs ? 1 : ties + 1;
      leastMs = queueMs;
      if (this.#random() * ties < 1) chosen = open;
    }
    if (!chosen) throw new Error("no link to choose from");
    return chosen;
  }

  /** One more piece, or the rest of one; false where the link has nothing for us. */
  #fillOne(open: OpenLink): boolean {
    const picked = this.picks.length;
    for (const track of this.#view.tracks) {
      const hasOpenBlocks = this.#fillBegun(open, track);
      if (this.picks.length > picked) return true;
      this.#fillRarest(open, track);
      if (this.picks.length > picked) return true;
      if (!hasOpenBlocks && track.untouched.every((index) => this.#isTaken(track, index))) this.#fillEndgame(open, track);
      if (this.picks.length > picked) return true;
    }
    return false;
  }

  /** Returns whether blocks of pieces begun are left that nobody has been asked for. */
  #fillBegun(open: OpenLink, track: PickTrack): boolean {
    let hasOpenBlocks = false;
    for (const index of this.#begun(track)) {
      const blockCount = blocksIn(track.sizeBytes(index));
      for (let block = 0; block < blockCount; block++) {
        if (!this.#isOpen(track, index, block, false)) continue;
        if (this.#room(open, track) > 0 && this.#maySupply(open, track, index)) this.#take(open, track, index, block, false);
        else hasOpenBlocks = true;
      }
    }
    return hasOpenBlocks;
  }

  /** Pieces begun of which blocks may be left: those of before, found once, and those that this pick has begun. */
  *#begun(track: PickTrack): Generator<number> {
    let before = this.#begunBefore.get(track);
    if (!before) {
      before = [...track.arriving.values()].filter(({ openBlocks }) => openBlocks > 0).map(({ index }) => index);
      this.#begunBefore.set(track, before);
    }
    yield* before;
    for (const index of this.#taken.get(track.trackId)?.keys() ?? []) if (!track.arriving.has(index)) yield index;
  }

  #fillRarest(open: OpenLink, track: PickTrack): void {
    const index = this.#rarest(open, track);
    if (index === null) return;
    const blockCount = blocksIn(track.sizeBytes(index));
    // A short last block goes along: from elsewhere it would hold up the piece, and blur who sent it.
    for (let block = 0; block < blockCount; block++)
      if (this.#room(open, track) + BLOCK_BYTES > blockLength(track, index, block)) this.#take(open, track, index, block, false);
  }

  /** One pass, every tie with the same chance (reservoir sampling). */
  #rarest(open: OpenLink, track: PickTrack): number | null {
    // Mostly whatever a neighbour has is here or asked for already, and no piece need be looked at.
    if (!open.link.hasAny(track.trackId, track.untouchedBits)) return null;
    let chosen: number | null = null;
    let fewest = Infinity;
    let ties = 0;
    for (const index of track.untouched) {
      const availability = track.availability(index);
      if (availability > fewest || this.#isTaken(track, index) || !this.#maySupply(open, track, index)) continue;
      ties = availability < fewest ? 1 : ties + 1;
      fewest = availability;
      if (this.#random() * ties < 1) chosen = index;
    }
    return chosen;
  }

  #fillEndgame(open: OpenLink, track: PickTrack): void {
    for (const piece of track.arriving.values())
      for (let block = 0; block < piece.blockCount && this.#room(open, track) > 0; block++) {
        const asks = piece.asks(block);
        if (piece.isHere(block) || asks.length === 0 || asks.length >= MAX_ASKS_PER_BLOCK) continue;
        if (this.#isBlockTaken(track, piece.index, block) || asks.some((ask) => ask.peerId === open.link.peerId)) continue;
        if (this.#nowMs > earliest(asks) && this.#maySupply(open, track, piece.index))
          this.#take(open, track, piece.index, block, false);
      }
  }

  /** Nobody was asked for the block; or it is urgent, and whoever was asked is late or does not know. */
  #isOpen(track: PickTrack, index: number, block: number, urgent: boolean): boolean {
    if (this.#isBlockTaken(track, index, block)) return false;
    const piece = track.arriving.get(index);
    if (!piece) return true;
    if (piece.isHere(block)) return false;
    const asks = piece.asks(block);
    if (asks.length === 0) return true;
    if (!urgent || asks.length >= MAX_ASKS_PER_BLOCK) return false;
    // What was asked for while there was time stands behind what others need more.
    const isBehind = asks.every((ask) => !ask.urgent && this.#nowMs - ask.askedMs > PROMOTE_MS);
    return isBehind || this.#nowMs > earliest(asks);
  }

  /** Who has an urgent block soonest; a listener rather than the origin where it is in good time. */
  #soonest(track: PickTrack, index: number, block: number, deadlineMs: number): OpenLink | null {
    const asked = track.arriving.get(index)?.asks(block) ?? [];
    const length = blockLength(track, index, block);
    const slackMs = deadlineMs - this.#nowMs;
    let chosen: OpenLink | null = null;
    let leastMs = Infinity;
    for (const open of this.#links) {
      if (open.link.urgentRoomBytes - open.askedBytes <= 0 || asked.some((ask) => ask.peerId === open.link.peerId)) continue;
      if (!isAllowed(open.link, track, index, true)) continue;
      const expectedMs = this.#expectedMs(open, length, true);
      const isListener = open.link.peerId !== track.originId;
      // In good time is as good as at once; among those, the handicap decides.
      const costMs = (isListener && expectedMs < slackMs / 2 ? 0 : expectedMs) + (isListener ? 0 : ORIGIN_HANDICAP_MS);
      if (costMs < leastMs || (costMs === leastMs && this.#random() < 0.5)) {
        chosen = open;
        leastMs = costMs;
      }
    }
    return chosen;
  }

  #preferred(track: PickTrack, index: number, block: number): OpenLink | null {
    const length = blockLength(track, index, block);
    let chosen: OpenLink | null = null;
    let leastMs = Infinity;
    for (const open of this.#links) {
      if (open.link.isChoking || this.#room(open, track) <= 0 || !this.#maySupply(open, track, index)) continue;
      // What only the origin has is fetched from it by a few and passed on; the others need not all be refused.
      if (open.link.peerId === track.originId && track.lot(index) * this.#view.links.length > FIRST_TAKERS) continue;
      const expectedMs = this.#expectedMs(open, length, false);
      if (expectedMs < leastMs || (expectedMs === leastMs && this.#random() < 0.5)) {
        chosen = open;
        leastMs = expectedMs;
      }
    }
    return chosen;
  }

  /** Not urgent: the origin is asked for what no listener serves, or what must come from it; for more only in need. */
  #maySupply(open: OpenLink, track: PickTrack, index: number): boolean {
    if (!isAllowed(open.link, track, index, false)) return false;
    if (open.link.peerId !== track.originId || track.availability(index) === 0) return true;
    return track.arriving.get(index)?.onlyFrom === track.originId || !this.#isOriginSpared(track);
  }

  /** The listeners give enough by themselves. */
  #isOriginSpared(track: PickTrack): boolean {
    let isSpared = this.#spared.get(track.trackId);
    if (isSpared === undefined) {
      const givers = this.#view.links.filter(
        (link) => link.peerId !== track.originId && !link.isChoking && link.servesSome(track.trackId),
      );
      isSpared = givers.reduce((sum, link) => sum + link.bytesPerMs, 0) >= SPARE_ORIGIN_FACTOR * track.bytesPerMs;
      this.#spared.set(track.trackId, isSpared);
    }
    return isSpared;
  }

  #expectedMs(open: OpenLink, length: number, urgent: boolean): number {
    const { link } = open;
    const aheadBytes = urgent ? link.outstandingUrgentBytes + open.askedUrgentBytes : link.outstandingBytes + open.askedBytes;
    return link.rttMs + (aheadBytes + length) / link.bytesPerMs;
  }

  #hasRoom(open: OpenLink): boolean {
    if (room(open) <= 0) return false;
    return this.#listenersRoomBytes > 0 || this.#view.tracks.some(({ originId }) => originId === open.link.peerId);
  }

  /** The origin's is its own: what only it has must come into the swarm, however much has been asked of others. */
  #room(open: OpenLink, track: PickTrack): number {
    return open.link.peerId === track.originId ? room(open) : Math.min(room(open), this.#listenersRoomBytes);
  }

  #isTaken(track: PickTrack, index: number): boolean {
    return this.#taken.get(track.trackId)?.has(index) ?? false;
  }

  #isBlockTaken(track: PickTrack, index: number, block: number): boolean {
    return this.#taken.get(track.trackId)?.get(index)?.has(block) ?? false;
  }

  #take(open: OpenLink, track: PickTrack, index: number, block: number, urgent: boolean): void {
    const length = blockLength(track, index, block);
    const { peerId } = open.link;
    const expectedMs = this.#expectedMs(open, length, urgent);
    this.picks.push({ peerId, trackId: track.trackId, index, offset: block * BLOCK_BYTES, length, urgent, expectedMs });
    open.askedBytes += length;
    if (urgent) open.askedUrgentBytes += length;
    if (peerId !== track.originId) this.#listenersRoomBytes -= length;
    let pieces = this.#taken.get(track.trackId);
    if (!pieces) this.#taken.set(track.trackId, (pieces = new Map()));
    let blocks = pieces.get(index);
    if (!blocks) pieces.set(index, (blocks = new Set()));
    blocks.add(block);
  }
}

function isAllowed(link: PickLink, track: PickTrack, index: number, urgent: boolean): boolean {
  const onlyFrom = track.arriving.get(index)?.onlyFrom ?? null;
  return (onlyFrom === null || onlyFrom === link.peerId) && link.serves(track.trackId, index, urgent);
}

function room(open: OpenLink): number {
  return open.link.roomBytes - open.askedBytes;
}

function listenersRoomBytes({ tracks: [track], links, bytesPerMs }: PickView): number {
  if (!track) return 0;
  const outstandingBytes = links.reduce((sum, link) => sum + (link.peerId === track.originId ? 0 : link.outstandingBytes), 0);
  return committedBytes(track, bytesPerMs) - outstandingBytes;
}

/**
 * What may be outstanding of all listeners together, besides what is urgent. What is asked for waits where it was asked,
 * while others come to have it and idle: so no more is asked for than keeps coming for a while, or makes some pieces of
 * each kind of music.
 */
export function committedBytes(track: { readonly bytesPerMs: number }, arrivingBytesPerMs: number): number {
  return Math.max(COMMITTED_MUSIC_MS * track.bytesPerMs, COMMITTED_MS * arrivingBytesPerMs);
}

function blocksIn(sizeBytes: number): number {
  return Math.ceil(sizeBytes / BLOCK_BYTES);
}

function blockLength(track: PickTrack, index: number, block: number): number {
  return Math.min(BLOCK_BYTES, track.sizeBytes(index) - block * BLOCK_BYTES);
}

function earliest(asks: readonly Ask[]): number {
  return asks.reduce((earliestMs, ask) => Math.min(earliestMs, ask.dueMs), Infinity);
}
