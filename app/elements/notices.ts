/** <bt-notices>: what happened, in a sentence, over the foot of the page; read aloud as it comes. */
import { LitElement, css, html } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Notice } from "../state/views.ts";
import { shared } from "../styles/shared.ts";
import { icons } from "./icons.ts";

/** Long enough to be read slowly; warnings and errors stay until they are dismissed. */
const INFO_SHOWN_MS = 7_000;

export class NoticeDismissedEvent extends Event {
  readonly noticeId: string;

  constructor(noticeId: string) {
    super("notice-dismissed");
    this.noticeId = noticeId;
  }
}

@customElement("bt-notices")
export class Notices extends LitElement {
  @property({ attribute: false }) notices: readonly Notice[] = [];

  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  static override styles = [
    shared,
    css`
      :host {
        position: fixed;
        inset: auto 0 max(1rem, env(safe-area-inset-bottom));
        z-index: 20;
        display: grid;
        justify-items: center;
        gap: 0.5rem;
        padding: 0 1rem;
        pointer-events: none;
      }
      .notice {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        width: fit-content;
        max-width: min(100%, 520px);
        padding: 0.35rem 0.35rem 0.35rem 1.25rem;
        border-radius: 26px;
        background: var(--text);
        color: var(--page);
        box-shadow: var(--shadow);
        pointer-events: auto;
        animation: arrive 220ms cubic-bezier(0.2, 0.7, 0.2, 1);
      }
      .notice p {
        flex: 1;
        padding: 0.5rem 0;
      }
      .notice .button.plain {
        color: inherit;
      }
      .notice.error::before,
      .notice.warning::before {
        content: "";
        flex: none;
        width: 10px;
        height: 10px;
        border-radius: 50%;
        background: var(--honey);
      }
      .notice.error::before {
        background: var(--alarm);
      }
      @keyframes arrive {
        from {
          transform: translateY(12px);
          opacity: 0;
        }
      }
      @media (prefers-reduced-motion: reduce) {
        .notice {
          animation: none;
        }
      }
    `,
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has("notices")) return;
    for (const { id, kind } of this.notices) {
      if (kind === "info" && !this.#timers.has(id))
        this.#timers.set(
          id,
          setTimeout(() => this.#dismiss(id), INFO_SHOWN_MS),
        );
    }
  }

  override render(): TemplateResult {
    return html`
      <div role="status">${this.#list(this.notices.filter(({ kind }) => kind !== "error"))}</div>
      <div role="alert">${this.#list(this.notices.filter(({ kind }) => kind === "error"))}</div>
    `;
  }

  #list(notices: readonly Notice[]): unknown {
    return repeat(
      notices,
      ({ id }) => id,
      ({ id, kind, text }) =>
        html`<div class="notice ${kind}">
          <p>${text}</p>
          <button class="button plain round" aria-label="Dismiss" @click=${() => this.#dismiss(id)}>${icons.close}</button>
        </div>`,
    );
  }

  #dismiss(id: string): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.dispatchEvent(new NoticeDismissedEvent(id));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-notices": Notices;
  }
}
