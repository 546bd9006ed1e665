/** <bt-pick-from-library>: adds to the jam what this device already keeps. Shows itself only when there is something. */
import { css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { consume } from "@lit/context";
import { customElement, state } from "lit/decorators.js";
import { appContext, jamContext } from "../state/services.ts";
import type { AppService, JamService } from "../state/services.ts";
import type { LibraryTrackView } from "../state/views.ts";
import { entryStyles } from "../styles/entry.ts";
import { shared } from "../styles/shared.ts";
import { icons } from "./icons.ts";
import { formatTime } from "./playhead.ts";
import { WatchingElement } from "./watching-element.ts";
import "./cover.ts";
import "./dialog.ts";

@customElement("bt-pick-from-library")
export class PickFromLibrary extends WatchingElement {
  @consume({ context: appContext }) private app!: AppService;
  @consume({ context: jamContext }) private jam!: JamService;

  @state() private isOpen = false;
  @state() private added: ReadonlySet<string> = new Set();

  static override styles = [
    shared,
    entryStyles,
    css`
      /* Takes its share of a row of ways to add music, or none at all. */
      :host {
        display: contents;
      }
      .wide {
        flex: 1 1 8.5rem;
        min-width: max-content;
        white-space: nowrap;
      }
    `,
  ];

  override render(): unknown {
    const tracks = this.app.library.tracks.get();
    if (tracks.length === 0) return nothing;
    return html`
      <button class="button wide" @click=${this.#open}>${icons.shelf}From library</button>
      ${
        this.isOpen
          ? html`<bt-dialog heading="Your library" @dialog-closed=${() => (this.isOpen = false)}>
              <ul aria-label="Library">
                ${tracks.map((track) => this.#row(track))}
              </ul>
            </bt-dialog>`
          : nothing
      }
    `;
  }

  #row(track: LibraryTrackView): TemplateResult {
    const isAdded = this.added.has(track.trackId);
    return html`<li class="entry">
      <bt-cover .trackId=${track.trackId} .url=${track.coverUrl}></bt-cover>
      <div class="words">
        <p class="title cut">${track.title}</p>
        <p class="quiet small cut">${track.artist}</p>
      </div>
      <span class="length quiet small">${formatTime(track.durationMs)}</span>
      <button class="button round" aria-label="Add ${track.title}" ?disabled=${isAdded} @click=${() => this.#add(track)}>
        ${isAdded ? icons.done : icons.plus}
      </button>
    </li>`;
  }

  #open(): void {
    this.added = new Set();
    this.isOpen = true;
  }

  #add(track: LibraryTrackView): void {
    this.jam.addFromLibrary(track.trackId);
    this.added = new Set([...this.added, track.trackId]);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-pick-from-library": PickFromLibrary;
  }
}
