/** What every bench has in common: how it is asked, what it yields, how that is shown. */

export interface BenchReport {
  /** Everything that was chosen, defaults included. */
  readonly options: Readonly<Record<string, string | number | boolean | null>>;
  /** Units stand in the names. */
  readonly figures: Readonly<Record<string, number>>;
  readonly goals: Readonly<Record<string, Goal>>;
  /** For people: one row per subject, the same columns in each. */
  readonly rows: readonly Readonly<Record<string, string | number>>[];
}

export interface Goal {
  readonly max?: number;
  readonly min?: number;
}

export interface Bench {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** What `--help` prints. */
  readonly usage: string;
  /**
   * @param say prints a line of progress.
   * @throws UsageError for bad options, CannotRunError where this machine lacks something.
   */
  run(args: readonly string[], say: (line: string) => void): Promise<BenchReport>;
}

/** The options make no sense; the message says which and why. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Not here: no browser, no sound server, no network namespaces. */
export class CannotRunError extends Error {
  override readonly name = "CannotRunError";
}

/** It ran, and something that must not happen did; the message is one sentence. */
export class BenchFailure extends Error {
  override readonly name = "BenchFailure";
}

export function findMissedGoals({ figures, goals }: Pick<BenchReport, "figures" | "goals">): readonly string[] {
  return Object.entries(goals).flatMap(([name, { min = -Infinity, max = Infinity }]) => {
    const figure = figures[name];
    return figure !== undefined && figure >= min && figure <= max ? [] : [name];
  });
}

/** The figures and what was expected of them, as lines of text. */
export function formatFigures({ figures, goals }: Pick<BenchReport, "figures" | "goals">): readonly string[] {
  const missed = new Set(findMissedGoals({ figures, goals }));
  return Object.entries(figures).map(([name, figure]) => {
    const goal = goals[name];
    const bounds = [
      goal?.min === undefined ? [] : `at least ${goal.min}`,
      goal?.max === undefined ? [] : `at most ${goal.max}`,
    ].flat();
    const verdict = bounds.length > 0 ? `  ${missed.has(name) ? "✗" : "✓"} ${bounds.join(", ")}` : "";
    return `${name.padEnd(20)}${String(figure).padStart(10)}${verdict}`;
  });
}

/** Columns as wide as their widest cell, numbers to the right. */
export function formatTable(rows: BenchReport["rows"]): readonly string[] {
  const columns = Object.keys(rows[0] ?? {});
  const cells = [columns, ...rows.map((row) => columns.map((column) => String(row[column] ?? "")))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
  const isNumber = columns.map((column) => typeof rows[0]?.[column] === "number");
  return cells.map((line) =>
    line
      .map((cell, index) => (isNumber[index] ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

/** The smallest of at least one value that is not exceeded by `share` (0…1) of them: the nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error("a percentile of nothing");
  return value;
}
