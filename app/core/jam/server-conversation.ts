/**
 * Our side of the talk with the server: proves who we are, keeps asking for the time, and turns text into checked
 * messages. It survives reconnects; what the messages mean is the session's business.
 */
import * as v from "valibot";
import { bytesToBase64url } from "../base64url.ts";
import { joinProof } from "./documents.ts";
import type { SignedDocument } from "./documents.ts";
import type { JamId } from "../ids.ts";
import type { Cancel, Clock, Identity, SignallingChannel, SignallingEvent } from "../ports.ts";
import type { JamClock } from "../clock/jam-clock.ts";
import { nextProbeDelayMs } from "../clock/probing.ts";
import { ServerMessageSchema, SIGNALLING_PROTOCOL_VERSION } from "../signalling/messages.ts";
import type { ClientMessage, ServerMessage } from "../signalling/messages.ts";

export interface ServerConversationOptions {
  readonly jamId: JamId;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly channel: SignallingChannel;
  readonly jamClock: JamClock;
  name(): string;
  /** The newest documents we know, for a server that forgot them; waited for while the connection is made. */
  documents(): Promise<readonly SignedDocument[]>;
  onMessage(message: Exclude<ServerMessage, { type: "challenge" } | { type: "pong" }>): void;
  onOffline(code: number, isFinal: boolean): void;
  /** The device may have slept. */
  onWoke(): void;
  /** Something that is not a message of ours; ignored, but worth a line in the flight recorder. */
  onInvalid(summary: string): void;
}

export class ServerConversation {
  readonly #options: ServerConversationOptions;
  #welcomed = false;
  #probes = 0;
  #cancelProbe: Cancel = () => {};

  constructor(options: ServerConversationOptions) {
    this.#options = options;
    options.channel.onEvent = (event) => this.#receive(event);
  }

  get isOnline(): boolean {
    return this.#welcomed;
  }

  open(): void {
    this.#options.channel.open();
  }

  /** False when we are not in touch with the server: nothing was sent. */
  send(message: ClientMessage): boolean {
    return this.#welcomed && this.#options.channel.send(JSON.stringify(message));
  }

  close(): void {
    this.#cancelProbe();
    this.#options.channel.close();
  }

  #receive(event: SignallingEvent): void {
    switch (event.kind) {
      case "opened":
        return; // the server speaks first
      case "message":
        return this.#receiveText(event.text);
      case "woke":
        this.#options.onWoke();
        // The clock may have stood still: music must not wait for the next probe, 5 s away.
        if (this.#welcomed) this.#startProbing();
        return;
      case "closed":
        this.#welcomed = false;
        this.#cancelProbe();
        this.#options.jamClock.serverLost();
        return this.#options.onOffline(event.code, event.final);
    }
  }

  #receiveText(text: string): void {
    const receivedMs = this.#options.clock.nowMs();
    const message = parseServerMessage(text);
    if (!message.ok) return this.#options.onInvalid(message.summary);
    const { value } = message;
    switch (value.type) {
      case "challenge":
        void this.#join(value.challenge);
        return;
      case "pong":
        this.#options.jamClock.addSample({ ...value, receivedMs });
        return;
      case "welcome":
        this.#welcomed = true;
        this.#options.jamClock.welcomed(value.clockId, value.referenceMs, receivedMs);
        this.#options.onMessage(value);
        this.#startProbing();
        return;
      default:
        this.#options.onMessage(value);
    }
  }

  async #join(challenge: string): Promise<void> {
    const { jamId, identity, channel, name, documents } = this.#options;
    const join: ClientMessage = {
      type: "join",
      protocol: SIGNALLING_PROTOCOL_VERSION,
      peerId: identity.peerId,
      name: name(),
      proof: bytesToBase64url(identity.sign(joinProof(jamId, challenge))),
      documents: [...(await documents())],
    };
    channel.send(JSON.stringify(join));
  }

  #startProbing(): void {
    this.#probes = 0;
    this.#probe();
  }

  #probe(): void {
    this.#cancelProbe();
    this.send({ type: "ping", sentMs: this.#options.clock.nowMs() });
    this.#probes += 1;
    this.#cancelProbe = this.#options.clock.schedule(nextProbeDelayMs(this.#probes), () => this.#probe());
  }
}

function parseServerMessage(text: string): { ok: true; value: ServerMessage } | { ok: false; summary: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, summary: "not JSON" };
  }
  const parsed = v.safeParse(ServerMessageSchema, json);
  return parsed.success ? { ok: true, value: parsed.output } : { ok: false, summary: v.summarize(parsed.issues) };
}
