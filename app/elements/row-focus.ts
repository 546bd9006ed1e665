/**
 * Keeps the keyboard's place in a list whose rows move and go. Browsers drop the focus to the page's body when the
 * focused control is moved or removed, and somebody without a mouse would have to walk back from the top.
 */
import type { ReactiveController, ReactiveControllerHost } from "lit";

export interface RowFocusHost extends ReactiveControllerHost {
  /** Where the rows are; it must be an open shadow root, which knows its own focus. */
  readonly renderRoot: HTMLElement | DocumentFragment;
}

export class RowFocus implements ReactiveController {
  readonly #host: RowFocusHost;
  /** Takes the focus when no row is left: a heading with `tabindex="-1"`, or a control. */
  readonly #fallbackSelector: string;
  #before: { readonly control: HTMLElement; readonly row: HTMLElement; readonly index: number } | null = null;

  constructor(host: RowFocusHost, fallbackSelector: string) {
    this.#host = host;
    this.#fallbackSelector = fallbackSelector;
    host.addController(this);
  }

  hostUpdate(): void {
    const control = this.#focused;
    const row = control?.closest("li");
    this.#before = control && row ? { control, row, index: this.#rows.indexOf(row) } : null;
  }

  hostUpdated(): void {
    if (!this.#before || this.#focused) return;
    const { control, row, index } = this.#before;
    if (control.isConnected) control.focus(); // its row was moved
    else this.#placeIn(row.isConnected ? row : this.#rows[Math.min(index, this.#rows.length - 1)])?.focus();
  }

  /** What unfolds a row stays while its actions come and go; a row without has a first control, or none at all. */
  #placeIn(row: HTMLElement | undefined): HTMLElement | null {
    const places = [row?.querySelector("[aria-expanded]"), row?.querySelector("a, button")];
    const fallback = this.#host.renderRoot.querySelector<HTMLElement>(this.#fallbackSelector);
    return places.find((place) => place instanceof HTMLElement) ?? fallback;
  }

  get #rows(): HTMLElement[] {
    return [...this.#host.renderRoot.querySelectorAll("li")];
  }

  get #focused(): HTMLElement | null {
    const root = this.#host.renderRoot;
    return root instanceof ShadowRoot && root.activeElement instanceof HTMLElement ? root.activeElement : null;
  }
}
