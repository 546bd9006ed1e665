/**
 * A channel that can be opened while the person is still typing their name. What comes before the session listens waits
 * for it; so does the server, which hands out its challenge and knows of no member until that is answered. A newcomer
 * thereby hears music two round trips sooner.
 */
import type { SignallingChannel, SignallingEvent } from "../../core/index.ts";

export class EarlyChannel implements SignallingChannel {
  onEvent: (event: SignallingEvent) => void = () => {};
  readonly #channel: SignallingChannel;
  /** Null but between `prepare` and `open`. */
  #early: SignallingEvent[] | null = null;
  #isOpened = false;

  /** @param channel not opened yet, and nobody else's */
  constructor(channel: SignallingChannel) {
    this.#channel = channel;
    channel.onEvent = (event) => this.#receive(event);
  }

  /** Opens the connection, unless it is open. Should it break before `open`, it stays so until somebody asks again. */
  prepare(): void {
    if (this.#isOpened || this.#early) return;
    this.#early = [];
    this.#channel.open();
  }

  open(): void {
    if (this.#isOpened) return;
    this.#isOpened = true;
    const early = this.#early;
    this.#early = null;
    if (!early) return this.#channel.open();
    for (const event of early) this.onEvent(event);
  }

  send(text: string): boolean {
    return this.#channel.send(text);
  }

  close(): void {
    this.#early = null;
    this.#isOpened = false;
    this.#channel.close();
  }

  #receive(event: SignallingEvent): void {
    if (this.#isOpened) return this.onEvent(event);
    // A server that is away, or tired of waiting: whoever only looks in doesn't keep knocking.
    if (event.kind === "closed") this.close();
    else if (event.kind !== "woke") this.#early?.push(event);
  }
}
