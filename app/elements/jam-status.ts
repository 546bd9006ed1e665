/** <bt-jam-status>: what stands between this person and the music: no server, or sound that waits for a gesture. */
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
        border-radius: var(--radius);
        background: var(--raised);
        text-wrap: balance;
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

  #listening: AbortController | undefined;

  /** Any gesture will do, wherever it lands: somebody who opens the queue expects to hear the music, too. */
  override connectedCallback(): void {
    super.connectedCallback();
    this.#listening = new AbortController();
    const options = { capture: true, signal: this.#listening.signal };
    addEventListener("click", this.#unblock, options);
    addEventListener("keydown", this.#unblock, options);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#listening?.abort();
  }

  override render(): unknown {
    const isOffline = this.jam.connection.get().kind === "offline";
    const isBlocked = this.jam.sound.get().kind === "blocked";
    return html`
      <div role="status">${isOffline ? html`<p class="banner">${this.#offlineSentence()}</p>` : nothing}</div>
      ${isBlocked ? html`<button class="button primary hear">${icons.sound}Tap to hear</button>` : nothing}
    `;
  }

  #offlineSentence(): string {
    if (this.jam.nowPlaying.get() === null) return "Server unreachable – trying again…";
    return this.jam.isHost.get()
      ? "Server unreachable – the music goes on. Pausing, skipping and changes to the queue reach the others when it is back."
      : "Server unreachable – the music goes on";
  }

  readonly #unblock = (): void => {
    if (this.jam.sound.get().kind === "blocked") this.jam.unblockSound();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-jam-status": JamStatus;
  }
}
