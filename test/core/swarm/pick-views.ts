/** Views for the picker, made from a few words: what is here, who has what. */
import { BLOCK_BYTES } from "../../../app/core/index.ts";
import type { PeerId, TrackId } from "../../../app/core/index.ts";
import { Bitfield } from "../../../app/core/manifest/bitfield.ts";
import type { PickLink, PickPiece, PickTrack, PickView } from "../../../app/core/swarm/block-picker.ts";
import { PieceAssembly } from "../../../app/core/swarm/piece-assembly.ts";
import { trackIdOfNumber } from "../../support/store-fixtures.ts";
import { peerIdOf } from "../../support/swarm-world.ts";

export const SONG = trackIdOfNumber(1);
/** Two blocks, the second one short. */
export const PIECE_BYTES = BLOCK_BYTES + 1000;

export interface TrackPlan {
  readonly trackId?: TrackId;
  readonly pieces: number;
  readonly sizeBytes?: number;
  readonly held?: readonly number[];
  readonly arriving?: readonly PieceAssembly[];
  readonly origin?: string;
  readonly bytesPerMs?: number;
  /** By piece; 0 where not said. */
  readonly availability?: readonly number[];
  /** By piece; 0, the first to go, where not said. */
  readonly lots?: readonly number[];
}

export function makeTrack(plan: TrackPlan): PickTrack {
  const held = new Set(plan.held);
  const untouchedBits = new Bitfield(plan.pieces);
  const arriving = new Map<number, PickPiece>((plan.arriving ?? []).map((piece) => [piece.index, piece]));
  const untouched = Array.from({ length: plan.pieces }, (_, index) => index).filter(
    (index) => !held.has(index) && !arriving.has(index),
  );
  for (const index of untouched) untouchedBits.set(index);
  return {
    trackId: plan.trackId ?? SONG,
    originId: peerIdOf(plan.origin ?? "alice"),
    held,
    arriving,
    untouched,
    untouchedBits,
    bytesPerMs: plan.bytesPerMs ?? 16,
    sizeBytes: () => plan.sizeBytes ?? PIECE_BYTES,
    availability: (index) => plan.availability?.[index] ?? 0,
    lot: (index) => plan.lots?.[index] ?? 0,
  };
}

export interface LinkPlan extends Partial<Omit<PickLink, "peerId" | "hasAny" | "serves" | "servesSome">> {
  /** Pieces it serves; everything where not said. */
  readonly has?: readonly number[];
}

export function makeLink(name: string, { has, ...rest }: LinkPlan = {}): PickLink {
  return {
    peerId: peerIdOf(name),
    roomBytes: 1e6,
    urgentRoomBytes: 2e6,
    isChoking: false,
    rttMs: 100,
    bytesPerMs: 1000,
    isMeasured: true,
    outstandingBytes: 0,
    outstandingUrgentBytes: 0,
    servesSome: () => has === undefined || has.length > 0,
    hasAny: (_, pieces) => has?.some((index) => pieces.has(index)) ?? pieces.count > 0,
    serves: (_, index) => has?.includes(index) ?? true,
    ...rest,
  };
}

export function makeView(view: Partial<PickView>): PickView {
  return { tracks: [], window: [], links: [], bytesPerMs: 0, urgentOnly: false, ...view };
}

/** A piece of which each block was asked of a peer, due at that time. */
export function askedPiece(index: number, asks: readonly (readonly [name: string, dueMs: number])[]): PieceAssembly {
  const piece = new PieceAssembly(index, PIECE_BYTES);
  asks.forEach(([name, dueMs], block) => piece.ask(block, { peerId: peerIdOf(name), dueMs, askedMs: 0, urgent: true }));
  return piece;
}

export function namesOf(picks: readonly { readonly peerId: PeerId }[]): string[] {
  return picks.map(({ peerId }) => peerId.replaceAll("_", ""));
}
