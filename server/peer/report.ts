/** What the terminal shows: lines for what happened and, on a real terminal, one more that keeps changing. */
import { countOf, formatBytes } from "./amounts.ts";

export interface Progress {
  /** 0…1 of the programme. */
  readonly fraction: number;
  readonly tracks: number;
  readonly peers: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

/** The part of `process.stdout` that is needed. */
export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const BAR_CELLS = 24;
/** On plain output, a line for each so many per cent. */
const STEP_PERCENT = 10;

export class Report {
  readonly #terminal: Terminal;
  #status = "";
  #plain = "";

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  line(text: string): void {
    this.#terminal.write(this.#status === "" ? `${text}\n` : `\r\u001b[K${text}\n${this.#status}`);
  }

  progress(progress: Progress): void {
    if (this.#terminal.isTTY) this.#rewrite(drawBar(progress));
    else this.#tellStep(progress);
  }

  /** The changing line stays as it is from now on. */
  end(): void {
    if (this.#status !== "") this.#terminal.write("\n");
    this.#status = "";
  }

  #rewrite(status: string): void {
    if (status === this.#status) return;
    this.#status = status;
    this.#terminal.write(`\r\u001b[K${status}`);
  }

  #tellStep({ fraction, tracks, peers }: Progress): void {
    if (tracks === 0) return;
    const percent = Math.floor((fraction * 100) / STEP_PERCENT) * STEP_PERCENT;
    const plain = `${percent} % of ${countOf(tracks, "track")}, ${countOf(peers, "peer")}`;
    if (plain === this.#plain) return;
    this.#plain = plain;
    this.line(plain);
  }
}

function drawBar({ fraction, tracks, peers, receivedBytes, sentBytes }: Progress): string {
  const full = Math.floor(fraction * BAR_CELLS);
  const bar = "█".repeat(full) + "░".repeat(BAR_CELLS - full);
  const percent = `${Math.floor(fraction * 100)} %`.padStart(5);
  const traffic = `↓ ${formatBytes(receivedBytes)}  ↑ ${formatBytes(sentBytes)}`;
  return `${bar} ${percent}  ${countOf(tracks, "track")}  ${countOf(peers, "peer")}  ${traffic}`;
}
