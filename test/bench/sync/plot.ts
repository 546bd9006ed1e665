/** Acoustic offsets over time as a picture: one strip per scenario, with what the app believed beside them. */
import type { Offset } from "./offsets.ts";
import type { Belief } from "./stage.ts";

export interface Strip {
  readonly title: string;
  readonly offsets: readonly Offset[];
  readonly beliefs: readonly Belief[];
  /** Moments at which something happened. */
  readonly eventsMs: readonly number[];
}

const WIDTH = 960;
const STRIP_HEIGHT = 180;
const MARGIN = 48;
/** Everything beyond is drawn at the edge. */
const RANGE_MS = 20;
const GOAL_MS = 2;

export function plotOffsets(strips: readonly Strip[], title: string): string {
  const height = MARGIN + strips.length * (STRIP_HEIGHT + MARGIN);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="${MARGIN}" y="20" font-size="16">${title}</text>`,
    ...strips.flatMap((strip, index) => drawStrip(strip, MARGIN + index * (STRIP_HEIGHT + MARGIN))),
    "</svg>",
    "",
  ].join("\n");
}

function drawStrip({ title, offsets, beliefs, eventsMs }: Strip, top: number): readonly string[] {
  const times = [...offsets, ...beliefs].map(({ atMs }) => atMs);
  const firstMs = Math.min(...times, ...eventsMs);
  const lastMs = Math.max(...times, firstMs + 1);
  const right = WIDTH - MARGIN;
  const middle = top + STRIP_HEIGHT / 2;
  const xOf = (atMs: number) => (MARGIN + ((atMs - firstMs) / (lastMs - firstMs)) * (right - MARGIN)).toFixed(1);
  const yOf = (aheadMs: number) =>
    (middle - (Math.max(-RANGE_MS, Math.min(RANGE_MS, aheadMs)) / RANGE_MS) * (STRIP_HEIGHT / 2)).toFixed(1);
  const goal = `<rect x="${MARGIN}" y="${yOf(GOAL_MS)}" width="${right - MARGIN}" height="${(2 * GOAL_MS * STRIP_HEIGHT) / (2 * RANGE_MS)}" fill="#dfd"/>`;
  const line = (aheadMs: number) =>
    `<line x1="${MARGIN}" x2="${right}" y1="${yOf(aheadMs)}" y2="${yOf(aheadMs)}" stroke="#ccc"/>` +
    `<text x="${MARGIN - 6}" y="${Number(yOf(aheadMs)) + 4}" text-anchor="end">${aheadMs}</text>`;
  return [
    `<text x="${MARGIN}" y="${top - 6}">${title}: ms that the second output is ahead (dots: heard, line: believed); ${((lastMs - firstMs) / 1000).toFixed(0)} s</text>`,
    goal,
    ...[-RANGE_MS, -10, 0, 10, RANGE_MS].map(line),
    ...eventsMs.map((atMs) => `<line x1="${xOf(atMs)}" x2="${xOf(atMs)}" y1="${top}" y2="${top + STRIP_HEIGHT}" stroke="#c60"/>`),
    `<polyline points="${beliefs.map(({ atMs, aheadMs }) => `${xOf(atMs)},${yOf(aheadMs)}`).join(" ")}" fill="none" stroke="#88c"/>`,
    ...offsets.map(({ atMs, aheadMs }) => `<circle cx="${xOf(atMs)}" cy="${yOf(aheadMs)}" r="1.5" fill="#060"/>`),
  ];
}
