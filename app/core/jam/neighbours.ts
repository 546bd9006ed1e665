/** Whom a member links to. Small jams are a full mesh; larger ones a random graph of bounded degree. */
import type { PeerId } from "../ids.ts";
import type { Random } from "../ports.ts";
import { FULL_MESH_MEMBERS, MAX_LINKS, PARTIAL_MESH_LINKS } from "../tunables.ts";

/**
 * @param others everyone present but oneself
 * @param linked those there is a link to already, in any state
 * @returns whom to open a link to now
 */
export function chooseNeighbours(others: readonly PeerId[], linked: ReadonlySet<PeerId>, random: Random): readonly PeerId[] {
  const candidates = others.filter((peerId) => !linked.has(peerId));
  if (others.length < FULL_MESH_MEMBERS) return candidates;
  const wanted = Math.max(0, PARTIAL_MESH_LINKS - linked.size);
  for (let at = candidates.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [candidates[at], candidates[other]] = [candidates[other] as PeerId, candidates[at] as PeerId];
  }
  return candidates.slice(0, wanted);
}

/** A peer offers a link: is there room? In a full mesh always, else up to the bound. */
export function hasRoomForLink(linkCount: number): boolean {
  return linkCount < MAX_LINKS;
}
