/** <bt-jam-status>: what stands between this person and the music: no server, sound blocked, the jam over. */
import { css, html, nothing } from "lit";
import { consume } from "@lit/context";
import { customElement } from "lit/decorators.js";
import { jamContext } from "../state/services.ts";
import type { JamService } from "../state/services.ts";
import { shared } from "../styles/shared.ts";
import { icons } from "./icons.ts";
import { WatchingElement } from "./watching-element.ts";

@customElement("bt-jam-status")
export class JamStatus extends WatchingElement {
  @consume({ context: jamContext }) private jam!: JamService;

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        justify-items: center;
        gap: 0.75rem;
      }
      .banner {
        padding: 0.6rem 1.25rem;
        border-radius: 999px;
        background: var(--raised);
        font-size: 0.9375rem;
        font-weight: 500;
        text-align: center;
      }
      .hear {
        min-height: 64px;
        padding-inline: 2rem;
        font-size: 1.1875rem;
      }
    `,
  ];

  override render(): unknown {
    const connection = this.jam.connection.get().kind;
    const isBlocked = this.jam.sound.get().kind === "blocked";
    return html`
      <div role="status">
        ${connection === "offline" ? html`<p class="banner">Server unreachable – the music goes on</p>` : nothing}
      </div>
      ${
        isBlocked
          ? html`<button class="button primary hear" @click=${() => this.jam.unblockSound()}>${icons.sound}Tap to hear</button>`
          : nothing
      }
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-jam-status": JamStatus;
  }
}
