/** Short messages to the person, newest last; saying the same again moves it to the end instead of repeating it. */
import { signal } from "./signals.ts";
import type { Notice } from "./views.ts";
import type { Clock } from "../core/index.ts";

const MOST = 4;
/** Long enough to be read twice. Errors stay until they are dismissed. */
const SHOWN_MS = 12_000;

export class Notices {
  readonly list = signal<readonly Notice[]>([]);
  readonly #clock: Clock;
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  show(kind: Notice["kind"], text: string): void {
    this.#count += 1;
    const id = `notice-${this.#count}`;
    const others = this.list.get().filter((notice) => notice.text !== text);
    this.list.set([...others, { id, kind, text }].slice(-MOST));
    if (kind !== "error") this.#clock.schedule(SHOWN_MS, () => this.dismiss(id));
  }

  dismiss(id: string): void {
    this.list.set(this.list.get().filter((notice) => notice.id !== id));
  }
}
