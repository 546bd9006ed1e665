/** A simulated jam as one picture: above, how many chunks each peer had when; below, who fed whom. */
import type { PeerId } from "../../app/core/index.ts";
import type { SimWorld } from "./world.ts";

const WIDTH = 960;
const CURVES_HEIGHT = 360;
const MARGIN = 56;
const GAP = 72;
/** Shades of the matrix: few, so that all cells of one shade are one path. */
const SHADES = 6;

export function plotSvg(sim: SimWorld, title: string): string {
  const peerIds = sim.visits.map(({ peer }) => peer.peerId);
  const matrixSize = WIDTH - 2 * MARGIN;
  const matrixTop = MARGIN + CURVES_HEIGHT + GAP;
  const height = matrixTop + matrixSize + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="${MARGIN}" y="28" font-size="16">${escape(title)}</text>`,
    ...curves(sim),
    `<text x="${MARGIN}" y="${matrixTop - 14}">Who fed whom: a row gives, a column takes; the darker, the more chunks (the first is the origin)</text>`,
    ...matrix(sim, peerIds, matrixTop, matrixSize),
    "</svg>",
    "",
  ].join("\n");
}

function curves(sim: SimWorld): string[] {
  const lastMs = Math.max(sim.startedMs + 1, ...sim.arrivals.slice(-1).map(({ atMs }) => atMs));
  const pieceCount = sim.options.songs.reduce((sum, song) => sum + song.pieces.length, 0);
  const bottom = MARGIN + CURVES_HEIGHT;
  const xOf = (atMs: number): string =>
    (MARGIN + ((atMs - sim.startedMs) / (lastMs - sim.startedMs)) * (WIDTH - 2 * MARGIN)).toFixed(1);
  const yOf = (count: number): string => (bottom - (count / pieceCount) * CURVES_HEIGHT).toFixed(1);
  const points = new Map<PeerId, string[]>();
  for (const { peerId, atMs } of sim.arrivals) {
    const line = points.get(peerId) ?? [];
    line.push(`${xOf(atMs)},${yOf(line.length + 1)}`);
    points.set(peerId, line);
  }
  const seconds = ((lastMs - sim.startedMs) / 1000).toFixed(1);
  return [
    `<rect x="${MARGIN}" y="${MARGIN}" width="${WIDTH - 2 * MARGIN}" height="${CURVES_HEIGHT}" fill="none" stroke="#999"/>`,
    `<text x="${MARGIN}" y="${MARGIN - 8}">${pieceCount} chunks, one line per listener</text>`,
    `<text x="${MARGIN}" y="${bottom + 18}">0 s</text>`,
    `<text x="${WIDTH - MARGIN}" y="${bottom + 18}" text-anchor="end">${seconds} s</text>`,
    ...[...points.values()].map(
      (line, index) =>
        `<polyline points="${line.join(" ")}" fill="none" stroke="hsl(${(index * 137) % 360} 60% 45%)" stroke-opacity="0.6"/>`,
    ),
  ];
}

function matrix(sim: SimWorld, peerIds: readonly PeerId[], top: number, size: number): string[] {
  const places = new Map(peerIds.map((peerId, place) => [peerId, place]));
  const counts = new Map<number, number>();
  for (const { peerId, from } of sim.arrivals) {
    const cell = (places.get(from) ?? 0) * peerIds.length + (places.get(peerId) ?? 0);
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  const most = [...counts.values()].reduce((max, count) => Math.max(max, count), 1);
  const cellSize = size / peerIds.length;
  const side = cellSize.toFixed(2);
  const shades = Array.from({ length: SHADES }, (): string[] => []);
  for (const [cell, count] of counts) {
    const x = (MARGIN + (cell % peerIds.length) * cellSize).toFixed(2);
    const y = (top + Math.floor(cell / peerIds.length) * cellSize).toFixed(2);
    shades[Math.ceil((count / most) * SHADES) - 1]?.push(`M${x} ${y}h${side}v${side}h-${side}z`);
  }
  return [
    ...shades.map(
      (cells, shade) => `<path d="${cells.join("")}" fill="#0b5d4b" fill-opacity="${((shade + 1) / SHADES).toFixed(2)}"/>`,
    ),
    `<rect x="${MARGIN}" y="${top}" width="${size}" height="${size}" fill="none" stroke="#999"/>`,
  ];
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
