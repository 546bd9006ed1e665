/** <bt-now-playing>: the track that everybody hears, large, and what one can do about it. */
import { css, html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { consume } from "@lit/context";
import { customElement } from "lit/decorators.js";
import { isOver } from "../state/jam-views.ts";
import { jamContext } from "../state/services.ts";
import type { JamService } from "../state/services.ts";
import type { EntryView, NowPlayingView } from "../state/views.ts";
import { shared } from "../styles/shared.ts";
import { icons } from "./icons.ts";
import type { SeekCommittedEvent } from "./seek-bar.ts";
import { WatchingElement } from "./watching-element.ts";
import "./chunk-map.ts";
import "./cover.ts";
import "./no-sound.ts";
import "./seek-bar.ts";
import "./sync.ts";
import "./transport-controls.ts";
import "./volume.ts";

@customElement("bt-now-playing")
export class NowPlaying extends WatchingElement {
  @consume({ context: jamContext }) private jam!: JamService;

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1rem;
        justify-items: center;
      }
      .stage {
        position: relative;
        width: min(100%, 46dvh, 440px);
        margin-bottom: 0.5rem;
      }
      bt-cover {
        --cover-radius: var(--radius);
        box-shadow: var(--shadow);
      }
      /* The picture's own light on the wall behind it. */
      .light {
        position: absolute;
        inset: 6% 2% -6%;
        z-index: -1;
        filter: blur(44px) saturate(1.4);
        opacity: var(--glow);
        transition: opacity 900ms;
      }
      .light.dim {
        opacity: calc(var(--glow) / 3);
      }
      @media (min-width: 900px) {
        .stage {
          width: min(100%, 40dvh, 440px);
        }
      }
      .words {
        display: grid;
        gap: 0.2rem;
        max-width: 100%;
        text-align: center;
      }
      h2 {
        font-size: clamp(1.375rem, 1.1rem + 1.4vw, 2rem);
        font-weight: 750;
      }
      .bar {
        width: 100%;
        max-width: 520px;
      }
      bt-chunk-map {
        margin: -6px 0 8px;
      }
      .beneath {
        display: flex;
        flex-wrap: wrap;
        justify-content: center;
      }
      .controls {
        display: grid;
        grid-template-columns: 1fr auto 1fr;
        align-items: center;
        gap: 0.5rem;
        width: 100%;
        max-width: 520px;
      }
      .controls > bt-transport-controls {
        grid-column: 2;
      }
      .controls > bt-volume {
        justify-self: end;
      }
      .controls.listening {
        grid-template-columns: minmax(0, 1fr) auto;
      }
      bt-volume {
        max-width: 9.5rem;
      }
      .waiting {
        position: absolute;
        inset: auto 0 0.9rem;
        margin: auto;
        width: fit-content;
        padding: 0.4em 0.9em;
        border-radius: 999px;
        background: var(--card);
        color: var(--text);
        font-size: 0.875rem;
        font-weight: 600;
      }
      .over {
        text-align: center;
        text-wrap: balance;
      }
      .silence {
        display: grid;
        gap: 0.6rem;
        justify-items: center;
        padding: 2.5rem 1.25rem;
        text-align: center;
      }
      .silence .record {
        color: var(--accent);
      }
      .silence .record svg {
        width: 56px;
        height: 56px;
      }
    `,
  ];

  override render(): TemplateResult {
    const now = this.jam.nowPlaying.get();
    return now ? this.#track(now) : this.#silence();
  }

  #track(now: NowPlayingView): TemplateResult {
    const { entry } = now;
    const isHost = this.jam.isHost.get();
    const isWaiting = this.jam.sound.get().kind === "buffering";
    return html`
      <div class="stage">
        <bt-cover
          class="light ${now.playing ? "" : "dim"}"
          aria-hidden="true"
          .trackId=${entry.trackId}
          .url=${entry.coverUrl}
        ></bt-cover>
        <bt-cover .trackId=${entry.trackId} .url=${entry.coverUrl}></bt-cover>
        <p role="status" class=${isWaiting ? "waiting" : "spoken"}>${isWaiting ? "Waiting for the music…" : nothing}</p>
      </div>
      ${this.#words(entry)}
      <bt-seek-bar
        class="bar"
        .playhead=${now}
        .durationMs=${entry.durationMs}
        ?interactive=${isHost}
        @seek-committed=${(event: SeekCommittedEvent) => this.jam.seek(event.positionMs)}
      >
        <bt-chunk-map .states=${this.jam.chunkMap.get()}></bt-chunk-map>
        <span slot="between" class="beneath"><bt-sync></bt-sync><bt-no-sound></bt-no-sound></span>
      </bt-seek-bar>
      ${
        isHost
          ? html`<div class="controls"><bt-transport-controls></bt-transport-controls><bt-volume></bt-volume></div>
              ${isOver(now, this.jam.upNext.get()) ? html`<p class="quiet over" role="status">That was the last song. Add music, and it goes on.</p>` : nothing}`
          : html`<div class="controls listening">${this.#whoIsDj(now)}<bt-volume></bt-volume></div>`
      }
    `;
  }

  #words(entry: EntryView): TemplateResult {
    const source = [entry.artist, entry.album].filter((part) => part !== "").join(" · ");
    return html`<div class="words">
      <h2>${entry.title}</h2>
      ${source === "" ? nothing : html`<p>${source}</p>`}
      ${
        entry.unplayableReason === null
          ? html`<p class="quiet small">added by ${entry.addedByName}</p>`
          : html`<p class="problem" role="alert">${entry.unplayableReason}</p>`
      }
    </div>`;
  }

  #whoIsDj(now: NowPlayingView): TemplateResult {
    const host = this.jam.members.get().find((member) => member.isHost);
    const pausing = now.playing
      ? ""
      : isOver(now, this.jam.upNext.get())
        ? " That was the last song."
        : " Paused for the moment.";
    return html`<p class="quiet small">${host ? `${host.name} is the DJ.` : "The DJ is away; the music goes on."}${pausing}</p>`;
  }

  #silence(): TemplateResult {
    const isHost = this.jam.isHost.get();
    const [heading, text] = this.#silentWords(isHost);
    return html`<div class="silence" role="status">
        <span class="record">${icons.note}</span>
        <h2>${heading}</h2>
        <p class="quiet">${text}</p>
      </div>
      ${isHost ? html`<bt-transport-controls></bt-transport-controls>` : nothing}`;
  }

  #silentWords(isHost: boolean): readonly [heading: string, text: string] {
    const connection = this.jam.connection.get().kind;
    if (connection === "joining") return ["Coming in…", "Looking for the others."];
    if (connection === "offline")
      return ["Waiting for the server", "It is out of reach just now. The jam goes on as soon as it answers."];
    if (this.jam.upNext.get().length > 0) {
      return ["Ready when you are", isHost ? "Everybody will hear it together." : "The DJ will start the music."];
    }
    return isHost
      ? ["It’s your jam", "Bring a song from this device, then share the link. The music travels from listener to listener."]
      : ["Quiet in here", "Nothing is playing yet. It starts here when the DJ puts something on."];
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bt-now-playing": NowPlaying;
  }
}
