/**
 * Whom a member links to. Small jams are a full mesh; larger ones a random graph of bounded degree, which needs neither
 * plan nor centre: with eight links each it is connected and a few steps wide, whoever comes and goes.
 */
import type { PeerId } from "../ids.ts";
import type { Random } from "../ports.ts";
import {
  AIMED_LINKS,
  FEW_LINKS,
  FULL_MESH_MEMBERS,
  HUB_LOW_WATER_LINKS,
  LINKS_OPEN_TO_ALL,
  LOW_WATER_LINKS,
  MAX_LINKS,
  PARTIAL_MESH_LINKS,
} from "../tunables.ts";

/** A member's links as they are. */
export interface MeshView {
  /** Members present but oneself, linked or not. */
  readonly othersCount: number;
  /** Links that are open or may soon be. */
  readonly linkCount: number;
  /** Those, and the attempts that take too long to be counted on. */
  readonly heldCount: number;
  /** Links were missing at the last look, and those begun since are not all open. */
  readonly isFilling: boolean;
  /** It is time to reach out a little further. */
  readonly isStretching: boolean;
  /** Everyone's music comes from here: the more links it has, the sooner it is everywhere. */
  readonly isHub: boolean;
}

export function isFullMesh(othersCount: number): boolean {
  return othersCount < FULL_MESH_MEMBERS;
}

/** How many links to open now. Between the two marks none, unless they are being filled up already (hysteresis). */
export function countMissingLinks(view: MeshView): number {
  const { othersCount, linkCount, isHub } = view;
  const room = MAX_LINKS - view.heldCount;
  if (isFullMesh(othersCount)) return Math.max(0, Math.min(othersCount - linkCount, room));
  const lowWater = isHub ? HUB_LOW_WATER_LINKS : LOW_WATER_LINKS;
  const wanted = isHub ? MAX_LINKS : PARTIAL_MESH_LINKS;
  if (linkCount < lowWater || view.isFilling) return Math.max(0, Math.min(wanted - linkCount, room));
  return view.isStretching && linkCount < AIMED_LINKS && room > 0 ? 1 : 0;
}

/**
 * Whom to open the missing links to: by chance, but first those who are not known to be two links away.
 * @param candidates to whom a link could be opened now
 */
export function chooseNeighbours(
  missing: number,
  candidates: readonly PeerId[],
  nearby: ReadonlySet<PeerId>,
  random: Random,
): readonly PeerId[] {
  const near = candidates.filter((peerId) => nearby.has(peerId));
  const far = near.length > 0 ? candidates.filter((peerId) => !nearby.has(peerId)) : [...candidates];
  return [...drawSome(far, missing, random), ...drawSome(near, missing - far.length, random)];
}

/**
 * A peer offers a link: is there room? The last places are kept for links that are needed, so that newcomers get into a
 * jam in which everybody has enough.
 */
export function hasRoomForLink(heldCount: number, isNeeded: boolean): boolean {
  return heldCount < (isNeeded ? MAX_LINKS : LINKS_OPEN_TO_ALL);
}

/** Is a link that we offer so needed that it may take one of the last places? */
export function isLinkNeeded(heldCount: number, isHub: boolean): boolean {
  return isHub || heldCount < FEW_LINKS;
}

/** The first steps of Fisher and Yates. */
function drawSome(from: readonly PeerId[], count: number, random: Random): PeerId[] {
  const left = [...from];
  const drawn: PeerId[] = [];
  while (drawn.length < count && left.length > 0) {
    const at = Math.floor(random() * left.length);
    const last = left.pop();
    const chosen = left[at] ?? last;
    if (last !== undefined && at < left.length) left[at] = last;
    if (chosen !== undefined) drawn.push(chosen);
  }
  return drawn;
}
