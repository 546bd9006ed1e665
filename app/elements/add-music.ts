/** <bt-add-music>: the file picker, and what is being imported, with a sentence for each file that could not be. */
import { css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { consume } from "@lit/context";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { jamContext } from "../state/services.ts";
import type { JamService } from "../state/services.ts";
import type { ImportView } from "../state/views.ts";
import { shared } from "../styles/shared.ts";
import { icons } from "./icons.ts";
import { RowFocus } from "./row-focus.ts";
import { WatchingElement } from "./watching-element.ts";

/** Failures up to here have a row each; more of them would push the queue off a phone's screen. */
const ROOMY_FAILURES = 2;

/** Endings besides `audio/*`: some systems give FLAC, Opus and M4A no audio type and would grey them out. */
const ACCEPTED = "audio/*,.mp3,.m4a,.aac,.flac,.opus,.ogg,.oga,.wav,.webm,.weba,.mka,.mp4";

@customElement("bt-add-music")
export class AddMusic extends WatchingElement {
  @consume({ context: jamContext }) private jam!: JamService;

  /** The first thing to do here, rather than one of several. */
  @property({ type: Boolean }) prominent = false;

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.75rem;
      }
      label {
        position: relative;
        width: 100%;
        white-space: nowrap;
      }
      label:focus-within {
        outline: 3px solid var(--accent);
        outline-offset: 2px;
      }
      ul {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.5rem;
      }
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: center;
        gap: 0.25rem 0.75rem;
        padding: 0.6rem 0.5rem 0.6rem 1rem;
        border-radius: var(--radius-small);
        background: var(--raised);
        font-size: 0.9375rem;
      }
      li:not(.failed) {
        padding-right: 1rem;
      }
      .failures {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: center;
        gap: 0.25rem 0.75rem;
        padding: 0.25rem 0.25rem 0.75rem 1rem;
        border-radius: var(--radius-small);
        background: var(--raised);
        font-size: 0.9375rem;
      }
      .failures ul {
        grid-column: 1 / -1;
        gap: 0.35rem;
        max-height: 8.5rem;
        padding-right: 0.75rem;
        overflow-y: auto;
        overscroll-behavior: contain;
        font-size: 0.8125rem;
      }
      .failures li {
        display: block;
        padding: 0;
        border-radius: 0;
        background: none;
        font-size: inherit;
      }
      .failures .problem {
        font-size: inherit;
      }
      progress {
        grid-column: 1 / -1;
        appearance: none;
        width: 100%;
        height: 6px;
        border: 0;
        border-radius: 3px;
        overflow: hidden;
        background: var(--line);
      }
      progress::-webkit-progress-bar {
        background: var(--line);
      }
      progress::-webkit-progress-value {
        background: var(--accent);
        transition: width var(--ease);
      }
      progress::-moz-progress-bar {
        background: var(--accent);
      }
    `,
  ];

  constructor() {
    super();
    new RowFocus(this, "input");
  }

  protected override updated(): void {
    this.toggleAttribute("busy", this.jam.imports.get().length > 0);
  }

  override render(): TemplateResult {
    const imports = this.jam.imports.get();
    const failed = imports.filter((item) => item.error !== null);
    const [current, ...waiting] = imports.filter((item) => item.error === null);
    const isCrowded = failed.length > ROOMY_FAILURES;
    const rows = [...(isCrowded ? [] : failed), ...(current ? [current] : [])];
    return html`
      <label class="button ${this.prominent ? "primary" : ""}">
        ${icons.plus}Add music
        <input class="spoken" type="file" multiple accept=${ACCEPTED} @change=${this.#pick} />
      </label>
      ${isCrowded ? this.#failures(failed) : nothing}
      ${
        rows.length === 0
          ? nothing
          : html`<ul aria-label="Imports">
              ${repeat(
                rows,
                (item) => item.id,
                (item) => (item.error === null ? this.#running(item) : this.#failed(item)),
              )}
              ${waiting.length > 0 ? html`<li class="quiet">${waiting.length} more waiting</li>` : nothing}
            </ul>`
      }
    `;
  }

  /** The newest is on top, and alone in being read out as it comes. */
  #failures(failed: readonly ImportView[]): TemplateResult {
    const newest = failed.at(-1);
    return html`<div class="failures">
      <strong id="failures">${failed.length} files could not be added</strong>
      <button class="button plain" @click=${() => this.#dismissAll(failed)}>Dismiss all</button>
      <ul aria-labelledby="failures" tabindex="0">
        ${repeat(
          failed.toReversed(),
          (item) => item.id,
          (item) => html`<li>${failure(item, item === newest)}</li>`,
        )}
      </ul>
    </div>`;
  }

  #failed(item: ImportView): TemplateResult {
    return html`<li class="failed">
      ${failure(item, true)}
      <button class="button plain round" aria-label="Dismiss ${item.fileName}" @click=${() => this.jam.dismissImport(item.id)}>
        ${icons.close}
      </button>
    </li>`;
  }

  #running(item: ImportView): TemplateResult {
    const percent = Math.round(item.progress * 100);
    return html`<li>
      <span class="cut">${item.fileName}</span><span class="quiet small" aria-hidden="true">${percent}%</span>
      <progress aria-label="Importing ${item.fileName}" max="1" .value=${item.progress}></progress>
    </li>`;
  }

  #dismissAll(failed: readonly ImportView[]): void {
    for (const { id } of failed) this.jam.dismissImport(id);
    this.renderRoot.querySelector("input")?.focus(); // the button goes with the list
  }

  #pick(event: Event & { target: HTMLInputElement }): void {
    this.jam.addFiles([...(event.target.files ?? [])]);
    event.target.value = ""; // so that choosing the same file again is a change again
  }
}

/** Not each is an alert: a folder of pictures would keep a screen reader talking for minutes. */
function failure({ fileName, error }: ImportView, isAlert: boolean): TemplateResult {
  return html`<p role=${isAlert ? "alert" : nothing}><strong>${fileName}</strong> <span class="problem">${error}</span></p>`;
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-add-music": AddMusic;
  }
}
