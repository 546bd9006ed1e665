/**
 * One MediaSource with its one SourceBuffer: takes chunks of any track and container, one operation after another,
 * and puts each exactly where it belongs. It can fail for good; then another one takes its place (media-sink.ts).
 */
import { SinkError } from "../../core/index.ts";
import type { SinkAppend } from "../../core/index.ts";
import { chooseFormat } from "./media-format.ts";
import { wrapMp3 } from "./mp3-in-mp4.ts";

/** iPhones have only the managed kind (Safari 17.1), and it only for elements that can't be cast. */
type MediaSourceClass = typeof MediaSource;
declare global {
  var ManagedMediaSource: MediaSourceClass | undefined;
}

export function mediaSourceClass(): MediaSourceClass | null {
  return globalThis.MediaSource ?? globalThis.ManagedMediaSource ?? null;
}

export class ChunkBuffer {
  readonly #source: MediaSource;
  readonly #opened: Promise<void>;
  #buffer: SourceBuffer | null = null;
  #type = "";
  #initKey = "";
  #queue: Promise<unknown> = Promise.resolve();

  constructor(element: HTMLAudioElement, Source: MediaSourceClass) {
    this.#source = new Source();
    const url = URL.createObjectURL(this.#source);
    this.#opened = new Promise((resolve) => {
      this.#source.addEventListener(
        "sourceopen",
        () => {
          URL.revokeObjectURL(url);
          // Else the first track's init segment would set the length, and with it the end of all seeking.
          this.#source.duration = Infinity;
          resolve();
        },
        { once: true },
      );
    });
    element.disableRemotePlayback = true;
    element.src = url;
  }

  get buffered(): TimeRanges | null {
    return this.#buffer && this.#source.readyState !== "closed" ? this.#buffer.buffered : null;
  }

  append(chunk: SinkAppend): Promise<void> {
    return this.#enqueue(() => this.#append(chunk));
  }

  remove(startMs: number, endMs: number): Promise<void> {
    return this.#enqueue(async () => {
      if (this.#buffer && this.#isOpen) await this.#run(this.#buffer, (buffer) => buffer.remove(startMs / 1000, endMs / 1000));
    });
  }

  get #isOpen(): boolean {
    return this.#source.readyState === "open";
  }

  #enqueue(operation: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(operation);
    this.#queue = done.catch(() => {}); // told to the caller through `done`; the next operation is not its concern
    return done;
  }

  async #append(chunk: SinkAppend): Promise<void> {
    await this.#opened;
    if (!this.#isOpen) throw new SinkError("closed", "the media source is closed");
    const format = chooseFormat(chunk.mimeType, (type) => mediaSourceClass()?.isTypeSupported(type) ?? false);
    if (!format) throw new SinkError("refused", `no decoder for ${chunk.mimeType}`);
    const buffer = this.#prepare(format.type);
    // Out of the way of the assignments below: an end before the old start, or a start behind the old end, throws.
    buffer.appendWindowStart = 0;
    buffer.appendWindowEnd = chunk.windowEndMs / 1000;
    buffer.appendWindowStart = chunk.windowStartMs / 1000;

    if (format.wrapsMp3) {
      const wrapped = wrapMp3(chunk.bytes, chunk.chunkStartMs);
      if (!wrapped) throw new SinkError("refused", "no MP3 frame in the chunk");
      buffer.timestampOffset = (chunk.trackOffsetMs - wrapped.decoderDelayMs) / 1000;
      await this.#appendInit(buffer, wrapped.initKey, wrapped.init);
      return this.#appendBytes(buffer, wrapped.fragment);
    }
    // Raw MP3 has no times of its own: there the offset is the place of the chunk, elsewhere the place of its track.
    const isTimeless = chunk.container === "mp3";
    buffer.timestampOffset = (chunk.trackOffsetMs + (isTimeless ? chunk.chunkStartMs : 0)) / 1000;
    if (chunk.init.length > 0) await this.#appendInit(buffer, chunk.initKey, chunk.init);
    await this.#appendBytes(buffer, chunk.bytes);
  }

  #prepare(type: string): SourceBuffer {
    if (!this.#buffer) {
      this.#buffer = this.#source.addSourceBuffer(type);
      this.#type = type;
    } else if (type !== this.#type) {
      this.#buffer.changeType(type);
      this.#type = type;
      this.#initKey = "";
    }
    // Ends what the parser believes to be within: raw MP3 is one endless segment for it, in which no offset may be set,
    // and a chunk that ended in the middle of a box would swallow the next one.
    this.#buffer.abort();
    // Raw MP3 comes in "sequence" mode by itself, and only so; `changeType` doesn't lead back out of it.
    if (type !== "audio/mpeg" && this.#buffer.mode !== "segments") this.#buffer.mode = "segments";
    return this.#buffer;
  }

  async #appendInit(buffer: SourceBuffer, initKey: string, init: Uint8Array): Promise<void> {
    if (initKey === this.#initKey) return;
    await this.#appendBytes(buffer, init);
    this.#initKey = initKey;
  }

  #appendBytes(buffer: SourceBuffer, bytes: Uint8Array): Promise<void> {
    return this.#run(buffer, () => buffer.appendBuffer(bytes.slice()));
  }

  async #run(buffer: SourceBuffer, start: (buffer: SourceBuffer) => void): Promise<void> {
    const listening = new AbortController();
    const { signal } = listening;
    try {
      await new Promise<void>((resolve, reject) => {
        const refuse = () => reject(new SinkError("refused", "the browser could not parse the chunk"));
        // A closed source sends nothing more: its buffer is gone with it.
        const close = () => reject(new SinkError("closed", "the media source was closed"));
        buffer.addEventListener("error", refuse, { signal });
        buffer.addEventListener("updateend", () => resolve(), { signal }); // comes after `error`, too
        this.#source.addEventListener("sourceclose", close, { signal });
        start(buffer);
      });
    } catch (error) {
      throw toSinkError(error);
    } finally {
      listening.abort();
    }
  }
}

function toSinkError(cause: unknown): SinkError {
  if (cause instanceof SinkError) return cause;
  const isQuota = cause instanceof DOMException && cause.name === "QuotaExceededError";
  return new SinkError(isQuota ? "quota" : "closed", String(cause), { cause });
}
