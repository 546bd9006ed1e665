/** <bt-transport-controls>: play, pause and next, for the host alone; everybody else does not see it. */
import { css, html } from "lit";
import type { TemplateResult } from "lit";
import { consume } from "@lit/context";
import { customElement } from "lit/decorators.js";
import { jamContext } from "../state/services.ts";
import type { JamService } from "../state/services.ts";
import { shared } from "../styles/shared.ts";
import { icons } from "./icons.ts";
import { WatchingElement } from "./watching-element.ts";

@customElement("bt-transport-controls")
export class TransportControls extends WatchingElement {
  @consume({ context: jamContext }) private jam!: JamService;

  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 0.75rem;
      }
      /* Keeps the large button in the middle. */
      :host::before {
        content: "";
        width: var(--touch);
      }
      .button.play {
        width: 68px;
        height: 68px;
      }
      .play svg {
        width: 30px;
        height: 30px;
      }
    `,
  ];

  override render(): TemplateResult {
    const isPlaying = this.jam.nowPlaying.get()?.playing === true;
    const hasMusic = this.jam.nowPlaying.get() !== null || this.jam.upNext.get().length > 0;
    // One button with two names, so that focus stays where it is.
    return html`
      <button
        class="button primary round play"
        aria-label=${isPlaying ? "Pause" : "Play"}
        ?disabled=${!hasMusic}
        @click=${() => (isPlaying ? this.jam.pause() : this.jam.play())}
      >
        ${isPlaying ? icons.pause : icons.play}
      </button>
      <button class="button plain round" aria-label="Next" ?disabled=${!hasMusic} @click=${() => this.jam.next()}>
        ${icons.next}
      </button>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-transport-controls": TransportControls;
  }
}
