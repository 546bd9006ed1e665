/** <bt-library>: the tracks that this device keeps; they play without a jam and without a network. */
import { css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { consume } from "@lit/context";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { appContext } from "../state/services.ts";
import type { AppService } from "../state/services.ts";
import type { LibraryTrackView } from "../state/views.ts";
import { entryStyles } from "../styles/entry.ts";
import { shared } from "../styles/shared.ts";
import { formatBytes } from "./bytes.ts";
import { icons } from "./icons.ts";
import { formatTime } from "./playhead.ts";
import { RowFocus } from "./row-focus.ts";
import type { SeekCommittedEvent } from "./seek-bar.ts";
import { WatchingElement } from "./watching-element.ts";
import "./cover.ts";
import "./seek-bar.ts";

@customElement("bt-library")
export class Library extends WatchingElement {
  @consume({ context: appContext }) private app!: AppService;

  /** The track whose removal waits for a second word. */
  @state() private doomedTrackId: string | null = null;

  static override styles = [
    shared,
    entryStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.75rem;
      }
      header {
        display: flex;
        align-items: baseline;
        justify-content: space-between;
        gap: 1rem;
      }
      ul {
        margin: 0 -0.5rem;
      }
      bt-seek-bar {
        flex-basis: 100%;
        padding: 0.25rem 0.25rem 0.5rem;
      }
    `,
  ];

  constructor() {
    super();
    new RowFocus(this, "h2");
  }

  override render(): TemplateResult {
    const { library } = this.app;
    const tracks = library.tracks.get();
    const usage = library.usage.get();
    return html`
      <header>
        <h2 tabindex="-1">Your library</h2>
        ${usage && tracks.length > 0 ? html`<span class="quiet small">${formatBytes(usage.usedBytes)} on this device</span>` : nothing}
      </header>
      ${
        tracks.length === 0
          ? html`<p class="quiet">What you hear in a jam stays here, and plays offline too.</p>`
          : html`<ul aria-label="Library">
              ${repeat(
                tracks,
                (track) => track.trackId,
                (track) => this.#row(track),
              )}
            </ul>`
      }
    `;
  }

  #row(track: LibraryTrackView): TemplateResult {
    const { library } = this.app;
    const alone = library.playingAlone.get();
    const current = alone?.trackId === track.trackId ? alone : null;
    const isPlaying = current?.playing === true;
    const isDoomed = this.doomedTrackId === track.trackId;
    return html`<li class="entry">
      <bt-cover .trackId=${track.trackId} .url=${track.coverUrl}></bt-cover>
      <div class="words">
        <p class="title cut">${track.title}</p>
        <p class="quiet small cut">
          ${track.artist}${track.heldShare < 1 ? ` · ${Math.floor(track.heldShare * 100)}% here` : ""}
        </p>
      </div>
      <span class="length quiet small">${formatTime(track.durationMs)}</span>
      <button
        class="button round ${isPlaying ? "primary" : ""}"
        aria-label="${isPlaying ? "Pause" : "Play"} ${track.title}"
        @click=${() => (isPlaying ? library.pauseAlone() : library.playAlone(track.trackId))}
      >
        ${isPlaying ? icons.pause : icons.play}
      </button>
      <button
        class="button plain round"
        aria-label="Remove ${track.title}"
        aria-expanded=${isDoomed}
        @click=${() => (this.doomedTrackId = isDoomed ? null : track.trackId)}
      >
        ${icons.bin}
      </button>
      ${isDoomed ? this.#confirmRemoval(track) : nothing}
      ${
        current
          ? html`<bt-seek-bar
              interactive
              .playhead=${current}
              .durationMs=${track.durationMs}
              @seek-committed=${(event: SeekCommittedEvent) => library.seekAlone(event.positionMs)}
            ></bt-seek-bar>`
          : nothing
      }
    </li>`;
  }

  #confirmRemoval(track: LibraryTrackView): TemplateResult {
    return html`<div class="actions">
      <button class="button plain" @click=${() => (this.doomedTrackId = null)}>Keep it</button>
      <button class="button remove" @click=${() => this.app.library.removeTrack(track.trackId)}>
        ${icons.bin}Remove from this device (${formatBytes(track.bytes)})
      </button>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-library": Library;
  }
}
