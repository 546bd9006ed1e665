/** Which tracks must go to make room: least recently used first. Pure; the database and the memory store share it. */
import type { TrackId } from "../../core/index.ts";

export interface Occupant {
  readonly trackId: TrackId;
  readonly sizeBytes: number;
  readonly usedAtMs: number;
}

/**
 * The tracks to drop so that `neededBytes` more fit into `budgetBytes`; none where they fit as it is, null where they
 * do not fit even without every track that may go.
 */
export function chooseEvictions(
  occupants: readonly Occupant[],
  neededBytes: number,
  budgetBytes: number,
  mayGo: (trackId: TrackId) => boolean,
): readonly TrackId[] | null {
  let excessBytes = occupants.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) + neededBytes - budgetBytes;
  const evicted: TrackId[] = [];
  const leastRecentFirst = [...occupants].sort((a, b) => a.usedAtMs - b.usedAtMs);
  for (const { trackId, sizeBytes } of leastRecentFirst) {
    if (excessBytes <= 0) break;
    if (!mayGo(trackId)) continue;
    evicted.push(trackId);
    excessBytes -= sizeBytes;
  }
  return excessBytes <= 0 ? evicted : null;
}

/** Readings that always grow, so that of two uses the later one is known even within one millisecond. */
export function createUseClock(wallClockMs: () => number): () => number {
  let lastMs = 0;
  return () => (lastMs = Math.max(wallClockMs(), lastMs + 0.001));
}
