/** <bt-sync>: how far this device is from everybody else's moment, in a few quiet words. */
import { css, html, nothing } from "lit";
import { consume } from "@lit/context";
import { customElement } from "lit/decorators.js";
import { jamContext } from "../state/services.ts";
import type { JamService } from "../state/services.ts";
import { shared } from "../styles/shared.ts";
import { WatchingElement } from "./watching-element.ts";

/** Below this two devices in one room sound like one: the Haas effect begins at about 30 ms. */
const IN_SYNC_MS = 25;

@customElement("bt-sync")
export class Sync extends WatchingElement {
  @consume({ context: jamContext }) private jam!: JamService;

  static override styles = [
    shared,
    css`
      :host {
        display: inline-flex;
        align-items: center;
        gap: 0.45em;
        min-height: 1.5em;
        color: var(--quiet);
        font-size: 0.8125rem;
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      .lamp {
        width: 8px;
        height: 8px;
        border-radius: 50%;
        background: var(--good);
      }
      .lamp.off {
        background: none;
        box-shadow: inset 0 0 0 2px var(--quiet);
      }
    `,
  ];

  override render(): unknown {
    const { driftMs, uncertaintyMs } = this.jam.sync.get();
    if (driftMs === null) return nothing;
    const errorMs = Math.round(Math.abs(driftMs));
    const inSync = errorMs <= IN_SYNC_MS;
    // The honest bound: what we see of ourselves, and how far the clock that we see it by may be off.
    const boundMs = Math.ceil(Math.abs(driftMs) + (uncertaintyMs ?? 0));
    const title = uncertaintyMs === null ? "" : `The clock is known to ±${Math.ceil(uncertaintyMs)} ms`;
    return html`<span class="lamp ${inSync ? "" : "off"}" aria-hidden="true"></span
      ><span title=${title}>${inSync ? `in sync ±${boundMs} ms` : `${errorMs} ms ${driftMs < 0 ? "behind" : "ahead"}`}</span>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-sync": Sync;
  }
}
