/** <bt-sync>: how far this device is from everybody else's moment, in a few quiet words, and the way to adjust it. */
import { css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { consume } from "@lit/context";
import { customElement, state } from "lit/decorators.js";
import { jamContext } from "../state/services.ts";
import type { JamService } from "../state/services.ts";
import { judgeSync } from "../state/sync-view.ts";
import type { SyncVerdict } from "../state/sync-view.ts";
import { beneathStyles } from "../styles/beneath.ts";
import { shared } from "../styles/shared.ts";
import { WatchingElement } from "./watching-element.ts";
import "./adjust-sync.ts";

@customElement("bt-sync")
export class Sync extends WatchingElement {
  @consume({ context: jamContext }) private jam!: JamService;

  @state() private isOpen = false;

  static override styles = [
    shared,
    beneathStyles,
    css`
      :host {
        display: inline-flex;
      }
      .lamp {
        width: 8px;
        height: 8px;
        border-radius: 50%;
        box-shadow: inset 0 0 0 2px var(--quiet);
      }
      .lamp.on {
        background: var(--good);
        box-shadow: none;
      }
    `,
  ];

  override render(): TemplateResult {
    const verdict = judgeSync(this.jam.sync.get());
    return html`<button class="beneath" aria-haspopup="dialog" title="Adjust sync" @click=${() => (this.isOpen = true)}>
        <span class="lamp ${verdict.kind === "in-step" ? "on" : ""}" aria-hidden="true"></span>${describe(verdict)}
      </button>
      ${this.isOpen ? html`<bt-adjust-sync @dialog-closed=${() => (this.isOpen = false)}></bt-adjust-sync>` : nothing}`;
  }
}

function describe(verdict: SyncVerdict): string {
  switch (verdict.kind) {
    case "silent":
      return "Adjust sync";
    case "settling":
      return "settling…";
    case "in-step":
      return `in sync ±${verdict.boundMs} ms`;
    case "about":
      return `roughly in sync ±${verdict.boundMs} ms`;
    case "off":
      return `${Math.abs(Math.round(verdict.driftMs))} ms ${verdict.driftMs < 0 ? "behind" : "ahead"}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-sync": Sync;
  }
}
