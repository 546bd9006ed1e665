/** <bt-up-next>: what follows, and for the host the means to change its order. */
import { css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { consume } from "@lit/context";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { jamContext } from "../state/services.ts";
import type { JamService } from "../state/services.ts";
import type { EntryView } from "../state/views.ts";
import { shared } from "../styles/shared.ts";
import { icons } from "./icons.ts";
import { formatTime } from "./playhead.ts";
import { RowFocus } from "./row-focus.ts";
import { SortableList } from "./sortable-list.ts";
import { WatchingElement } from "./watching-element.ts";
import { entryStyles } from "../styles/entry.ts";
import "./add-music.ts";
import "./cover.ts";
import "./pick-from-library.ts";

@customElement("bt-up-next")
export class UpNext extends WatchingElement {
  @consume({ context: jamContext }) private jam!: JamService;

  /** The row whose actions are unfolded: on a phone there is no room for all of them at once. */
  @state() private openEntryId: string | null = null;

  static override styles = [
    shared,
    entryStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.9rem;
      }
      header {
        display: flex;
        align-items: baseline;
        justify-content: space-between;
        gap: 1rem;
      }
      .adding {
        display: flex;
        flex-wrap: wrap;
        align-items: start;
        gap: 0.5rem;
        --button-padding: 0.7em;
      }
      bt-add-music {
        flex: 1 1 8.5rem;
      }
      /* Imports need the whole width. */
      bt-add-music[busy] {
        flex-basis: 100%;
      }
      ol {
        margin: 0 -0.5rem;
      }
    `,
  ];

  constructor() {
    super();
    new RowFocus(this, "h2");
    this.addController(
      new SortableList({
        list: () => (this.jam.isHost.get() ? this.renderRoot.querySelector<HTMLElement>("ol") : null),
        handle: ".grip",
        moved: (fromIndex, toIndex) => {
          const entry = this.jam.upNext.get()[fromIndex];
          if (entry) this.jam.moveEntry(entry.entryId, toIndex);
        },
      }),
    );
  }

  override render(): TemplateResult {
    const entries = this.jam.upNext.get();
    const isHost = this.jam.isHost.get();
    const mayAdd = isHost || this.jam.listenersMayAdd.get();
    const totalMs = entries.reduce((sum, entry) => sum + entry.durationMs, 0);
    return html`
      <header>
        <h2 id="heading" tabindex="-1">Up next</h2>
        ${entries.length > 0 ? html`<span class="quiet small">${countSongs(entries.length)}, ${formatTime(totalMs)}</span>` : nothing}
      </header>
      ${
        mayAdd
          ? html`<div class="adding">
              <bt-add-music ?prominent=${entries.length === 0}></bt-add-music><bt-pick-from-library></bt-pick-from-library>
            </div>`
          : nothing
      }
      <ol aria-labelledby="heading">
        ${repeat(
          entries,
          (entry) => entry.entryId,
          (entry, index) => this.#row(entry, index, entries.length, isHost),
        )}
      </ol>
      ${entries.length === 0 ? html`<p class="quiet small">${emptySentence(mayAdd)}</p>` : nothing}
    `;
  }

  #row(entry: EntryView, index: number, count: number, isHost: boolean): TemplateResult {
    const isOpen = this.openEntryId === entry.entryId;
    const hasActions = isHost || entry.canRemove;
    return html`<li class="entry">
      ${isHost ? html`<span class="grip" aria-hidden="true" title="Drag to reorder">${icons.grip}</span>` : nothing}
      <bt-cover .trackId=${entry.trackId} .url=${entry.coverUrl}></bt-cover>
      <div class="words">
        <p class="title cut">${entry.title}</p>
        <p class="quiet small cut">
          ${[formatTime(entry.durationMs), entry.artist, `from ${entry.addedByName}`].filter((part) => part !== "").join(" · ")}
        </p>
        ${entry.unplayableReason === null ? nothing : html`<p class="problem small">${entry.unplayableReason}</p>`}
      </div>
      ${this.#arrival(entry)}
      ${
        hasActions
          ? html`<button
              class="button plain round"
              aria-label="Actions for ${entry.title}"
              aria-expanded=${isOpen}
              @click=${() => (this.openEntryId = isOpen ? null : entry.entryId)}
            >
              ${icons.more}
            </button>`
          : nothing
      }
      ${isOpen ? this.#actions(entry, index, count, isHost) : nothing}
    </li>`;
  }

  /** A ring that closes as the track arrives, so one sees that the change of track will be seamless. */
  #arrival(entry: EntryView): TemplateResult {
    const percent = Math.floor(entry.heldShare * 100);
    const words = percent === 100 ? "all here" : `${percent} percent here`;
    return html`<span class="ring" role="img" aria-label=${words} title=${words} style="--held: ${percent}%"></span>`;
  }

  #actions(entry: EntryView, index: number, count: number, isHost: boolean): TemplateResult {
    return html`<div class="actions">
      ${
        isHost
          ? html`
              <button class="button" aria-label="Jump to ${entry.title}" @click=${() => this.jam.playEntry(entry.entryId)}>
                ${icons.play}Jump
              </button>
              <button
                class="button round"
                aria-label="Move ${entry.title} up"
                aria-disabled=${index === 0}
                @click=${() => this.#move(entry, index - 1)}
              >
                ${icons.up}
              </button>
              <button
                class="button round"
                aria-label="Move ${entry.title} down"
                aria-disabled=${index === count - 1}
                @click=${() => this.#move(entry, index + 1)}
              >
                ${icons.down}
              </button>
            `
          : nothing
      }
      ${
        entry.canRemove
          ? html`<button
              class="button remove"
              aria-label="Remove ${entry.title}"
              @click=${() => this.jam.removeEntry(entry.entryId)}
            >
              ${icons.bin}Remove
            </button>`
          : nothing
      }
    </div>`;
  }

  /** At an end there is no further: such a button says so and does nothing, since a disabled one would lose the focus. */
  #move(entry: EntryView, toIndex: number): void {
    if (toIndex >= 0 && toIndex < this.jam.upNext.get().length) this.jam.moveEntry(entry.entryId, toIndex);
  }
}

function countSongs(count: number): string {
  return count === 1 ? "1 song" : `${count} songs`;
}

function emptySentence(mayAdd: boolean): string {
  return mayAdd ? "Nothing yet. Add songs here, or drop them anywhere on this page." : "Nothing yet. The DJ chooses what comes.";
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-up-next": UpNext;
  }
}
