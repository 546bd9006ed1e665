/** Short messages to the person, newest last; saying the same again moves it to the end instead of repeating it. */
import { signal } from "./signals.ts";
import type { Notice } from "./views.ts";

const MOST = 4;

export class Notices {
  readonly list = signal<readonly Notice[]>([]);
  #count = 0;

  show(kind: Notice["kind"], text: string): void {
    this.#count += 1;
    const others = this.list.get().filter((notice) => notice.text !== text);
    this.list.set([...others, { id: `notice-${this.#count}`, kind, text }].slice(-MOST));
  }

  dismiss(id: string): void {
    this.list.set(this.list.get().filter((notice) => notice.id !== id));
  }
}
