/** <bt-start-page>: `/`: start a jam, join one, or listen to what is here. */
import { css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { consume } from "@lit/context";
import { customElement, query, state } from "lit/decorators.js";
import { NAMELESS } from "../elements/join-card.ts";
import { icons, logo } from "../elements/icons.ts";
import { WatchingElement } from "../elements/watching-element.ts";
import { appContext } from "../state/services.ts";
import type { AppService } from "../state/services.ts";
import { shared } from "../styles/shared.ts";
import "../elements/library.ts";
import "../elements/recent-jams.ts";

@customElement("bt-start-page")
export class StartPage extends WatchingElement {
  @consume({ context: appContext }) private app!: AppService;

  @query("#name") private nameField!: HTMLInputElement;
  @query("#code") private codeField!: HTMLInputElement;

  @state() private codeProblem: string | null = null;

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 2rem;
        max-width: 1080px;
        margin: 0 auto;
        padding: 1.25rem 1rem 4rem;
      }
      .brand {
        display: flex;
        align-items: center;
        gap: 0.6rem;
        font-weight: 750;
        font-size: 1.125rem;
        letter-spacing: -0.01em;
      }
      .brand .button {
        margin-left: auto;
        font-size: 0.9375rem;
      }
      .columns {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 2.5rem;
        align-items: start;
      }
      .welcome,
      .kept {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1.75rem;
        min-width: 0;
      }
      h1 {
        font-size: clamp(2.5rem, 1.7rem + 3.4vw, 3.5rem);
        font-weight: 800;
        line-height: 1.02;
        letter-spacing: -0.035em;
      }
      h1 em {
        font-style: normal;
        color: var(--accent-text);
      }
      .lead {
        max-width: 34em;
        margin-top: 0.9rem;
        color: var(--quiet);
        font-size: 1.0625rem;
      }
      .card {
        display: grid;
        gap: 1.1rem;
        box-shadow: var(--shadow);
      }
      .wide {
        width: 100%;
        min-height: 60px;
        font-size: 1.125rem;
      }
      .or {
        display: flex;
        align-items: center;
        gap: 0.9rem;
        color: var(--quiet);
        font-size: 0.875rem;
      }
      .or::before,
      .or::after {
        content: "";
        flex: 1;
        height: 1px;
        background: var(--line);
      }
      form {
        display: grid;
        gap: 0.6rem;
      }
      .starting {
        gap: 1.1rem;
      }
      .joining {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0.6rem;
      }
      @media (min-width: 900px) {
        :host {
          padding: 2rem 2.5rem 5rem;
          gap: 4.5rem;
        }
        .columns {
          grid-template-columns: minmax(0, 1.1fr) minmax(0, 1fr);
          gap: 4.5rem;
        }
        .kept {
          padding-top: 0.5rem;
        }
      }
    `,
  ];

  override render(): TemplateResult {
    const install = this.app.install.get();
    return html`
      <header class="brand">
        ${logo}<span>BeatTorrent</span>
        ${install ? html`<button class="button" @click=${() => install.prompt()}>${icons.install}Install app</button>` : nothing}
      </header>
      <main class="columns">
        <div class="welcome">
          <div>
            <h1>Same song, <em>same moment</em></h1>
            <p class="lead">
              Start a jam and share its link. Everybody hears your music in step, and it travels from listener to listener, never
              through a server.
            </p>
          </div>
          ${this.#entrance()}
        </div>
        <div class="kept"><bt-recent-jams></bt-recent-jams><bt-library></bt-library></div>
      </main>
    `;
  }

  #entrance(): TemplateResult {
    return html`<div class="card">
      <form class="starting" @submit=${this.#start}>
        <label class="field">
          Your name
          <input
            id="name"
            type="text"
            maxlength="40"
            autocomplete="nickname"
            enterkeyhint="go"
            placeholder=${NAMELESS}
            .value=${this.app.library.name.get()}
          />
        </label>
        <button class="button primary wide">Start a jam</button>
      </form>
      <p class="or">or join your friends</p>
      <form @submit=${this.#join}>
        <label class="field" for="code">Jam code</label>
        <div class="joining">
          <input
            id="code"
            type="text"
            maxlength="200"
            placeholder="mellow-otter-42"
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            enterkeyhint="go"
            aria-describedby="problem"
            aria-invalid=${this.codeProblem !== null}
          />
          <button class="button">Join jam</button>
        </div>
        <p id="problem" class="problem" role="alert">${this.codeProblem}</p>
      </form>
    </div>`;
  }

  #start(event: SubmitEvent): void {
    event.preventDefault();
    this.#enter(this.app.library.newJamCode());
  }

  #join(event: SubmitEvent): void {
    event.preventDefault();
    const jamId = this.app.parseJamCode(this.codeField.value);
    this.codeProblem = jamId === null ? "A jam code is made of letters, digits and hyphens, like mellow-otter-42." : null;
    if (jamId === null) this.codeField.focus();
    else this.#enter(jamId);
  }

  /** Joins while the gesture still counts; the jam's page then finds itself inside already. */
  #enter(jamId: string): void {
    const name = this.nameField.value.trim();
    if (name !== "") this.app.library.setName(name);
    this.app.openJam(jamId).join(name === "" ? NAMELESS : name);
    this.app.navigate(`/j/${jamId}`);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-start-page": StartPage;
  }
}
