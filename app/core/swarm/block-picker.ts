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

const NONE: readonly number[] = [];

export function pickBlocks(view: PickView, nowMs: number, random: Random): BlockPick[] {
  const picking = new Picking(view, nowMs, random);
  picking.fillWindow();
  if (!view.urgentOnly) picking.fillBeyond();
  return picking.picks;
}

/** A link, and what this pick has asked of it so far. */
interface OpenLink {
  readonly link: PickLink;
  /** Of one of the tracks. */
  readonly isOrigin: boolean;
  askedBytes: number;
  askedUrgentBytes: number;
  /** It has nothing more for us. */
  isExhausted: boolean;
}

/** A track, and what this pick has found out and done about it so far: there are many picks, and few that do much. */
interface OpenTrack {
  readonly track: PickTrack;
  /** Blocks picked just now, by piece: the view does not know of them. Null before the first. */
  taken: Map<number, Set<number>> | null;
  /** Pieces that were begun before and have open blocks; null before anybody asked. */
  begun: readonly number[] | null;
  /** The listeners give enough by themselves; null before anybody asked. */
  isOriginSpared: boolean | null;
}

class Picking {
  readonly picks: BlockPick[] = [];
  readonly #view: PickView;
  readonly #nowMs: number;
  readonly #random: Random;
  readonly #links: readonly OpenLink[];
  readonly #tracks: readonly OpenTrack[];
  /** What listeners may still be asked for, all together. */
  #listenersRoomBytes: number;

  constructor(view: PickView, nowMs: number, random: Random) {
    this.#view = view;
    this.#nowMs = nowMs;
    this.#random = random;
    this.#listenersRoomBytes = listenersRoomBytes(view);
    this.#links = view.links
      .filter((link) => link.roomBytes > 0 || link.urgentRoomBytes > 0)
      .map((link) => ({ link, isOrigin: isOrigin(view, link), askedBytes: 0, askedUrgentBytes: 0, isExhausted: false }));
    this.#tracks = view.tracks.map((track) => ({ track, taken: null, begun: null, isOriginSpared: null }));
  }

  fillWindow(): void {
    if (this.#links.length === 0) return;
    for (const { trackId, index, deadlineMs, isCover } of this.#view.window) {
      const openTrack = this.#tracks.find(({ track }) => track.trackId === trackId);
      if (!openTrack || openTrack.track.held.has(index)) continue;
      const { track } = openTrack;
      const urgent = deadlineMs - this.#nowMs < URGENT_MS;
      if (!isCover && deadlineMs - this.#nowMs > this.#horizonMs(track)) continue;
      if (!urgent && this.#view.urgentOnly) return;
      const blockCount = blocksIn(track.sizeBytes(index));
      for (let block = 0; block < blockCount; block++) {
        if (!this.#isOpen(openTrack, index, block, urgent)) continue;
        const chosen = urgent ? this.#soonest(track, index, block, deadlineMs) : this.#preferred(openTrack, index, block);
        if (chosen) this.#take(chosen, openTrack, index, block, urgent);
      }
    }
  }

  /**
   * How far ahead deadlines rule. Where music comes much faster than it plays, everything is in good time, and what all
   * fetch in the same order they cannot give each other.
   */
  #horizonMs(track: PickTrack): number {
    const share = (HASTE * track.bytesPerMs) / supplyBytesPerMs(this.#view.links);
    return share >= 1 ? Infinity : DUE_MS / (1 - share);
  }

  /** Piece by piece, each from the link that would have it soonest: none idles while another has a queue. */
  fillBeyond(): void {
    for (let open = this.#leastBusy(); open; open = this.#leastBusy()) open.isExhausted = !this.#fillOne(open);
  }

  #leastBusy(): OpenLink | null {
    let chosen: OpenLink | null = null;
    let leastMs = Infinity;
    let ties = 0;
    for (const open of this.#links) {
      if (open.isExhausted || open.link.isChoking || !this.#hasRoom(open)) continue;
      const queueMs = (open.link.outstandingBytes + open.askedBytes) / open.link.bytesPerMs;
      if (queueMs > leastMs) continue;
      ties = queueMs < leastMs ? 1 : ties + 1;
      leastMs = queueMs;
      if (this.#random() * ties < 1) chosen = open;
    }
    return chosen;
  }

  /** One more piece, or the rest of one; false where the link has nothing for us. */
  #fillOne(open: OpenLink): boolean {
    const picked = this.picks.length;
    for (const openTrack of this.#tracks) {
      const hasOpenBlocks = this.#fillBegun(open, openTrack);
      if (this.picks.length > picked) return true;
      this.#fillRarest(open, openTrack);
      if (this.picks.length > picked) return true;
      if (!hasOpenBlocks && openTrack.track.untouched.every((index) => isTaken(openTrack, index)))
        this.#fillEndgame(open, openTrack);
      if (this.picks.length > picked) return true;
    }
    return false;
  }

  /** Returns whether blocks of pieces begun are left that nobody has been asked for. */
  #fillBegun(open: OpenLink, openTrack: OpenTrack): boolean {
    let hasOpenBlocks = false;
    for (const index of (openTrack.begun ??= begunPieces(openTrack.track)))
      if (!this.#fillPiece(open, openTrack, index)) hasOpenBlocks = true;
    for (const index of openTrack.taken?.keys() ?? NONE)
      if (!openTrack.track.arriving.has(index) && !this.#fillPiece(open, openTrack, index)) hasOpenBlocks = true;
    return hasOpenBlocks;
  }

  /** False where open blocks of the piece are left. */
  #fillPiece(open: OpenLink, openTrack: OpenTrack, index: number): boolean {
    const { track } = openTrack;
    let isFilled = true;
    const blockCount = blocksIn(track.sizeBytes(index));
    for (let block = 0; block < blockCount; block++) {
      if (!this.#isOpen(openTrack, index, block, false)) continue;
      if (this.#room(open, track) > 0 && this.#maySupply(open, openTrack, index))
        this.#take(open, openTrack, index, block, false);
      else isFilled = false;
    }
    return isFilled;
  }

  #fillRarest(open: OpenLink, openTrack: OpenTrack): void {
    const { track } = openTrack;
    const index = this.#rarest(open, openTrack);
    if (index === null) return;
    const blockCount = blocksIn(track.sizeBytes(index));
    // A short last block goes along: from elsewhere it would hold up the piece, and blur who sent it.
    for (let block = 0; block < blockCount; block++)
      if (this.#room(open, track) + BLOCK_BYTES > blockLength(track, index, block))
        this.#take(open, openTrack, index, block, false);
  }

  /** One pass, every tie with the same chance (reservoir sampling). */
  #rarest(open: OpenLink, openTrack: OpenTrack): number | null {
    const { track } = openTrack;
    // Mostly whatever a neighbour has is here or asked for already, and no piece need be looked at.
    if (!open.link.hasAny(track.trackId, track.untouchedBits)) return null;
    let chosen: number | null = null;
    let fewest = Infinity;
    let ties = 0;
    for (const index of track.untouched) {
      const availability = track.availability(index);
      if (availability > fewest || isTaken(openTrack, index) || !this.#maySupply(open, openTrack, index)) continue;
      ties = availability < fewest ? 1 : ties + 1;
      fewest = availability;
      if (this.#random() * ties < 1) chosen = index;
    }
    return chosen;
  }

  #fillEndgame(open: OpenLink, openTrack: OpenTrack): void {
    const { track } = openTrack;
    for (const piece of track.arriving.values())
      for (let block = 0; block < piece.blockCount && this.#room(open, track) > 0; block++) {
        const asks = piece.asks(block);
        if (piece.isHere(block) || asks.length === 0 || asks.length >= MAX_ASKS_PER_BLOCK) continue;
        if (isBlockTaken(openTrack, piece.index, block) || isAskedOf(asks, open.link.peerId)) continue;
        if (this.#nowMs > earliest(asks) && this.#maySupply(open, openTrack, piece.index))
          this.#take(open, openTrack, piece.index, block, false);
      }
  }

  /** Nobody was asked for the block; or it is urgent, and whoever was asked is late or does not know. */
  #isOpen(openTrack: OpenTrack, index: number, block: number, urgent: boolean): boolean {
    if (isBlockTaken(openTrack, index, block)) return false;
    const piece = openTrack.track.arriving.get(index);
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
      if (open.link.urgentRoomBytes - open.askedBytes <= 0 || isAskedOf(asked, open.link.peerId)) continue;
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

  #preferred(openTrack: OpenTrack, index: number, block: number): OpenLink | null {
    const { track } = openTrack;
    const length = blockLength(track, index, block);
    let chosen: OpenLink | null = null;
    let leastMs = Infinity;
    for (const open of this.#links) {
      if (open.link.isChoking || this.#room(open, track) <= 0 || !this.#maySupply(open, openTrack, index)) continue;
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
  #maySupply({ link }: OpenLink, openTrack: OpenTrack, index: number): boolean {
    const { track } = openTrack;
    if (!isAllowed(link, track, index, false)) return false;
    if (link.peerId !== track.originId || track.availability(index) === 0) return true;
    if (track.arriving.get(index)?.onlyFrom === track.originId) return true;
    return !(openTrack.isOriginSpared ??= isOriginSpared(track, this.#view.links));
  }

  #expectedMs(open: OpenLink, length: number, urgent: boolean): number {
    const { link } = open;
    const aheadBytes = urgent ? link.outstandingUrgentBytes + open.askedUrgentBytes : link.outstandingBytes + open.askedBytes;
    return link.rttMs + (aheadBytes + length) / link.bytesPerMs;
  }

  #hasRoom(open: OpenLink): boolean {
    return room(open) > 0 && (this.#listenersRoomBytes > 0 || open.isOrigin);
  }

  /** The origin's is its own: what only it has must come into the swarm, however much has been asked of others. */
  #room(open: OpenLink, track: PickTrack): number {
    return open.link.peerId === track.originId ? room(open) : Math.min(room(open), this.#listenersRoomBytes);
  }

  #take(open: OpenLink, openTrack: OpenTrack, index: number, block: number, urgent: boolean): void {
    const { trackId, originId } = openTrack.track;
    const length = blockLength(openTrack.track, index, block);
    const { peerId } = open.link;
    const expectedMs = this.#expectedMs(open, length, urgent);
    this.picks.push({ peerId, trackId, index, offset: block * BLOCK_BYTES, length, urgent, expectedMs });
    open.askedBytes += length;
    if (urgent) open.askedUrgentBytes += length;
    if (peerId !== originId) this.#listenersRoomBytes -= length;
    const taken = (openTrack.taken ??= new Map<number, Set<number>>());
    let blocks = taken.get(index);
    if (!blocks) taken.set(index, (blocks = new Set()));
    blocks.add(block);
  }
}

function isOrigin({ tracks }: PickView, { peerId }: PickLink): boolean {
  for (const { originId } of tracks) if (originId === peerId) return true;
  return false;
}

function isTaken({ taken }: OpenTrack, index: number): boolean {
  return taken?.has(index) ?? false;
}

function isBlockTaken({ taken }: OpenTrack, index: number, block: number): boolean {
  return taken?.get(index)?.has(block) ?? false;
}

function isAskedOf(asks: readonly Ask[], peerId: PeerId): boolean {
  for (const ask of asks) if (ask.peerId === peerId) return true;
  return false;
}

function begunPieces({ arriving }: PickTrack): readonly number[] {
  const begun: number[] = [];
  for (const { index, openBlocks } of arriving.values()) if (openBlocks > 0) begun.push(index);
  return begun;
}

/** The listeners give enough by themselves. */
function isOriginSpared(track: PickTrack, links: readonly PickLink[]): boolean {
  const givers = links.filter((link) => link.peerId !== track.originId && !link.isChoking && link.servesSome(track.trackId));
  return givers.reduce((sum, link) => sum + link.bytesPerMs, 0) >= SPARE_ORIGIN_FACTOR * track.bytesPerMs;
}

/** What we can hope to get, bytes per ms. */
function supplyBytesPerMs(links: readonly PickLink[]): number {
  const givers = links.filter((link) => !link.isChoking && link.isMeasured);
  return Math.max(
    INITIAL_LINK_BYTES_PER_MS,
    givers.reduce((sum, link) => sum + link.bytesPerMs, 0),
  );
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
