/**
 * Whom to take the time from while the server isn't heard: everybody follows one root, over the neighbour through whom
 * its time comes most exactly. A tree without loops comes of it as in DSDV (Perkins and Bhagwat 1994, 3): only the root
 * makes its time newer, and of those who have the same root only one who has it newer is followed instead.
 */
import type { PeerId } from "../ids.ts";
import { CLOCK_OFFER_MS, CLOCK_ROOT_LOST_MS } from "../tunables.ts";
import type { ClockReading } from "./clock-reading.ts";

/** Whose time it is: null for the server's. */
export type Root = PeerId | null;

/** What a neighbour last said of its time. */
export interface ClockOffer {
  readonly peerId: PeerId;
  readonly root: Root;
  /** When the root had it, on the jam's clock. */
  readonly bornMs: number;
  /** How long ago that was when it came here, ms. */
  readonly ageMs: number;
  /** When it came here, on the local clock. */
  readonly atMs: number;
  /** What it proves; half its width is the distance from the root. */
  readonly reading: ClockReading;
}

export interface Following {
  readonly root: Root;
  readonly bornMs: number;
  /** Null: we are the root, or have lost whom we followed. */
  readonly source: PeerId | null;
}

export interface ClockView {
  readonly selfId: PeerId;
  readonly hostId: PeerId | null;
  /** Null while we don't know the time: then anybody's is welcome. */
  readonly following: Following | null;
}

/** Another way must be this much shorter to be worth a change. */
const MUCH_SHORTER = 0.5;

/** The best of fresh offers, or null: then we stay with what we have. */
export function chooseOffer(offers: readonly ClockOffer[], view: ClockView): ClockOffer | null {
  const usable = offers.filter((offer) => isUsable(offer, view));
  const root = usable.reduce<Root | undefined>(
    (best, offer) => (best === undefined || isBetterRoot(offer.root, best, view.hostId) ? offer.root : best),
    undefined,
  );
  const best = usable.filter((offer) => offer.root === root).toSorted((a, b) => distanceMs(a) - distanceMs(b));
  const kept = best.find((offer) => offer.peerId === view.following?.source);
  const [nearest] = best;
  if (!nearest) return null;
  return kept && distanceMs(nearest) > MUCH_SHORTER * distanceMs(kept) ? kept : nearest;
}

/** The server before the host before anybody else, of whom chance (the peer id) decides, and for everybody alike. */
export function isBetterRoot(root: Root, than: Root, hostId: PeerId | null): boolean {
  const rank = (each: Root): number => (each === null ? 0 : each === hostId ? 1 : 2);
  return rank(root) < rank(than) || (rank(root) === rank(than) && root !== null && than !== null && root < than);
}

/** Said lately, of a root that was heard of lately. */
export function isFresh({ ageMs, atMs }: ClockOffer, nowMs: number): boolean {
  return nowMs - atMs <= CLOCK_OFFER_MS && ageMs + nowMs - atMs <= CLOCK_ROOT_LOST_MS;
}

function isUsable(offer: ClockOffer, { selfId, hostId, following }: ClockView): boolean {
  if (!following) return true;
  if (offer.root === selfId) return false; // our own time, come round
  if (offer.root !== following.root) return isBetterRoot(offer.root, following.root, hostId);
  return offer.peerId === following.source || offer.bornMs > following.bornMs;
}

function distanceMs({ reading }: ClockOffer): number {
  return (reading.highMs - reading.lowMs) / 2;
}
