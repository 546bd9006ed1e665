/**
 * <bt-cover>: a track's picture, or, where it has none, a small composition of quarter circles drawn from its track
 * id, so that the same track looks the same on every device.
 */
import { LitElement, css, html, svg } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { shared } from "../styles/shared.ts";

const PALETTES = [
  ["#1f4a3f", "#f3e6c8", "#f2ae35", "#c8553d"],
  ["#22314a", "#8fb8c9", "#f5ead2", "#ef7a5a"],
  ["#4a2b3f", "#e7a6a1", "#f6ead7", "#d99a2b"],
  ["#55633a", "#e9d8b0", "#f8f0dc", "#b4512f"],
  ["#1f5c63", "#a9d3c0", "#f4ecd8", "#e0613f"],
  ["#2f2740", "#b9a7d1", "#f3e9da", "#f4a261"],
] as const;

const TILES_PER_SIDE = 4;

/** Shapes of one tile, on a square of side 1. */
const SHAPES: readonly ((x: number, y: number) => string)[] = [
  (x, y) => `M${x} ${y}h1a1 1 0 0 1-1 1z`,
  (x, y) => `M${x + 1} ${y}v1a1 1 0 0 1-1-1z`,
  (x, y) => `M${x + 1} ${y + 1}h-1a1 1 0 0 1 1-1z`,
  (x, y) => `M${x} ${y + 1}v-1a1 1 0 0 1 1 1z`,
  (x, y) => `M${x} ${y}a1 1 0 0 1 1 1a1 1 0 0 1-1-1z`,
  (x, y) => `M${x + 1} ${y}a1 1 0 0 1-1 1a1 1 0 0 1 1-1z`,
  (x, y) => `M${x + 0.15} ${y + 0.5}a.35.35 0 0 1 .7 0a.35.35 0 0 1-.7 0z`,
  () => "",
];

/** Any text will do; a track id is one that differs from track to track. */
export function placeholderCover(trackId: string): TemplateResult {
  const digits = [...trackId.padEnd(64, "0")].map((digit) => Number.parseInt(digit, 16) || 0);
  const palette = PALETTES[((digits[62] ?? 0) * 16 + (digits[63] ?? 0)) % PALETTES.length] ?? PALETTES[0];
  const grounds = palette.map(() => "");
  const figures = palette.map(() => "");
  for (let tile = 0; tile < TILES_PER_SIDE ** 2; tile++) {
    const [x, y] = [tile % TILES_PER_SIDE, Math.floor(tile / TILES_PER_SIDE)];
    const ground = (digits[tile * 3] ?? 0) % palette.length;
    const figure = (ground + 1 + ((digits[tile * 3 + 1] ?? 0) % (palette.length - 1))) % palette.length;
    grounds[ground] += `M${x} ${y}h1v1h-1z`;
    figures[figure] += SHAPES[(digits[tile * 3 + 2] ?? 0) % SHAPES.length]?.(x, y) ?? "";
  }
  const draw = (path: string, index: number): unknown => svg`<path d=${path} fill=${palette[index]} />`;
  return html`<svg viewBox="0 0 4 4" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
    <g shape-rendering="crispEdges">${grounds.map(draw)}</g>
    ${figures.map(draw)}
  </svg>`;
}

@customElement("bt-cover")
export class Cover extends LitElement {
  @property({ attribute: false }) trackId = "";
  @property({ attribute: false }) url: string | null = null;

  static override styles = [
    shared,
    css`
      :host {
        display: block;
        aspect-ratio: 1;
        overflow: hidden;
        border-radius: var(--cover-radius, var(--radius-small));
        background: var(--raised);
      }
      img,
      svg {
        display: block;
        width: 100%;
        height: 100%;
        object-fit: cover;
      }
    `,
  ];

  override render(): TemplateResult {
    return this.url ? html`<img src=${this.url} alt="" draggable="false" />` : placeholderCover(this.trackId);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-cover": Cover;
  }
}
