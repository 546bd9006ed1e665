/** <bt-jam-ended>: why this page has nothing more to do with the jam, and the ways on. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Connection } from "../state/views.ts";
import { shared } from "../styles/shared.ts";

type Reason = Extract<Connection, { kind: "ended" }>["reason"];

const SENTENCES: Readonly<Record<Reason, { readonly heading: string; readonly text: string; readonly canRejoin: boolean }>> = {
  replaced: {
    heading: "Listening elsewhere",
    text: "You opened this jam in another tab or window. It plays there now.",
    canRejoin: true,
  },
  refused: { heading: "Not today", text: "The server did not let this device into the jam.", canRejoin: true },
  "bad-jam": {
    heading: "No such jam",
    text: "This does not look like a jam code. Codes are letters, digits and hyphens.",
    canRejoin: false,
  },
  left: { heading: "See you", text: "You left the jam.", canRejoin: true },
};

@customElement("bt-jam-ended")
export class JamEnded extends LitElement {
  @property({ attribute: false }) reason: Reason = "left";

  static override styles = [
    shared,
    css`
      .card {
        display: grid;
        justify-items: center;
        gap: 1rem;
        width: min(100%, 420px);
        margin: 0 auto;
        padding: 2rem 1.5rem;
        text-align: center;
      }
      .ways {
        display: flex;
        flex-wrap: wrap;
        justify-content: center;
        gap: 0.75rem;
      }
    `,
  ];

  override render(): TemplateResult {
    const { heading, text, canRejoin } = SENTENCES[this.reason];
    return html`<div class="card">
      <h1>${heading}</h1>
      <p class="quiet">${text}</p>
      <div class="ways">
        ${canRejoin ? html`<button class="button primary" @click=${() => this.dispatchEvent(new Event("rejoin-requested"))}>Come back</button>` : nothing}
        <a class="button" href="/">To the start</a>
      </div>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-jam-ended": JamEnded;
  }
}
