/**
 * <bt-dialog heading="…" open>: a window over the page, on a phone a sheet from below. It reports `dialog-closed`;
 * whoever opened it takes it away.
 */
import { LitElement, css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { shared } from "../styles/shared.ts";
import { icons } from "./icons.ts";

@customElement("bt-dialog")
export class Dialog extends LitElement {
  @property() heading = "";

  static override styles = [
    shared,
    css`
      dialog {
        display: flex;
        flex-direction: column;
        width: min(100vw, 560px);
        max-width: none;
        max-height: min(86dvh, 760px);
        margin: auto auto 0;
        padding: 0 0 env(safe-area-inset-bottom);
        border: 1px solid var(--line);
        border-radius: 28px 28px 0 0;
        background: var(--card);
        color: var(--text);
        /* Not those of the place that it was opened from. */
        font-size: 1rem;
        --button-padding: initial;
        box-shadow: var(--shadow);
        overflow: hidden;
        animation: rise 240ms cubic-bezier(0.2, 0.7, 0.2, 1);
      }
      dialog::backdrop {
        background: var(--veil);
      }
      .head {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 1rem;
        padding: 0.9rem 0.9rem 0.4rem 1.5rem;
      }
      h2 {
        font-size: 1.25rem;
      }
      .content {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1rem;
        padding: 0.5rem 1.5rem 1.5rem;
        overflow: auto;
        overscroll-behavior: contain;
      }
      @keyframes rise {
        from {
          transform: translateY(24px);
          opacity: 0;
        }
      }
      @media (min-width: 600px) {
        dialog {
          margin: auto;
          border-radius: 28px;
        }
      }
      @media (prefers-reduced-motion: reduce) {
        dialog {
          animation: none;
        }
      }
    `,
  ];

  protected override firstUpdated(): void {
    this.#dialog?.showModal();
  }

  /** Gives the focus back to where it was, and reports as if the person had closed it. */
  close(): void {
    this.#dialog?.close();
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector("dialog");
  }

  override render(): TemplateResult {
    return html`<dialog aria-labelledby="heading" @close=${this.#report} @click=${this.#closeFromOutside}>
      <div class="head">
        <h2 id="heading">${this.heading}</h2>
        <button class="button plain round" aria-label="Close" @click=${this.close}>${icons.close}</button>
      </div>
      <div class="content" tabindex="-1"><slot></slot></div>
    </dialog>`;
  }

  /** A click on the backdrop lands on the dialog itself, outside its box. */
  #closeFromOutside(event: MouseEvent): void {
    if (event.target !== this.#dialog) return;
    const box = this.#dialog?.getBoundingClientRect();
    const isInside =
      box && event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!isInside) this.close();
  }

  #report(): void {
    this.dispatchEvent(new Event("dialog-closed"));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-dialog": Dialog;
  }
}
