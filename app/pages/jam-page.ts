/** <bt-jam-page>: `/j/:jam`: opens the jam and hands it to everything within. The shell closes it with the page. */
import { LitElement, html } from "lit";
import type { PropertyValues, TemplateResult } from "lit";
import { ContextProvider, consume } from "@lit/context";
import { customElement, property } from "lit/decorators.js";
import { appContext, jamContext } from "../state/services.ts";
import type { AppService, JamService } from "../state/services.ts";
import "../elements/jam-ended.ts";
import "../elements/jam.ts";

@customElement("bt-jam-page")
export class JamPage extends LitElement {
  @consume({ context: appContext }) private app!: AppService;

  /** As it stands in the address: not yet known to be a jam code. */
  @property({ attribute: false }) code = "";

  readonly #provider = new ContextProvider(this, { context: jamContext });
  #jam: JamService | null = null;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("code")) return;
    const jamId = this.app.parseJamCode(this.code);
    this.#jam = jamId === null ? null : this.app.openJam(jamId);
    if (this.#jam) this.#provider.setValue(this.#jam);
  }

  override render(): TemplateResult {
    if (!this.#jam) return html`<bt-jam-ended .reason=${"bad-jam" as const}></bt-jam-ended>`;
    return html`<bt-jam .jam=${this.#jam}></bt-jam>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-jam-page": JamPage;
  }
}
