/** <bt-qr-code>: a link as a picture for a phone's camera. Dark on light in both schemes: many readers need that. */
import { LitElement, css, html } from "lit";
import type { TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import encodeQR from "qr";

@customElement("bt-qr-code")
export class QrCode extends LitElement {
  @property({ attribute: false }) text = "";

  static override styles = css`
    :host {
      display: block;
      aspect-ratio: 1;
      padding: 4%;
      border-radius: var(--radius);
      background: #fffdf6;
    }
    svg {
      display: block;
      width: 100%;
    }
  `;

  override render(): TemplateResult {
    const rows = encodeQR(this.text, "raw", { border: 1 });
    const path = rows.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
    return html`<svg
      role="img"
      aria-label="QR code of the link"
      viewBox="0 0 ${rows.length} ${rows.length}"
      shape-rendering="crispEdges"
    >
      <path d=${path} fill="#10231d" />
    </svg>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-qr-code": QrCode;
  }
}
