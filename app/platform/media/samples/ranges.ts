/** Stretches of a timeline, ascending and apart. */

/** [startMs, endMs) */
export type Range = readonly [startMs: number, endMs: number];

/** Ends that are no further apart are one place, ms: a few samples, by rounding. */
const SEAM_MS = 0.1;

export function addRange(ranges: readonly Range[], [startMs, endMs]: Range): readonly Range[] {
  if (endMs <= startMs) return ranges;
  const apart = ranges.filter(([from, to]) => to < startMs - SEAM_MS || from > endMs + SEAM_MS);
  const touching = ranges.filter((range) => !apart.includes(range));
  const merged: Range = [Math.min(startMs, ...touching.map(([from]) => from)), Math.max(endMs, ...touching.map(([, to]) => to))];
  return [...apart, merged].sort(([a], [b]) => a - b);
}

export function removeRange(ranges: readonly Range[], [startMs, endMs]: Range): readonly Range[] {
  return ranges
    .flatMap(([from, to]): Range[] => [
      [from, Math.min(to, startMs)],
      [Math.max(from, endMs), to],
    ])
    .filter(([from, to]) => to > from);
}

/** How much lies from this place on without a break, ms. */
export function lengthFrom(ranges: readonly Range[], fromMs: number): number {
  const range = ranges.find(([from, to]) => fromMs >= from - SEAM_MS && fromMs < to);
  return range ? range[1] - fromMs : 0;
}
