/** <bt-invite>: the ways in: a link, a picture of it, and the system's own share sheet where there is one. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { consume } from "@lit/context";
import { customElement, property, state } from "lit/decorators.js";
import { jamContext } from "../state/services.ts";
import type { JamService } from "../state/services.ts";
import { shared } from "../styles/shared.ts";
import { icons } from "./icons.ts";
import { isLoopback } from "./loopback.ts";
import "./copy-button.ts";
import "./dialog.ts";
import "./qr-code.ts";

@customElement("bt-invite")
export class Invite extends LitElement {
  @consume({ context: jamContext }) private jam!: JamService;

  /** Where this page was opened; the link leads to the same server. */
  @property({ attribute: false }) pageUrl = location.href;

  @state() private isOpen = false;

  static override styles = [
    shared,
    css`
      bt-qr-code {
        width: min(100%, 260px);
        margin: 0 auto;
      }
      .code {
        text-align: center;
        font-size: 1.5rem;
        font-weight: 750;
        letter-spacing: -0.01em;
      }
      .ways {
        display: flex;
        flex-wrap: wrap;
        justify-content: center;
        gap: 0.75rem;
      }
      .centre {
        text-align: center;
      }
    `,
  ];

  override render(): TemplateResult {
    return html`
      <button class="button" @click=${() => (this.isOpen = true)}>${icons.invite}Invite</button>
      ${this.isOpen ? this.#dialog() : nothing}
    `;
  }

  #dialog(): TemplateResult {
    const url = new URL(`/j/${this.jam.jamId}`, this.pageUrl);
    const link = url.href;
    return html`<bt-dialog heading="Bring somebody in" @dialog-closed=${() => (this.isOpen = false)}>
      ${isLoopback(url.hostname) ? this.#wayOut(url.hostname) : html`<bt-qr-code .text=${link}></bt-qr-code>`}
      <div class="centre">
        <p class="code">${this.jam.jamId}</p>
        <p class="quiet small">${link}</p>
      </div>
      <div class="ways">
        <bt-copy-button label="Copy link" .text=${link}></bt-copy-button>
        ${"share" in navigator ? html`<button class="button" @click=${() => this.#share(link)}>${icons.share}Share</button>` : nothing}
      </div>
    </bt-dialog>`;
  }

  /** Instead of a code that would send a phone to itself. */
  #wayOut(hostname: string): TemplateResult {
    return html`<p>
      An address with <strong>${hostname}</strong> works on this computer only. For a link that phones and others on your network
      can open, go to the address that the server prints in its terminal under “On your network”, and invite from there.
    </p>`;
  }

  async #share(url: string): Promise<void> {
    try {
      await navigator.share({ title: "BeatTorrent", text: `Listen with me: ${this.jam.jamId}`, url });
    } catch {
      // The person closed the sheet; that is an answer, too.
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-invite": Invite;
  }
}
