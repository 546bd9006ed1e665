/** <bt-app>: the shell. Chooses the page by the path, hands the services down, and keeps links inside the app. */
import { css, html, nothing } from "lit";
import { provide } from "@lit/context";
import { customElement, property, state } from "lit/decorators.js";
import { appContext } from "../state/services.ts";
import type { AppService } from "../state/services.ts";
import { shared } from "../styles/shared.ts";
import { isPlainClick } from "./plain-click.ts";
import { WatchingElement } from "./watching-element.ts";
import "../pages/jam-page.ts";
import "../pages/start-page.ts";

@customElement("bt-app")
export class App extends WatchingElement {
  /** Nothing is shown before the services are there. */
  @provide({ context: appContext })
  @property({ attribute: false })
  app!: AppService;

  @state() private isUpdatePutOff = false;

  static override styles = [
    shared,
    css`
      :host {
        display: block;
      }
      .update {
        position: fixed;
        inset: auto 1rem max(1rem, env(safe-area-inset-bottom)) auto;
        z-index: 10;
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem;
        max-width: calc(100vw - 2rem);
        padding: 0.6rem 0.6rem 0.6rem 1.1rem;
        --button-padding: 0.8em;
        border: 1px solid var(--line);
        border-radius: 28px;
        background: var(--card);
        box-shadow: var(--shadow);
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener("click", this.#followLink);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener("click", this.#followLink);
  }

  override render(): unknown {
    if (!this.app) return nothing;
    const [, room, code] = this.app.path.get().split("/");
    const page =
      room === "j" ? html`<bt-jam-page .code=${decode(code ?? "")}></bt-jam-page>` : html`<bt-start-page></bt-start-page>`;
    return html`${page}${this.#update()}`;
  }

  #update(): unknown {
    const update = this.app.update.get();
    if (!update || this.isUpdatePutOff) return nothing;
    return html`<div class="update" role="status">
      <span>A new version is ready.</span>
      <button class="button primary" @click=${() => update.apply()}>Reload</button>
      <button class="button plain" @click=${() => (this.isUpdatePutOff = true)}>Later</button>
    </div>`;
  }

  /** A page load would stop the music and forget the gesture that allowed it. */
  readonly #followLink = (event: MouseEvent): void => {
    if (event.defaultPrevented || !isPlainClick(event)) return;
    const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
    if (!link || link.origin !== location.origin || link.target !== "") return;
    event.preventDefault();
    this.app.navigate(link.pathname);
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a stray "%" in the address: not a jam code in any case
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-app": App;
  }
}
