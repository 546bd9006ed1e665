/** <bt-recent-jams>: the ways back. */
import { css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { consume } from "@lit/context";
import { customElement } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { appContext } from "../state/services.ts";
import type { AppService } from "../state/services.ts";
import type { RecentJamView } from "../state/views.ts";
import { shared } from "../styles/shared.ts";
import { icons } from "./icons.ts";
import { RowFocus } from "./row-focus.ts";
import { WatchingElement } from "./watching-element.ts";

@customElement("bt-recent-jams")
export class RecentJams extends WatchingElement {
  @consume({ context: appContext }) private app!: AppService;

  static override styles = [
    shared,
    css`
      section {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.75rem;
      }
      li {
        display: flex;
        align-items: center;
        border-radius: var(--radius-small);
        transition: background-color var(--ease);
      }
      ul {
        margin: 0 -0.75rem;
      }
      li:hover {
        background: color-mix(in srgb, transparent, var(--text) 5%);
      }
      a {
        flex: 1;
        min-width: 0;
        padding: 0.5rem 0.75rem;
        border-radius: inherit;
        text-decoration: none;
      }
      .code {
        font-weight: 600;
      }
    `,
  ];

  constructor() {
    super();
    new RowFocus(this, "h2");
  }

  override render(): unknown {
    const jams = this.app.library.recentJams.get();
    if (jams.length === 0) return nothing;
    return html`<section>
      <h2 tabindex="-1">Recent jams</h2>
      <ul aria-label="Recent jams">
        ${repeat(
          jams,
          (jam) => jam.jamId,
          (jam) => this.#row(jam),
        )}
      </ul>
    </section>`;
  }

  #row(jam: RecentJamView): TemplateResult {
    const songs = jam.trackCount === 1 ? "1 song" : `${jam.trackCount} songs`;
    return html`<li>
      <a href="/j/${jam.jamId}">
        <p class="code cut">${jam.jamId}</p>
        <p class="quiet small">${jam.hostedByMe ? "your jam, " : ""}${songs}, ${formatDay(jam.lastVisitMs)}</p>
      </a>
      <button class="button plain round" aria-label="Forget ${jam.jamId}" @click=${() => this.app.library.forgetJam(jam.jamId)}>
        ${icons.close}
      </button>
    </li>`;
  }
}

/** A wall-clock reading as a day, in the person's own language. */
function formatDay(epochMs: number): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: "medium" }).format(epochMs);
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-recent-jams": RecentJams;
  }
}
