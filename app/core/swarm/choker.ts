/**
 * Who may have what is not urgent. Choking limits simultaneous uploads to what the uplink carries, so that each of
 * them is worth having; urgent requests are answered in any case (BEP 3's tit-for-tat, for music).
 */
import type { PeerId } from "../ids.ts";
import type { Random } from "../ports.ts";
import { UPLINK_ASSUMED_BYTES_PER_MS, UPLOAD_SLOTS_MAX, UPLOAD_SLOTS_MIN, UPLOAD_SLOT_BYTES_PER_MS } from "../tunables.ts";

export interface ChokeCandidate {
  readonly peerId: PeerId;
  /** It has requests waiting that are urgent. */
  readonly hasUrgent: boolean;
  /** What we get from it, bytes per ms. */
  readonly givesBytesPerMs: number;
}

/** Uploads at a time on an uplink of `uplinkBytesPerMs`; 0 means not yet measured. */
export function uploadSlots(uplinkBytesPerMs: number): number {
  const bytesPerMs = uplinkBytesPerMs || UPLINK_ASSUMED_BYTES_PER_MS;
  return Math.min(UPLOAD_SLOTS_MAX, Math.max(UPLOAD_SLOTS_MIN, Math.floor(bytesPerMs / UPLOAD_SLOT_BYTES_PER_MS)));
}

export interface ChokeDecision {
  readonly unchoked: ReadonlySet<PeerId>;
  /** Holds the slot that needs no merit; null where everybody has a slot. */
  readonly optimistic: PeerId | null;
}

/**
 * `candidates` are the peers that want something. With more of them than slots, one slot is optimistic: it stays with
 * `optimistic` (or falls to a random loser) and lets newcomers show what they give. Equal merits are ordered at random.
 */
export function chooseUnchoked(
  candidates: readonly ChokeCandidate[],
  slots: number,
  optimistic: PeerId | null,
  random: Random,
): ChokeDecision {
  if (candidates.length <= slots) return { unchoked: new Set(candidates.map(({ peerId }) => peerId)), optimistic: null };
  const ranked = candidates
    .map((candidate) => ({ ...candidate, tie: random() }))
    .toSorted((a, b) => Number(b.hasUrgent) - Number(a.hasUrgent) || b.givesBytesPerMs - a.givesBytesPerMs || a.tie - b.tie)
    .map(({ peerId }) => peerId);
  const unchoked = new Set(ranked.slice(0, slots - 1));
  const losers = ranked.slice(slots - 1);
  const kept = optimistic !== null && losers.includes(optimistic) ? optimistic : losers[Math.floor(random() * losers.length)];
  if (kept !== undefined) unchoked.add(kept);
  return { unchoked, optimistic: kept ?? null };
}
