/** <bt-jam-settings>: one's own name, and what the host allows. */
import { html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { consume } from "@lit/context";
import { customElement, state } from "lit/decorators.js";
import { appContext, jamContext } from "../state/services.ts";
import type { AppService, JamService } from "../state/services.ts";
import { shared } from "../styles/shared.ts";
import { switchStyles } from "../styles/switch.ts";
import { icons } from "./icons.ts";
import { WatchingElement } from "./watching-element.ts";
import "./dialog.ts";

@customElement("bt-jam-settings")
export class JamSettings extends WatchingElement {
  @consume({ context: appContext }) private app!: AppService;
  @consume({ context: jamContext }) private jam!: JamService;

  @state() private isOpen = false;

  static override styles = [shared, switchStyles];

  override render(): TemplateResult {
    return html`
      <button class="button plain" @click=${() => (this.isOpen = true)}>${icons.settings}Settings</button>
      ${this.isOpen ? this.#dialog() : nothing}
    `;
  }

  #dialog(): TemplateResult {
    return html`<bt-dialog heading="Settings" @dialog-closed=${() => (this.isOpen = false)}>
      <label class="field">
        Your name
        <input type="text" maxlength="40" autocomplete="nickname" .value=${this.app.library.name.get()} @change=${this.#rename} />
      </label>
      ${
        this.jam.isHost.get()
          ? html`<label class="switch">
              Listeners may add songs
              <input
                type="checkbox"
                role="switch"
                .checked=${this.jam.listenersMayAdd.get()}
                @change=${(event: Event & { target: HTMLInputElement }) => this.jam.setListenersMayAdd(event.target.checked)}
              />
            </label>`
          : nothing
      }
    </bt-dialog>`;
  }

  #rename(event: Event & { target: HTMLInputElement }): void {
    const name = event.target.value.trim();
    if (name === "") return;
    this.app.library.setName(name);
    this.jam.rename(name);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-jam-settings": JamSettings;
  }
}
