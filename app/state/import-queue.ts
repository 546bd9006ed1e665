/** Files on their way into the jam, one after another: two at once would only share the same disk and the same core. */
import { ImportError } from "../core/index.ts";
import type { Manifest, TrackId } from "../core/index.ts";
import type { Importer } from "./platform.ts";
import { importSentence } from "./sentences.ts";
import { signal } from "./signals.ts";
import type { ImportView } from "./views.ts";

export class ImportQueue {
  readonly list = signal<readonly ImportView[]>([]);
  readonly #importer: Importer;
  readonly #onImported: (trackId: TrackId, manifest: Manifest) => Promise<void>;
  #count = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(importer: Importer, onImported: (trackId: TrackId, manifest: Manifest) => Promise<void>) {
    this.#importer = importer;
    this.#onImported = onImported;
  }

  add(files: readonly File[]): void {
    for (const file of files) {
      this.#count += 1;
      const id = `import-${this.#count}`;
      this.list.set([...this.list.get(), { id, fileName: file.name, progress: 0, error: null }]);
      this.#last = this.#last.then(() => this.#run(id, file));
    }
  }

  dismiss(id: string): void {
    this.list.set(this.list.get().filter((view) => view.id !== id));
  }

  /** Never rejects: whatever happens to one file becomes its sentence, and the next file has its turn. */
  async #run(id: string, file: File): Promise<void> {
    try {
      const { trackId, manifest } = await this.#importer.import(file, {
        onProgress: (progress) => this.#update(id, { progress }),
      });
      await this.#onImported(trackId, manifest);
      this.dismiss(id);
    } catch (error) {
      this.#update(id, { error: importSentence(error instanceof ImportError ? error.code : "unreadable") });
    }
  }

  #update(id: string, change: Partial<ImportView>): void {
    this.list.set(this.list.get().map((view) => (view.id === id ? { ...view, ...change } : view)));
  }
}
