/** <bt-volume>: how loud this device is. It is nobody else's business. */
import { css, html } from "lit";
import type { TemplateResult } from "lit";
import { consume } from "@lit/context";
import { customElement } from "lit/decorators.js";
import { jamContext } from "../state/services.ts";
import type { JamService } from "../state/services.ts";
import { shared } from "../styles/shared.ts";
import { icons } from "./icons.ts";
import { WatchingElement } from "./watching-element.ts";

@customElement("bt-volume")
export class Volume extends WatchingElement {
  @consume({ context: jamContext }) private jam!: JamService;

  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 0.25rem;
      }
      input {
        width: 7rem;
        min-width: 0;
        height: var(--touch);
        margin: 0;
        accent-color: var(--accent);
        cursor: pointer;
      }
      /* Phones have keys for it, and no room. */
      @media (max-width: 599px) {
        input {
          display: none;
        }
      }
    `,
  ];

  override render(): TemplateResult {
    const { level, muted } = this.jam.volume.get();
    return html`
      <button
        class="button plain round"
        aria-label=${muted ? "Unmute" : "Mute"}
        @click=${() => this.jam.setVolume(level, !muted)}
      >
        ${muted || level === 0 ? icons.muted : icons.sound}
      </button>
      <input
        type="range"
        aria-label="Volume"
        aria-valuetext=${muted ? "muted" : `${Math.round(level * 100)} percent`}
        min="0"
        max="1"
        step="0.05"
        .value=${String(muted ? 0 : level)}
        @input=${(event: Event & { target: HTMLInputElement }) => this.jam.setVolume(event.target.valueAsNumber, false)}
      />
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-volume": Volume;
  }
}
