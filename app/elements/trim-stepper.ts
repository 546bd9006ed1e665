/**
 * <bt-trim-stepper .trimMs .limitMs>: moves this device earlier or later, in steps or along a bar whose middle is nothing at all.
 * It reports `trim-chosen` when a step is pressed or the thumb is let go, not on every movement: each is heard.
 */
import { LitElement, css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { shared } from "../styles/shared.ts";
import { sliderStyles } from "../styles/slider.ts";

export class TrimChosenEvent extends Event {
  readonly trimMs: number;

  constructor(trimMs: number) {
    super("trim-chosen");
    this.trimMs = trimMs;
  }
}

@customElement("bt-trim-stepper")
export class TrimStepper extends LitElement {
  @property({ attribute: false }) trimMs = 0;
  /** Either way. */
  @property({ attribute: false }) limitMs = 0;

  /** Where the thumb is held. */
  @state() private heldMs: number | null = null;

  static override styles = [
    shared,
    sliderStyles,
    css`
      :host {
        display: grid;
        gap: 0.25rem;
        justify-items: center;
        --button-padding: 0;
      }
      .steps {
        display: grid;
        grid-template-columns: auto auto minmax(0, 1fr) auto auto;
        align-items: center;
        gap: 0.35rem;
        width: 100%;
        font-variant-numeric: tabular-nums;
      }
      .button {
        width: 52px;
        min-height: 52px;
      }
      output {
        font-size: 1.75rem;
        font-weight: 750;
        letter-spacing: -0.02em;
        text-align: center;
        white-space: nowrap;
      }
      .unit {
        color: var(--quiet);
        font-size: 0.9375rem;
        font-weight: 600;
        letter-spacing: 0;
      }
      .bar {
        width: 100%;
      }
      /* Filled from the middle to the thumb, whose centre keeps half its width from the ends. */
      .rail {
        margin-inline: 11px;
        background:
          linear-gradient(var(--quiet), var(--quiet)) 50% / 2px 100% no-repeat,
          linear-gradient(90deg, transparent var(--from), var(--accent) var(--from) var(--to), transparent var(--to)),
          var(--line);
      }
      input {
        --thumb: 22px;
      }
      .ends {
        display: flex;
        justify-content: space-between;
        width: 100%;
        margin-top: -0.5rem;
      }
      @media (max-width: 359px) {
        .steps {
          gap: 0.2rem;
        }
        .button {
          width: 44px;
          min-height: 44px;
        }
        output {
          font-size: 1.375rem;
          line-height: 1;
        }
        .unit {
          display: block;
        }
      }
    `,
  ];

  override render(): TemplateResult {
    const shownMs = this.heldMs ?? this.trimMs;
    const [from, to] = [Math.min(shownMs, 0), Math.max(shownMs, 0)].map((ms) => `${50 + (50 * ms) / this.limitMs}%`);
    return html`
      <div class="steps" role="group" aria-label="Move this device">
        ${this.#step(-10)}${this.#step(-1)}
        <output>${format(shownMs)}<span class="unit"> ms</span></output>
        ${this.#step(1)}${this.#step(10)}
      </div>
      <div class="bar">
        <div class="rail" style="--from: ${from}; --to: ${to}"></div>
        <input
          type="range"
          aria-label="Trim"
          aria-valuetext=${describe(shownMs)}
          min=${-this.limitMs}
          max=${this.limitMs}
          step="1"
          .value=${String(shownMs)}
          @input=${(event: Event & { target: HTMLInputElement }) => (this.heldMs = event.target.valueAsNumber)}
          @change=${(event: Event & { target: HTMLInputElement }) => this.#choose(event.target.valueAsNumber)}
        />
      </div>
      <div class="ends small quiet" aria-hidden="true"><span>later</span><span>earlier</span></div>
      <span class="spoken" role="status">${describe(shownMs)}</span>
    `;
  }

  #step(stepMs: number): TemplateResult {
    const sign = stepMs < 0 ? "−" : "+";
    return html`<button
      class="button"
      aria-label="${Math.abs(stepMs)} ms ${stepMs < 0 ? "later" : "earlier"}"
      @click=${() => this.#choose(this.trimMs + stepMs)}
    >
      ${sign}${Math.abs(stepMs)}
    </button>`;
  }

  #choose(trimMs: number): void {
    this.heldMs = null;
    this.dispatchEvent(new TrimChosenEvent(trimMs));
  }
}

function format(trimMs: number): string {
  return `${trimMs > 0 ? "+" : trimMs < 0 ? "−" : ""}${Math.abs(trimMs)}`;
}

function describe(trimMs: number): string {
  return trimMs === 0 ? "not moved" : `${Math.abs(trimMs)} ms ${trimMs > 0 ? "earlier" : "later"}`;
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-trim-stepper": TrimStepper;
  }
}
