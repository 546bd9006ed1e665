/**
 * How wrongly the browsers themselves told where they were. Nobody can steer by more than `currentTime` says: what is
 * heard apart beyond this is the app's fault, the rest is the sound system's (libpulse's interpolation of latencies).
 */
import { MARK_SPACING_MS } from "./marks.ts";
import type { Observation } from "./observer.ts";
import type { Offset } from "./offsets.ts";

/** Two looks further apart than this say nothing of the time between them, ms. */
const MAX_LOOK_SPACING_MS = 300;

/**
 * For each offset heard, how far it is from what both elements said at that moment, ms; none where one of them was not
 * looked at. Their timelines may begin differently, by whole marks: what remains is the nearest to nothing.
 */
export function toldErrorsMs(offsets: readonly Offset[], host: readonly Observation[], guest: readonly Observation[]): number[] {
  const [hostSaid, guestSaid] = [whatWasSaid(host), whatWasSaid(guest)];
  return offsets.flatMap(({ atMs, aheadMs }) => {
    const [hostMs, guestMs] = [hostSaid(atMs), guestSaid(atMs)];
    if (hostMs === null || guestMs === null) return [];
    const errorMs = guestMs - hostMs - aheadMs;
    return [errorMs - Math.round(errorMs / MARK_SPACING_MS) * MARK_SPACING_MS];
  });
}

/** The media time said at a moment; to be asked for one moment after the other. */
function whatWasSaid(observations: readonly Observation[]): (atMs: number) => number | null {
  const said = observations.filter(({ kind }) => kind === "said");
  let next = 0;
  return (atMs) => {
    while ((said[next]?.atMs ?? Infinity) < atMs) next += 1;
    const [before, after] = [said[next - 1], said[next]];
    if (!before || !after || after.atMs - before.atMs > MAX_LOOK_SPACING_MS) return null;
    return before.value + ((atMs - before.atMs) / (after.atMs - before.atMs)) * (after.value - before.value);
  };
}
