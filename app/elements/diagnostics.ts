/** <bt-diagnostics>: what `beatTorrent.diagnostics()` says, live and for people, and as text to send to somebody. */
import { LitElement, css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { consume } from "@lit/context";
import { customElement, state } from "lit/decorators.js";
import type { Diagnostics as Report } from "../state/diagnostics.ts";
import { jamContext } from "../state/services.ts";
import type { JamService } from "../state/services.ts";
import { shared } from "../styles/shared.ts";
import { formatBytes } from "./bytes.ts";
import { icons } from "./icons.ts";
import { formatTime } from "./playhead.ts";
import "./copy-button.ts";
import "./dialog.ts";

const REFRESH_MS = 1_000;
const SHOWN_EVENTS = 40;

const CLOCK_TELLERS: Record<Report["clock"]["from"], string> = {
  server: "the server",
  peers: "the others",
  own: "nobody just now: it runs on by itself",
};

@customElement("bt-diagnostics")
export class Diagnostics extends LitElement {
  @consume({ context: jamContext }) private jam!: JamService;

  @state() private isOpen = false;
  @state() private report: Report | null = null;
  @state() private problem: string | null = null;

  #timer: ReturnType<typeof setTimeout> | undefined;

  static override styles = [
    shared,
    css`
      h3 {
        margin-bottom: 0.35rem;
        font-size: 1rem;
      }
      dl {
        display: grid;
        grid-template-columns: fit-content(40%) minmax(0, 1fr);
        gap: 0.15rem 1rem;
        font-size: 0.875rem;
      }
      dt {
        color: var(--quiet);
      }
      dd {
        font-variant-numeric: tabular-nums;
        overflow-wrap: anywhere;
      }
      .events {
        font: 0.75rem/1.6 var(--mono);
        overflow-wrap: anywhere;
      }
      li + li {
        margin-top: 0.5rem;
      }
      .events li + li {
        margin-top: 0;
      }
    `,
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#close();
  }

  override render(): TemplateResult {
    return html`
      <button class="button plain" @click=${this.#open}>${icons.pulse}Diagnostics</button>
      ${
        this.isOpen
          ? html`<bt-dialog heading="What is going on" @dialog-closed=${this.#close}>
              ${this.problem === null ? nothing : html`<p class="problem" role="alert">${this.problem}</p>`}
              ${this.report === null ? html`<p class="quiet">Looking…</p>` : this.#sections(this.report)}
            </bt-dialog>`
          : nothing
      }
    `;
  }

  #open(): void {
    this.isOpen = true;
    void this.#refresh();
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.isOpen = false;
  }

  async #refresh(): Promise<void> {
    try {
      this.report = await this.jam.diagnostics();
      this.problem = null;
    } catch (error) {
      this.problem = `The figures could not be read: ${error instanceof Error ? error.message : String(error)}`;
    }
    clearTimeout(this.#timer); // closed and opened again meanwhile: one clock is enough
    if (this.isOpen) this.#timer = setTimeout(() => void this.#refresh(), REFRESH_MS);
  }

  #sections(report: Report): TemplateResult {
    const { playback, clock, store } = report;
    return html`
      <bt-copy-button label="Copy report" .text=${JSON.stringify(report, null, 2)}></bt-copy-button>
      ${section("This device", [
        ["Version", report.version],
        ["Peer", report.peerId],
        ["Part", report.host ? "host" : "listener"],
        ["Server", report.server],
      ])}
      ${section("Sound", [
        ["State", playback.state],
        ["Position", playback.positionMs === null ? "–" : formatTime(playback.positionMs)],
        ["Drift", milliseconds(playback.driftMs)],
        ["Output delay", milliseconds(playback.outputDelayMs)],
        ["Buffered ahead", `${(playback.bufferedAheadMs / 1000).toFixed(1)} s`],
        ["First sound after", milliseconds(playback.firstSoundMs)],
        ["Stalls", `${playback.stalls} (${Math.round(playback.stalledMs)} ms)`],
      ])}
      ${section("Clock", [
        ["Round trip", milliseconds(clock.rttMs)],
        ["Told by", CLOCK_TELLERS[clock.from]],
        ["Known to", clock.uncertaintyMs === null ? "–" : `±${clock.uncertaintyMs.toFixed(1)} ms`],
      ])}
      ${section("Store", [
        ["Used", `${formatBytes(store.usedBytes)} of ${formatBytes(store.budgetBytes)}`],
        ["Kept for good", store.persistent ? "yes" : "as long as the browser likes"],
      ])}
      <section>
        <h3>Links</h3>
        ${report.links.length === 0 ? html`<p class="quiet small">None.</p>` : nothing}
        <ul aria-label="Links">
          ${report.links.map(
            (link) =>
              html`<li class="small">
                <strong>${link.name}</strong> ${link.state}, ${link.candidateType}, ${milliseconds(link.rttMs)}, ↓
                ${formatBytes(link.bytesReceived)} ↑ ${formatBytes(link.bytesSent)}
              </li>`,
          )}
        </ul>
      </section>
      <section>
        <h3>Tracks</h3>
        ${report.tracks.length === 0 ? html`<p class="quiet small">None.</p>` : nothing}
        <ul aria-label="Tracks">
          ${report.tracks.map((track) => trackFigures(track))}
        </ul>
      </section>
      <section>
        <h3>Events</h3>
        <ul class="events" aria-label="Events">
          ${report.events
            .slice(-SHOWN_EVENTS)
            .reverse()
            .map(({ atMs, kind, ...details }) => html`<li>${(atMs / 1000).toFixed(2)} ${kind} ${describe(details)}</li>`)}
        </ul>
      </section>
    `;
  }
}

function trackFigures(track: Report["tracks"][number]): TemplateResult {
  const figures: [string, string][] = [
    [
      "Chunks",
      `${track.chunksHeld} of ${track.chunks}, ${formatBytes(track.bytes)}${track.origin ? ", brought by this device" : ""}`,
    ],
    ["From origin", formatBytes(track.bytesFromOrigin)],
    ["From listeners", formatBytes(track.bytesFromListeners)],
    ["From store", formatBytes(track.bytesFromStore)],
    ["Uploaded", formatBytes(track.bytesUploaded)],
    ["Twice, damaged", `${formatBytes(track.bytesDuplicate)}, ${track.hashFailures} chunks`],
  ];
  return html`<li><strong class="small">${track.title}</strong>${list(figures)}</li>`;
}

function section(heading: string, rows: readonly [string, string][]): TemplateResult {
  return html`<section>
    <h3>${heading}</h3>
    ${list(rows)}
  </section>`;
}

function list(rows: readonly [string, string][]): TemplateResult {
  return html`<dl>
    ${rows.map(
      ([term, value]) =>
        html`<dt>${term}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}

function milliseconds(value: number | null): string {
  return value === null ? "–" : `${Math.round(value)} ms`;
}

function describe(details: Record<string, unknown>): string {
  return Object.entries(details)
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-diagnostics": Diagnostics;
  }
}
