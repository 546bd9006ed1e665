/** Numbers as people read them. */

export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Decimal, as disks and networks are sold. */
export function formatBytes(sizeBytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, sizeBytes)) / 3)));
  return `${(sizeBytes / 1000 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step]}`;
}
