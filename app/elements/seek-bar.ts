/**
 * <bt-seek-bar>: where the music is and how much there is of it. With `interactive` it is a slider that reports a
 * position once the person has decided on one (`seek-committed`), not on every movement of the thumb.
 */
import { LitElement, css, html } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { shared } from "../styles/shared.ts";
import { sliderStyles } from "../styles/slider.ts";
import { PlayheadTicker, formatTime, positionAt } from "./playhead.ts";
import type { Playhead } from "./playhead.ts";

const STEP_MS: Readonly<Record<string, number>> = {
  ArrowRight: 5_000,
  ArrowUp: 5_000,
  ArrowLeft: -5_000,
  ArrowDown: -5_000,
  PageUp: 30_000,
  PageDown: -30_000,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/** After this the jam has answered, or will not: the bar then shows where the music is. */
const ANSWER_WITHIN_MS = 1_500;

export class SeekCommittedEvent extends Event {
  readonly positionMs: number;

  constructor(positionMs: number) {
    super("seek-committed");
    this.positionMs = positionMs;
  }
}

@customElement("bt-seek-bar")
export class SeekBar extends LitElement {
  @property({ attribute: false }) playhead: Playhead | null = null;
  @property({ attribute: false }) durationMs = 0;
  @property({ type: Boolean }) interactive = false;

  /** Where the thumb is held, and after release where it was let go, until a new playhead comes. */
  @state() private heldMs: number | null = null;

  #isHolding = false;
  #release: ReturnType<typeof setTimeout> | undefined;

  static override styles = [
    shared,
    sliderStyles,
    css`
      :host {
        display: block;
      }
      .rail {
        background: linear-gradient(var(--accent), var(--accent)) 0 0 / var(--share) 100% no-repeat var(--line);
        transition: height var(--ease);
      }
      input {
        --thumb: 18px;
      }
      .bar:hover:has(input) .rail,
      .bar:focus-within .rail {
        height: 8px;
      }
      .times {
        display: flex;
        align-items: center;
        justify-content: space-between;
        color: var(--quiet);
        font-size: 0.8125rem;
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  constructor() {
    super();
    this.addController(new PlayheadTicker(this, () => this.playhead?.playing === true && this.heldMs === null));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#release);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("playhead") && !this.#isHolding) this.heldMs = null;
  }

  override render(): TemplateResult {
    const positionMs = this.#shownMs();
    const share = this.durationMs > 0 ? positionMs / this.durationMs : 0;
    const spoken = `${formatTime(positionMs)} of ${formatTime(this.durationMs)}`;
    return html`
      <div class="bar" style="--share: ${(share * 100).toFixed(3)}%">
        ${
          this.interactive
            ? html`<div class="rail"></div>
                ${this.#slider(positionMs, spoken)}`
            : html`<div
                class="rail"
                role="progressbar"
                aria-label="Position"
                aria-valuenow=${Math.round(share * 100)}
                aria-valuetext=${spoken}
              ></div>`
        }
      </div>
      <slot></slot>
      <div class="times">
        <span aria-hidden="true">${formatTime(positionMs)}</span>
        <slot name="between"></slot>
        <span aria-hidden="true">${formatTime(this.durationMs)}</span>
      </div>
    `;
  }

  #slider(positionMs: number, spoken: string): TemplateResult {
    return html`<input
      type="range"
      aria-label="Seek"
      aria-valuetext=${spoken}
      min="0"
      max=${this.durationMs / 1000}
      step="any"
      .value=${String(positionMs / 1000)}
      @input=${this.#hold}
      @change=${this.#commitInput}
      @keydown=${this.#moveByKey}
      @keyup=${this.#commitKeys}
      @blur=${this.#commitKeys}
    />`;
  }

  #shownMs(): number {
    if (this.heldMs !== null) return this.heldMs;
    return this.playhead ? positionAt(this.playhead, this.durationMs, performance.now()) : 0;
  }

  #hold(event: InputEvent & { target: HTMLInputElement }): void {
    this.#isHolding = true;
    this.heldMs = event.target.valueAsNumber * 1000;
  }

  #commitInput(event: Event & { target: HTMLInputElement }): void {
    this.#commit(event.target.valueAsNumber * 1000);
  }

  /** A key held down moves the thumb; the jam follows once, when it is let go. */
  #moveByKey(event: KeyboardEvent): void {
    const stepMs = STEP_MS[event.key];
    if (stepMs === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.#isHolding = true;
    this.heldMs = Math.min(Math.max(0, this.#shownMs() + stepMs), this.durationMs);
  }

  #commitKeys(): void {
    if (this.#isHolding && this.heldMs !== null) this.#commit(this.heldMs);
  }

  #commit(positionMs: number): void {
    this.#isHolding = false;
    this.heldMs = positionMs;
    clearTimeout(this.#release);
    this.#release = setTimeout(() => {
      if (!this.#isHolding) this.heldMs = null;
    }, ANSWER_WITHIN_MS);
    this.dispatchEvent(new SeekCommittedEvent(positionMs));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-seek-bar": SeekBar;
  }
}
