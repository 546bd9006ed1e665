/**
 * Lets the rows of a list be dragged by their handle. It decides nothing: the row goes back where it was and the move
 * is reported, so that the list's owner stays the only one who orders it (and Lit's idea of the DOM stays true).
 */
import type { ReactiveController } from "lit";
import type Sortable from "sortablejs";

export interface SortableListOptions {
  /** The list, or null while there is none or it must not be sorted. */
  readonly list: () => HTMLElement | null;
  /** CSS selector of the handle within a row. */
  readonly handle: string;
  readonly moved: (fromIndex: number, toIndex: number) => void;
}

export class SortableList implements ReactiveController {
  readonly #options: SortableListOptions;
  #list: HTMLElement | null = null;
  #sortable: Sortable | undefined;

  constructor(options: SortableListOptions) {
    this.#options = options;
  }

  hostUpdated(): void {
    const list = this.#options.list();
    if (list === this.#list) return;
    this.hostDisconnected();
    this.#list = list;
    if (list) void this.#attach(list);
  }

  hostDisconnected(): void {
    this.#sortable?.destroy();
    this.#sortable = undefined;
    this.#list = null;
  }

  async #attach(list: HTMLElement): Promise<void> {
    const { default: SortableJs } = await import("sortablejs"); // only a host needs it
    if (list !== this.#list) return;
    let follower: Node | null = null;
    this.#sortable = SortableJs.create(list, {
      handle: this.#options.handle,
      draggable: "li",
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 160,
      ghostClass: "ghost",
      onStart: ({ item }) => {
        follower = item.nextSibling;
      },
      onEnd: ({ item, oldDraggableIndex, newDraggableIndex }) => {
        list.insertBefore(item, follower);
        if (oldDraggableIndex === undefined || newDraggableIndex === undefined) return;
        if (oldDraggableIndex !== newDraggableIndex) this.#options.moved(oldDraggableIndex, newDraggableIndex);
      },
    });
  }
}
