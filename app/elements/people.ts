/** <bt-people>: who is here, and how each is reached from this device. */
import { css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { consume } from "@lit/context";
import { customElement } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { jamContext } from "../state/services.ts";
import type { JamService } from "../state/services.ts";
import type { MemberView } from "../state/views.ts";
import { shared } from "../styles/shared.ts";
import { formatBytes } from "./bytes.ts";
import { WatchingElement } from "./watching-element.ts";

/** Each dark enough for pale letters (4.5:1 and more). */
const AVATAR_COLOURS = ["#2f6b5a", "#7a3f56", "#33517d", "#8a4b1f", "#5b4a86", "#5d6324"];

@customElement("bt-people")
export class People extends WatchingElement {
  @consume({ context: jamContext }) private jam!: JamService;

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.75rem;
      }
      ul {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.25rem;
      }
      li {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        min-height: 56px;
      }
      .avatar {
        position: relative;
        display: grid;
        place-items: center;
        flex: none;
        width: 44px;
        height: 44px;
        border-radius: 50%;
        color: #fdfaf0;
        font-weight: 700;
        font-size: 1.0625rem;
      }
      .words {
        flex: 1;
        min-width: 0;
      }
      .name {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        font-weight: 600;
      }
      .badge {
        flex: none;
        padding: 0.1em 0.6em;
        border-radius: 999px;
        background: var(--honey);
        color: var(--on-honey);
        font-size: 0.75rem;
        font-weight: 700;
      }
      .traffic {
        font-variant-numeric: tabular-nums;
        text-align: right;
        white-space: nowrap;
      }
    `,
  ];

  override render(): TemplateResult {
    const members = this.jam.members.get();
    return html`
      <h2>People${members.length > 1 ? html` <span class="quiet">${members.length}</span>` : nothing}</h2>
      <ul aria-label="People">
        ${repeat(
          members,
          (member) => member.peerId,
          (member) => this.#row(member),
        )}
      </ul>
    `;
  }

  #row(member: MemberView): TemplateResult {
    return html`<li>
      <span class="avatar" aria-hidden="true" style="background: ${avatarColour(member.peerId)}">${initial(member.name)}</span>
      <div class="words">
        <p class="name">
          <span class="cut">${member.name}</span>
          ${member.isHost ? html`<span class="badge">DJ</span>` : nothing}
        </p>
        <p class="quiet small">${member.isSelf ? "you" : describeLink(member.link)}</p>
      </div>
      ${member.isSelf ? nothing : this.#traffic(member)}
    </li>`;
  }

  #traffic({ bytesReceived, bytesSent }: MemberView): TemplateResult {
    return html`<p class="traffic quiet small">
      <span class="spoken">received</span><span aria-hidden="true">↓</span> ${formatBytes(bytesReceived)}<br />
      <span class="spoken">sent</span><span aria-hidden="true">↑</span> ${formatBytes(bytesSent)}
    </p>`;
  }
}

export function describeLink(link: MemberView["link"]): string {
  switch (link?.state) {
    case "connected": {
      const way = link.candidateType === "relay" ? "relayed" : "direct";
      return link.rttMs === null ? way : `${way}, ${Math.round(link.rttMs)} ms`;
    }
    case "connecting":
      return "connecting…";
    case "disconnected":
      return "connection interrupted…";
    case "failed":
      return "cannot be reached from here";
    default:
      return "no direct connection";
  }
}

function initial(name: string): string {
  return ([...name.trim()][0] ?? "?").toUpperCase();
}

function avatarColour(peerId: string): string {
  const sum = [...peerId].reduce((total, letter) => (total * 31 + letter.charCodeAt(0)) % 65_521, 7);
  return AVATAR_COLOURS[sum % AVATAR_COLOURS.length] ?? "";
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-people": People;
  }
}
