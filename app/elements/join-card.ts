/** <bt-join-card>: a name and the one gesture that browsers want before a page may sound. Reports `join-requested`. */
import { LitElement, css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { shared } from "../styles/shared.ts";

export class JoinRequestedEvent extends Event {
  readonly personName: string;

  constructor(personName: string) {
    super("join-requested");
    this.personName = personName;
  }
}

/** What people without a name are called. */
export const NAMELESS = "Guest";

@customElement("bt-join-card")
export class JoinCard extends LitElement {
  @property({ attribute: false }) jamId = "";
  /** The name given last time, or "". */
  @property({ attribute: false }) personName = "";

  static override styles = [
    shared,
    css`
      form {
        display: grid;
        gap: 1.25rem;
        width: min(100%, 420px);
        margin: 0 auto;
        padding: 2rem 1.5rem;
        text-align: center;
      }
      .field {
        text-align: left;
      }
      h1 {
        font-size: 1.75rem;
      }
      .button {
        min-height: 56px;
        font-size: 1.0625rem;
      }
    `,
  ];

  override render(): TemplateResult {
    return html`<form class="card" @submit=${this.#submit}>
      <div>
        <p class="quiet">You’re invited to</p>
        <h1>${this.jamId}</h1>
      </div>
      <label class="field">
        Your name
        <input name="name" type="text" maxlength="40" autocomplete="nickname" placeholder=${NAMELESS} .value=${this.personName} />
      </label>
      <button class="button primary">Join jam</button>
      <p class="quiet small">You will hear what everybody hears, and pass pieces of it on to others here.</p>
    </form>`;
  }

  #submit(event: SubmitEvent & { target: HTMLFormElement }): void {
    event.preventDefault();
    const name = new FormData(event.target).get("name");
    this.dispatchEvent(new JoinRequestedEvent(typeof name === "string" ? name.trim() : ""));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-join-card": JoinCard;
  }
}
