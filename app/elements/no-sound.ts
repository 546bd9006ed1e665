/** <bt-no-sound>: "No sound?", and what there is to be done about it: what a tap mends first, then where else to look. */
import { css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { consume } from "@lit/context";
import { customElement, query, state } from "lit/decorators.js";
import { hintSentence, mendLabel, silenceSentence } from "../state/sentences.ts";
import { jamContext } from "../state/services.ts";
import type { JamService } from "../state/services.ts";
import type { Finding, Mend } from "../state/silence.ts";
import { beneathStyles } from "../styles/beneath.ts";
import { shared } from "../styles/shared.ts";
import { icons } from "./icons.ts";
import { WatchingElement } from "./watching-element.ts";
import "./dialog.ts";

@customElement("bt-no-sound")
export class NoSound extends WatchingElement {
  @consume({ context: jamContext }) private jam!: JamService;

  @state() private isOpen = false;
  @state() private hasPlayedTone = false;

  @query("#verdict") private verdict!: HTMLElement | null;

  static override styles = [
    shared,
    beneathStyles,
    css`
      .findings {
        display: grid;
        gap: 0.6rem;
      }
      .findings:focus {
        outline: none;
      }
      .finding {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 1rem;
        padding: 0.75rem 0.75rem 0.75rem 1rem;
        border-radius: var(--radius-small);
        background: var(--raised);
        font-weight: 600;
      }
      .finding .button {
        flex: none;
      }
      .tone {
        display: grid;
        gap: 0.6rem;
      }
      .elsewhere {
        display: grid;
        gap: 0.5rem;
        padding-top: 1rem;
        border-top: 1px solid var(--line);
      }
      h3 {
        font-size: 1rem;
      }
      .elsewhere ul {
        display: grid;
        gap: 0.4rem;
        padding-left: 1.1em;
        list-style: disc;
      }
    `,
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.isOpen) this.#close();
  }

  override render(): TemplateResult {
    return html`<button class="beneath" aria-haspopup="dialog" @click=${() => (this.isOpen = true)}>No sound?</button> ${
        this.isOpen ? this.#dialog() : nothing
      }`;
  }

  #dialog(): TemplateResult {
    const findings = this.jam.silence.get();
    return html`<bt-dialog heading="No sound?" @dialog-closed=${this.#close}>
      <div id="verdict" class="findings" tabindex="-1" role="status">
        ${
          findings.length === 0
            ? html`<p>As far as this page can tell, the music is playing here.</p>`
            : findings.map((finding) => this.#finding(finding))
        }
      </div>
      <div class="tone">
        <button class="button" @click=${this.#playTone}>${icons.sound}Play a test tone</button>
        <p class="small quiet" role="status">
          ${this.hasPlayedTone ? "Two notes. If you heard them, this device and its volume are fine." : nothing}
        </p>
      </div>
      <div class="elsewhere">
        <h3>What this page can’t see</h3>
        <ul class="small">
          ${this.jam.silenceHints.map((hint) => html`<li>${hintSentence(hint)}</li>`)}
        </ul>
      </div>
    </bt-dialog>`;
  }

  #finding({ cause, mend }: Finding): TemplateResult {
    return html`<div class="finding">
      <span>${silenceSentence(cause)}</span>
      ${
        mend === null
          ? nothing
          : html`<button class="button primary" @click=${() => this.#mend(mend)}>${mendLabel(mend)}</button>`
      }
    </div>`;
  }

  #mend(mend: Mend): void {
    const { level } = this.jam.volume.get();
    // What was tapped is gone from the page a moment later: what is left of the list is where one is then.
    this.verdict?.focus();
    switch (mend) {
      case "unmute":
        return this.jam.setVolume(level === 0 ? 1 : level, false);
      case "turn-up":
        return this.jam.setVolume(1, false);
      case "unblock":
        return this.jam.unblockSound();
      case "play-tone":
        return this.#playTone();
      case "play":
        return this.jam.play();
    }
  }

  #playTone(): void {
    this.jam.output.playTone();
    this.hasPlayedTone = true;
  }

  #close(): void {
    this.isOpen = false;
    this.hasPlayedTone = false;
    this.jam.output.close();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-no-sound": NoSound;
  }
}
