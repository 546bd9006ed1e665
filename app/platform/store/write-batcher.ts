/**
 * Group commit: what arrives while one batch is being written becomes the next. A transaction per piece would make the
 * disk, not the network, the bound of a download.
 */

interface Waiting<Item> {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class WriteBatcher<Item> {
  readonly #write: (items: readonly Item[]) => Promise<readonly (Error | null)[]>;
  #waiting: Waiting<Item>[] = [];
  #running: Promise<void> | null = null;
  #lastAdded: Promise<void> = Promise.resolve();

  /** @param write writes a batch and tells of each item whether it failed; rejects where all of them did. */
  constructor(write: (items: readonly Item[]) => Promise<readonly (Error | null)[]>) {
    this.#write = write;
  }

  /** Resolves when the batch that contains `item` is written. */
  add(item: Item): Promise<void> {
    const added = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      // Later in this turn, so that everything that is added in one turn is in one batch.
      this.#running ??= Promise.resolve().then(() => this.#writeAll());
    });
    this.#lastAdded = added.catch(() => {}); // whoever added it hears of the failure
    return added;
  }

  /** Resolves when everything added so far is written, or has failed. */
  settled(): Promise<void> {
    return this.#lastAdded;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        const failures = await this.#write(batch.map(({ item }) => item));
        batch.forEach(({ resolve, reject }, index) => (failures[index] ? reject(failures[index]) : resolve()));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#running = null;
  }
}
