/** Robust figures of few numbers. */

/** The value that this share of them doesn't exceed; null of none. */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const [lower, upper] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return lower === undefined || upper === undefined ? null : lower + (upper - lower) * (place - Math.floor(place));
}

/** The least value such that those up to it have this share of all weight; null of none. */
export function weightedQuantile(
  values: readonly { readonly value: number; readonly weight: number }[],
  share: number,
): number | null {
  const sorted = values.toSorted((a, b) => a.value - b.value);
  let left = share * sorted.reduce((sum, { weight }) => sum + weight, 0);
  return sorted.find(({ weight }) => (left -= weight) <= 0)?.value ?? sorted.at(-1)?.value ?? null;
}

/** The mean without this share of them, and at least one, at either end where there are three; null of none. */
export function trimmedMean(values: readonly number[], share: number): number | null {
  const few = Math.min(Math.ceil(share * values.length), Math.floor((values.length - 1) / 2));
  if (values.length === 0) return null;
  const rest = values.toSorted((a, b) => a - b).slice(few, values.length - few);
  return rest.reduce((sum, value) => sum + value, 0) / rest.length;
}

/** Least squares. @returns null where there are not two different abscissae */
export function lineThrough(
  points: readonly (readonly [number, number])[],
): { readonly slope: number; readonly atZero: number; readonly largestMissBy: number } | null {
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
  const square = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  if (!(square > 0)) return null;
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / square;
  const atZero = meanY - slope * meanX;
  return { slope, atZero, largestMissBy: Math.max(...points.map(([x, y]) => Math.abs(y - atZero - slope * x))) };
}
