/** <bt-home-link>: the logo, which leads to the start. In the middle of a song it asks first: leaving ends the music. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { shared } from "../styles/shared.ts";
import type { Dialog } from "./dialog.ts";
import { logo } from "./icons.ts";
import { isPlainClick } from "./plain-click.ts";
import "./dialog.ts";

@customElement("bt-home-link")
export class HomeLink extends LitElement {
  /** There is music that would stop. */
  @property({ type: Boolean }) asks = false;

  @state() private isOpen = false;

  @query("bt-dialog") private dialog!: Dialog;

  static override styles = [
    shared,
    css`
      .home {
        display: grid;
        place-items: center;
        width: var(--touch);
        height: var(--touch);
        border-radius: 50%;
      }
      .ways {
        display: flex;
        flex-wrap: wrap;
        justify-content: end;
        gap: 0.75rem;
      }
    `,
  ];

  override render(): TemplateResult {
    return html`<a class="home" href="/" aria-label="BeatTorrent, to the start" @click=${this.#ask}>${logo}</a>
      ${this.isOpen ? this.#dialog() : nothing}`;
  }

  #dialog(): TemplateResult {
    return html`<bt-dialog heading="Leave the page?" @dialog-closed=${() => (this.isOpen = false)}>
      <p>The music stops here. The way back is under “Recent jams”.</p>
      <div class="ways">
        <a class="button" href="/">Go</a>
        <button class="button primary" @click=${() => this.dialog.close()}>Stay</button>
      </div>
    </bt-dialog>`;
  }

  #ask(event: MouseEvent): void {
    if (!this.asks || !isPlainClick(event)) return;
    event.preventDefault();
    this.isOpen = true;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-home-link": HomeLink;
  }
}
