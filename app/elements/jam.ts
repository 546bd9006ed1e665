/** <bt-jam>: one jam, from its door to its end: the join card, then the room. */
import { css, html } from "lit";
import type { TemplateResult } from "lit";
import { consume } from "@lit/context";
import { customElement, property } from "lit/decorators.js";
import { appContext } from "../state/services.ts";
import type { AppService, JamService } from "../state/services.ts";
import { shared } from "../styles/shared.ts";
import type { FilesDroppedEvent } from "./drop-zone.ts";
import { icons } from "./icons.ts";
import { NAMELESS } from "./join-card.ts";
import type { JoinRequestedEvent } from "./join-card.ts";
import type { NoticeDismissedEvent } from "./notices.ts";
import { WatchingElement } from "./watching-element.ts";
import "./diagnostics.ts";
import "./drop-zone.ts";
import "./home-link.ts";
import "./invite.ts";
import "./jam-ended.ts";
import "./jam-settings.ts";
import "./jam-status.ts";
import "./join-card.ts";
import "./notices.ts";
import "./now-playing.ts";
import "./people.ts";
import "./up-next.ts";

const APP_NAME = "BeatTorrent";

@customElement("bt-jam")
export class Jam extends WatchingElement {
  @consume({ context: appContext }) private app!: AppService;

  /** Its parent provides the same jam by context, to everything further in. */
  @property({ attribute: false }) jam!: JamService;

  /** Past the door, in the last drawing. */
  #isInside = false;

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template: auto 1fr auto / minmax(0, 1fr);
        gap: 1.25rem;
        min-height: 100dvh;
        max-width: 1240px;
        margin: 0 auto;
        padding: 0.75rem 1rem max(1rem, env(safe-area-inset-bottom));
      }
      header {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        min-width: 0;
      }
      header h1 {
        flex: 1;
        min-width: 0;
        font-size: 1.125rem;
      }
      /* Takes the focus to be read out, not to be used. */
      header h1:focus {
        outline: none;
      }
      .door {
        align-self: center;
        padding-bottom: 12dvh;
      }
      main {
        display: grid;
        gap: 2rem;
        align-content: start;
        isolation: isolate;
      }
      main,
      .room,
      .side {
        grid-template-columns: minmax(0, 1fr);
      }
      .room,
      .side {
        display: grid;
        gap: 1.25rem;
      }
      footer {
        display: flex;
        flex-wrap: wrap;
        justify-content: center;
        gap: 0.25rem;
        font-size: 0.8125rem;
        --button-padding: 0.5em;
      }
      @media (min-width: 900px) {
        :host {
          padding: 1.25rem 2.5rem 1.5rem;
        }
        footer {
          font-size: 0.9375rem;
          --button-padding: 1em;
        }
        .room {
          grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr);
          gap: 3.5rem;
          align-items: start;
        }
        bt-now-playing {
          position: sticky;
          top: 1.5rem;
        }
      }
    `,
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.title = APP_NAME;
  }

  /** The tab says what plays in it. */
  protected override updated(): void {
    if (this.jam.connection.get().kind === "idle") this.#prepare();
    const title = this.jam.nowPlaying.get()?.entry.title ?? this.jam.jamId;
    document.title = `${title} · ${APP_NAME}`;
    this.#arrive();
  }

  override render(): TemplateResult {
    const connection = this.jam.connection.get();
    const name = this.app.library.name.get();
    if (connection.kind === "idle") {
      return this.#atDoor(
        html`<bt-join-card
          .jamId=${this.jam.jamId}
          .personName=${name}
          @join-requested=${this.#join}
          @focusin=${this.#prepare}
          @pointerdown=${this.#prepare}
        ></bt-join-card>`,
      );
    }
    if (connection.kind === "ended") {
      return this.#atDoor(
        html`<bt-jam-ended
          .reason=${connection.reason}
          @rejoin-requested=${() => this.jam.join(name === "" ? NAMELESS : name)}
        ></bt-jam-ended>`,
      );
    }
    return this.#room();
  }

  #atDoor(content: TemplateResult): TemplateResult {
    return html`<header><bt-home-link></bt-home-link></header>
      <main class="door">${content}</main>`;
  }

  #room(): TemplateResult {
    const mayAdd = this.jam.isHost.get() || this.jam.listenersMayAdd.get();
    return html`
      <header>
        <bt-home-link ?asks=${this.jam.nowPlaying.get()?.playing === true}></bt-home-link>
        <h1 class="cut" tabindex="-1">${this.jam.jamId}</h1>
        <bt-invite></bt-invite>
      </header>
      <main>
        <bt-jam-status></bt-jam-status>
        <div class="room">
          <bt-now-playing></bt-now-playing>
          <div class="side">
            <section class="card"><bt-up-next></bt-up-next></section>
            <section class="card"><bt-people></bt-people></section>
          </div>
        </div>
      </main>
      <footer>
        <bt-diagnostics></bt-diagnostics>
        <bt-jam-settings></bt-jam-settings>
        <button class="button plain" @click=${this.#leave}>${icons.leave}Leave jam</button>
      </footer>
      <bt-drop-zone ?open=${mayAdd} @files-dropped=${(event: FilesDroppedEvent) => this.jam.addFiles(event.files)}></bt-drop-zone>
      <bt-notices
        .notices=${this.jam.notices.get()}
        @notice-dismissed=${(event: NoticeDismissedEvent) => this.jam.dismissNotice(event.noticeId)}
      ></bt-notices>
    `;
  }

  /** What was pressed to come in is gone from the page, and the focus with it: the room's name is where one is now. */
  #arrive(): void {
    const heading = this.renderRoot.querySelector<HTMLElement>("header h1");
    if (heading && !this.#isInside && document.activeElement === document.body) heading.focus({ preventScroll: true });
    this.#isInside = heading !== null;
  }

  #prepare(): void {
    this.jam.prepare();
  }

  #join({ personName }: JoinRequestedEvent): void {
    if (personName !== "") this.app.library.setName(personName);
    this.jam.join(personName === "" ? NAMELESS : personName);
  }

  #leave(): void {
    this.jam.leave();
    this.app.navigate("/");
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-jam": Jam;
  }
}
