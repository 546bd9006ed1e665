/** What this device remembers of one jam, for the next visit. */
import type { JamRecord, Platform } from "./platform.ts";
import type { JamId, SignedDocument } from "../core/index.ts";

export type JamMemoryChange = Partial<Pick<JamRecord, "hostId" | "documents" | "name">>;

export class JamMemory {
  readonly #jamId: JamId;
  readonly #platform: Pick<Platform, "jams" | "identity" | "wallClockMs">;
  readonly #onFailed: () => void;
  #writing: Promise<void> = Promise.resolve();

  constructor(jamId: JamId, platform: Pick<Platform, "jams" | "identity" | "wallClockMs">, onFailed: () => void) {
    this.#jamId = jamId;
    this.#platform = platform;
    this.#onFailed = onFailed;
  }

  /** The documents of the last visit. None when the store can't be read: the server has them too. */
  async documents(): Promise<readonly SignedDocument[]> {
    try {
      return (await this.#read())?.documents ?? [];
    } catch {
      this.#onFailed();
      return [];
    }
  }

  /** One after another, so that "left" is never overtaken by a document that came just before. */
  note(change: JamMemoryChange): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write(change)).catch(() => this.#onFailed());
    return this.#writing;
  }

  async #write(change: JamMemoryChange): Promise<void> {
    const known = await this.#read();
    const hostId = change.hostId ?? known?.hostId ?? null;
    if (!hostId) return; // never got as far as the jam
    await this.#platform.jams.put({
      jamId: this.#jamId,
      documents: known?.documents ?? [],
      name: known?.name ?? null,
      ...change,
      hostId,
      hostedByMe: hostId === this.#platform.identity.peerId,
      lastVisitMs: this.#platform.wallClockMs(),
    });
  }

  #read(): Promise<JamRecord | null> {
    return this.#platform.jams.get(this.#jamId);
  }
}
