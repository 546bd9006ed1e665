/** <bt-adjust-sync>: lines this device up with the others in the room by ear, and says what its sync is made of. */
import { css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { consume } from "@lit/context";
import { customElement } from "lit/decorators.js";
import { jamContext } from "../state/services.ts";
import type { JamService } from "../state/services.ts";
import { shared } from "../styles/shared.ts";
import { switchStyles } from "../styles/switch.ts";
import { WatchingElement } from "./watching-element.ts";
import "./dialog.ts";
import "./trim-stepper.ts";
import type { TrimChosenEvent } from "./trim-stepper.ts";

@customElement("bt-adjust-sync")
export class AdjustSync extends WatchingElement {
  @consume({ context: jamContext }) private jam!: JamService;

  static override styles = [
    shared,
    switchStyles,
    css`
      .trim {
        display: grid;
        justify-items: center;
      }
      bt-trim-stepper {
        width: 100%;
      }
      .kept {
        display: flex;
        align-items: center;
        justify-content: center;
        gap: 0.25rem;
        min-height: var(--touch);
        max-width: 100%;
        --button-padding: 0.7em;
      }
      .clicks {
        padding-top: 0.75rem;
        border-top: 1px solid var(--line);
      }
      dl {
        display: grid;
        grid-template-columns: fit-content(45%) minmax(0, 1fr);
        gap: 0.25rem 1rem;
        padding-top: 1rem;
        border-top: 1px solid var(--line);
        font-size: 0.875rem;
      }
      dt {
        color: var(--quiet);
      }
      dd {
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  /** Opened by a tap: the moment in which the audio hardware may be woken, to ask it how late it is. */
  override connectedCallback(): void {
    super.connectedCallback();
    this.jam.output.open();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.jam.output.close();
  }

  override render(): TemplateResult {
    const { output } = this.jam;
    const trimMs = output.trimMs.get();
    return html`<bt-dialog heading="Adjust sync" @dialog-closed=${() => this.dispatchEvent(new Event("dialog-closed"))}>
      <p>Does this device sound later than the others in the room? Move it earlier until they sound as one.</p>
      <div class="trim">
        <bt-trim-stepper
          .trimMs=${trimMs}
          .limitMs=${output.trimLimitMs}
          @trim-chosen=${(event: TrimChosenEvent) => output.setTrim(event.trimMs)}
        ></bt-trim-stepper>
        <div class="kept small quiet">
          <span class="cut">Kept for ${output.output.get()?.name ?? "this device"}</span>
          ${trimMs === 0 ? nothing : html`<button class="button plain" @click=${() => output.setTrim(0)}>Reset</button>`}
        </div>
      </div>
      <div class="clicks">
        <label class="switch">
          Metronome
          <input
            type="checkbox"
            role="switch"
            aria-describedby="clicks"
            .checked=${output.isClicking.get()}
            @change=${(event: Event & { target: HTMLInputElement }) => output.setClicking(event.target.checked)}
          />
        </label>
        <p id="clicks" class="quiet small">
          Switch it on here and on another device: both click at the same moments, and the music is silent on them. Move this one
          until the clicks fall together, then listen to the music once more.
        </p>
      </div>
      ${this.#parts()}
    </bt-dialog>`;
  }

  /** What the bound beneath the seek bar is made of, and what no device can know of itself. */
  #parts(): TemplateResult {
    const { driftMs, uncertaintyMs, isSettled } = this.jam.sync.get();
    const { state, latencyMs } = this.jam.output.speaker.get();
    return html`<dl>
      <dt>This device</dt>
      <dd>${driftMs === null ? "not playing" : isSettled ? offset(driftMs) : "settling…"}</dd>
      <dt>Shared clock</dt>
      <dd>${uncertaintyMs === null ? "not known yet" : `known to ±${Math.ceil(uncertaintyMs)} ms`}</dd>
      <dt>Loudspeaker</dt>
      <dd>${state !== "running" || latencyMs === null ? "asking…" : latencySentence(latencyMs)}</dd>
    </dl>`;
  }
}

function offset(driftMs: number): string {
  const errorMs = Math.abs(driftMs);
  return errorMs < 0.5 ? "on the moment" : `${errorMs.toFixed(0)} ms ${driftMs < 0 ? "behind" : "ahead"}`;
}

function latencySentence(latencyMs: number): string {
  return latencyMs === 0
    ? "Tells of no delay of its own. What it keeps quiet about, only your ear can tell."
    : `Tells of ${latencyMs} ms, which is already taken into account. What it keeps quiet about, only your ear can tell.`;
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-adjust-sync": AdjustSync;
  }
}
