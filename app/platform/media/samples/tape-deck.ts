/**
 * Plays a tape on the clock that counts samples. Where the music is follows from one line (this place at that frame, so
 * fast) and from nothing else: music that is missing is silence, and when it comes it sounds where it should be by then.
 */
import { Tape } from "./tape.ts";
import type { TapeBlock } from "./tape.ts";

/** Frames are whole and count the context's life at its sample rate. */
export interface TapeLine {
  readonly frame: number;
  readonly mediaMs: number;
  readonly rate: number;
}

export type DeckCommand =
  | { readonly kind: "add"; readonly block: TapeBlock }
  | { readonly kind: "remove"; readonly startMs: number; readonly endMs: number }
  /** From `frame` on, which may have passed, the music is where this line is. What sounded until then fades out. */
  | { readonly kind: "go"; readonly take: number; readonly line: TapeLine }
  | { readonly kind: "rate"; readonly rate: number }
  | { readonly kind: "stop" }
  | { readonly kind: "close" };

/** The line that is followed now, told whenever it becomes another. */
export interface DeckReport {
  /** Of the command that began it. */
  readonly take: number;
  readonly line: TapeLine;
}

interface Take {
  readonly take: number;
  readonly line: TapeLine;
}

export class TapeDeck {
  readonly #tape = new Tape();
  readonly #sampleRateHz: number;
  readonly #tell: (report: DeckReport) => void;
  #now: Take | null = null;
  #next: Take | null = null;
  #isStopping = false;
  #isClosed = false;
  #newRate: number | null = null;

  constructor(sampleRateHz: number, tell: (report: DeckReport) => void) {
    this.#sampleRateHz = sampleRateHz;
    this.#tell = tell;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  obey(command: DeckCommand): void {
    switch (command.kind) {
      case "add":
        return this.#tape.add(command.block);
      case "remove":
        return this.#tape.remove(command.startMs, command.endMs);
      case "go":
        this.#next = command;
        this.#newRate = null; // the new line has its own
        return;
      case "rate":
        this.#newRate = command.rate;
        return;
      case "stop":
        this.#next = null;
        this.#isStopping = true;
        return;
      case "close":
        this.#isClosed = true;
    }
  }

  /** @param frame of the first frame of `outputs`, which are of equal length */
  render(frame: number, outputs: readonly Float32Array[]): void {
    const until = frame + (outputs[0]?.length ?? 0);
    const due = this.#next && this.#next.line.frame < until ? this.#next : null;
    const wasSilent = this.#now === null;
    if (wasSilent && due) this.#begin(due);
    else this.#applyRate(frame);
    const { line } = this.#now ?? {};
    if (!line) {
      this.#isStopping = false;
      for (const output of outputs) output.fill(0);
      return;
    }
    const silent = wasSilent ? Math.max(0, line.frame - frame) : 0;
    for (const output of outputs) output.fill(0, 0, silent);
    const sounding = outputs.map((output) => output.subarray(silent));
    this.#tape.read(this.#placeAt(line, frame + silent), this.#stepMs(line), sounding);
    if (wasSilent) fade(sounding, "in");
    if (!this.#isStopping && (wasSilent || !due)) return;
    fade(sounding, "out");
    this.#now = null;
    this.#isStopping = false;
  }

  #begin({ take, line }: Take): void {
    this.#next = null;
    this.#follow({ take, line: { ...line, rate: this.#newRate ?? line.rate } });
    this.#newRate = null;
  }

  #applyRate(frame: number): void {
    if (!this.#now || this.#newRate === null) return;
    const { take, line } = this.#now;
    this.#follow({ take, line: { frame, mediaMs: this.#placeAt(line, frame), rate: this.#newRate } });
    this.#newRate = null;
  }

  #follow(take: Take): void {
    this.#now = take;
    this.#tell(take);
  }

  #placeAt(line: TapeLine, frame: number): number {
    return line.mediaMs + (frame - line.frame) * this.#stepMs(line);
  }

  #stepMs({ rate }: TapeLine): number {
    return (1000 * rate) / this.#sampleRateHz;
  }
}

/** Over all that is given (a render quantum: under 3 ms), so that nothing clicks. */
function fade(outputs: readonly Float32Array[], direction: "in" | "out"): void {
  for (const output of outputs) {
    for (let at = 0; at < output.length; at++) {
      const share = (at + 0.5) / output.length;
      output[at] = (output[at] ?? 0) * (direction === "in" ? share : 1 - share);
    }
  }
}
