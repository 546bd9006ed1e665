/** <bt-copy-button>: puts `text` on the clipboard and says so. */
import { LitElement, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { shared } from "../styles/shared.ts";
import { icons } from "./icons.ts";

@customElement("bt-copy-button")
export class CopyButton extends LitElement {
  @property() label = "Copy";
  @property({ attribute: false }) text = "";

  @state() private outcome: "none" | "copied" | "refused" = "none";

  static override styles = shared;

  override render(): TemplateResult {
    return html`
      <button class="button" @click=${this.#copy}>${this.outcome === "copied" ? icons.done : icons.copy}${this.label}</button>
      <span class="spoken" role="status">${this.outcome === "copied" ? "Copied" : ""}</span>
      ${this.outcome === "refused" ? html`<p class="problem" role="alert">The browser did not allow copying.</p>` : null}
    `;
  }

  async #copy(): Promise<void> {
    this.outcome = (await writeClipboard(this.text, this.renderRoot)) ? "copied" : "refused";
  }
}

/** The clipboard API is missing on plain http (a party on the local network), where the old command still works. */
async function writeClipboard(text: string, near: Node): Promise<boolean> {
  if ("clipboard" in navigator) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Refused, or the page is not focused: the old command may still do.
    }
  }
  const field = document.createElement("textarea");
  field.value = text;
  near.appendChild(field); // within the open dialog: outside of it nothing can be selected
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  return isCopied;
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-copy-button": CopyButton;
  }
}
