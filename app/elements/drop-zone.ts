/** <bt-drop-zone>: files dropped anywhere on the page, and the invitation that shows while they hang over it. */
import { LitElement, css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { shared } from "../styles/shared.ts";
import { icons } from "./icons.ts";

export class FilesDroppedEvent extends Event {
  readonly files: readonly File[];

  constructor(files: readonly File[]) {
    super("files-dropped");
    this.files = files;
  }
}

@customElement("bt-drop-zone")
export class DropZone extends LitElement {
  /** Where nobody may add, a dropped file is swallowed all the same: else the browser would leave the jam to show it. */
  @property({ type: Boolean }) open = false;

  @state() private isOver = false;

  /** Entering a child comes before leaving its parent, so a depth is counted. */
  #depth = 0;
  #listening: AbortController | undefined;

  static override styles = [
    shared,
    css`
      .veil {
        position: fixed;
        inset: 0;
        z-index: 30;
        display: grid;
        place-items: center;
        padding: 1.5rem;
        background: var(--veil);
        backdrop-filter: blur(6px);
        pointer-events: none;
      }
      .target {
        display: grid;
        justify-items: center;
        gap: 0.75rem;
        padding: 3rem;
        width: min(100%, 480px);
        border: 3px dashed var(--accent);
        border-radius: 32px;
        background: var(--card);
        text-align: center;
        color: var(--text);
      }
      .words {
        font-size: 1.25rem;
        font-weight: 700;
      }
      .target svg {
        width: 56px;
        height: 56px;
        color: var(--accent);
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    addEventListener("dragenter", (event) => this.#enter(event), { signal });
    addEventListener("dragleave", (event) => this.#exit(event), { signal });
    addEventListener("dragover", (event) => this.#hover(event), { signal });
    addEventListener("drop", (event) => this.#drop(event), { signal });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#listening?.abort();
  }

  override render(): unknown {
    if (!this.isOver || !this.open) return nothing;
    return html`<div class="veil" role="status">
      <div class="target">
        ${icons.note}
        <p class="words">Let go to add it to the jam</p>
        <p class="quiet">One song, or a whole album.</p>
      </div>
    </div>`;
  }

  #enter(event: DragEvent): void {
    if (!carriesFiles(event)) return;
    this.#depth += 1;
    this.isOver = true;
  }

  #exit(event: DragEvent): void {
    if (!carriesFiles(event)) return;
    this.#depth -= 1;
    this.isOver = this.#depth > 0;
  }

  #hover(event: DragEvent): void {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = this.open ? "copy" : "none";
  }

  #drop(event: DragEvent): void {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    this.#depth = 0;
    this.isOver = false;
    const files = [...(event.dataTransfer?.files ?? [])];
    if (this.open && files.length > 0) this.dispatchEvent(new FilesDroppedEvent(files));
  }
}

/** Rows of the queue are dragged about too; those carry no files. */
function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") === true;
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-drop-zone": DropZone;
  }
}
