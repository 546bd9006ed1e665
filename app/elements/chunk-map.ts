/**
 * <bt-chunk-map>: which pieces of the track are here. Height tells the states apart as well as colour does: held
 * stands tall, arriving is half way up, missing lies flat.
 */
import { LitElement, css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { ChunkMap as ChunkStates } from "../state/views.ts";

const HELD = 2;
const ARRIVING = 1;
/** Narrower bars than this melt into one another: neighbours then share a bar. */
const MIN_BAR_PX = 3;

/** One bar's worth: as good as its worst chunk, but arriving as soon as one of them is. */
export function barStates(states: ChunkStates, maxBars: number): number[] {
  const count = Math.min(states.length, Math.max(1, Math.floor(maxBars)));
  return Array.from({ length: count }, (_, bar) => {
    const from = Math.floor((bar * states.length) / count);
    const to = Math.max(from + 1, Math.floor(((bar + 1) * states.length) / count));
    const part = states.subarray(from, to);
    if (part.every((state) => state === HELD)) return HELD;
    return part.some((state) => state !== 0) ? ARRIVING : 0;
  });
}

@customElement("bt-chunk-map")
export class ChunkMap extends LitElement {
  @property({ attribute: false }) states: ChunkStates = new Uint8Array();

  readonly #resized = new ResizeObserver(() => this.#fit());
  /** Kept, because to ask for it while something changes costs the page a layout. */
  #size = { width: 0, height: 0 };
  readonly #scheme = matchMedia("(prefers-color-scheme: dark)");
  readonly #recolour = (): void => this.#fit();
  #colours: readonly string[] = [];
  /** The bars that stand on the canvas. */
  #drawn: readonly number[] = [];

  static override styles = css`
    :host {
      display: block;
      height: 14px;
    }
    canvas {
      display: block;
      width: 100%;
      height: 100%;
    }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resized.observe(this);
    this.#scheme.addEventListener("change", this.#recolour);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
    this.#scheme.removeEventListener("change", this.#recolour);
  }

  override render(): TemplateResult {
    return html`<canvas role="img" aria-label=${this.#describe()}></canvas>`;
  }

  protected override updated(): void {
    this.#draw();
  }

  get #canvas(): HTMLCanvasElement | null {
    return this.renderRoot.querySelector("canvas");
  }

  #describe(): string {
    const held = this.states.filter((state) => state === HELD).length;
    const arriving = this.states.filter((state) => state === ARRIVING).length;
    if (this.states.length === 0) return "Pieces of this track: not known yet";
    return `Pieces of this track: ${held} of ${this.states.length} here${arriving > 0 ? `, ${arriving} arriving` : ""}`;
  }

  /** Apart from drawing: a new size and the colours in force are dear, and seldom needed. */
  #fit(): void {
    const canvas = this.#canvas;
    if (!canvas) return;
    this.#size = { width: canvas.clientWidth, height: canvas.clientHeight };
    canvas.width = Math.round(this.#size.width * devicePixelRatio);
    canvas.height = Math.round(this.#size.height * devicePixelRatio);
    const style = getComputedStyle(this);
    this.#colours = ["--line", "--quiet", "--accent"].map((name) => style.getPropertyValue(name));
    this.#drawn = [];
    this.#draw();
  }

  /** Only what has changed: of a hundred bars that is seldom more than a few. */
  #draw(): void {
    const { width, height } = this.#size;
    const pen = width > 0 ? this.#canvas?.getContext("2d") : null;
    if (!pen) return;
    const heights = [3, height * 0.55, height];
    const bars = barStates(this.states, width / MIN_BAR_PX);
    const step = width / bars.length;
    const gap = step > 5 ? 2 : 1;
    // On whole pixels, or a bar that is wiped takes some of its neighbour along.
    const edge = (bar: number): number => Math.round(bar * step * devicePixelRatio) / devicePixelRatio;
    pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    const isSameTrack = bars.length === this.#drawn.length;
    if (!isSameTrack) pen.clearRect(0, 0, width, height);
    bars.forEach((state, bar) => {
      if (isSameTrack && state === this.#drawn[bar]) return;
      const barHeight = heights[state] ?? 3;
      const [left, right] = [edge(bar), edge(bar + 1)];
      pen.clearRect(left, 0, right - left, height);
      pen.fillStyle = this.#colours[state] ?? "";
      pen.beginPath();
      pen.roundRect(left, height - barHeight, right - left - gap, barHeight, Math.min(2, (right - left - gap) / 2));
      pen.fill();
    });
    this.#drawn = bars;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-chunk-map": ChunkMap;
  }
}
