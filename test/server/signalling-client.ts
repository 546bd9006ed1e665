/**
 * A member's side of the signalling protocol over a real WebSocket, for tests and benches. Everything the server says
 * is held against the contract's schema on arrival.
 */
import * as v from "valibot";
import { WebSocket } from "ws";
import type { ClientOptions } from "ws";
import {
  bytesToBase64url,
  joinProof,
  JamIdSchema,
  ServerMessageSchema,
  SIGNALLING_PROTOCOL_VERSION,
} from "../../app/core/index.ts";
import type { ClientMessage, Identity, ServerMessage, SignedDocument } from "../../app/core/index.ts";

type MessageOf<Type extends ServerMessage["type"]> = Extract<ServerMessage, { type: Type }>;

interface Waiter {
  readonly type: ServerMessage["type"];
  readonly resolve: (message: ServerMessage) => void;
  readonly reject: (error: Error) => void;
}

export interface JoinOptions {
  readonly name?: string;
  readonly documents?: readonly SignedDocument[];
  /** Instead of the proof that belongs there. */
  readonly proof?: string;
}

export class SignallingClient {
  readonly socket: WebSocket;
  /** Everything the server said, in order. */
  readonly received: ServerMessage[] = [];
  /** How the connection ended. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly #jam: string;
  #unread: ServerMessage[] = [];
  #waiters: Waiter[] = [];
  #end: string | null = null;

  constructor(port: number, jam: string, options: ClientOptions = {}) {
    this.#jam = jam;
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/ws/${jam}`, options);
    this.socket.on("message", (data) => {
      if (!Buffer.isBuffer(data)) throw new Error("ws hands over Buffers unless told otherwise");
      this.#onMessage(data.toString("utf8"));
    });
    this.socket.on("error", (error) => this.#fail(error.message));
    this.closed = new Promise((resolve) => {
      this.socket.on("close", (code, reason) => {
        this.#fail(`closed with ${code} ${String(reason)}`);
        resolve({ code, reason: String(reason) });
      });
    });
  }

  /** The oldest message of this type that was not handed out yet; others stay where they are. */
  async next<Type extends ServerMessage["type"]>(type: Type): Promise<MessageOf<Type>> {
    const at = this.#unread.findIndex((message) => message.type === type);
    const [message] = at < 0 ? [] : this.#unread.splice(at, 1);
    const found = message ?? (await this.#wait(type));
    if (!isOfType(found, type)) throw new Error(`waited for ${type}, was handed ${found.type}`);
    return found;
  }

  /** Answers the challenge, and resolves with the welcome. */
  async join(identity: Identity, options: JoinOptions = {}): Promise<MessageOf<"welcome">> {
    await this.sendJoin(identity, options);
    return this.next("welcome");
  }

  async sendJoin(identity: Identity, { name = "Somebody", documents = [], proof }: JoinOptions = {}): Promise<void> {
    const { challenge } = await this.next("challenge");
    const signature = identity.sign(joinProof(v.parse(JamIdSchema, this.#jam), challenge));
    this.send({
      type: "join",
      protocol: SIGNALLING_PROTOCOL_VERSION,
      peerId: identity.peerId,
      name,
      proof: proof ?? bytesToBase64url(signature),
      documents: [...documents],
    });
  }

  send(message: ClientMessage): void {
    this.sendRaw(JSON.stringify(message));
  }

  sendRaw(data: string | Uint8Array): void {
    this.socket.send(data);
  }

  /**
   * Resolves when the server has dealt with all that was sent before, and its answers are here: a ping goes through
   * the same queues.
   */
  async settle(): Promise<void> {
    this.send({ type: "ping", sentMs: 0 });
    await this.next("pong");
  }

  /** How many messages of this type came so far. */
  count(type: ServerMessage["type"]): number {
    return this.received.filter((message) => message.type === type).length;
  }

  async leave(): Promise<void> {
    this.socket.close();
    await this.closed;
  }

  #wait(type: ServerMessage["type"]): Promise<ServerMessage> {
    if (this.#end !== null) return Promise.reject(new Error(`waited for ${type}: ${this.#end}`));
    return new Promise((resolve, reject) => this.#waiters.push({ type, resolve, reject }));
  }

  #onMessage(text: string): void {
    const message = v.parse(ServerMessageSchema, JSON.parse(text));
    this.received.push(message);
    const waiter = this.#waiters.find(({ type }) => type === message.type);
    if (!waiter) {
      this.#unread.push(message);
      return;
    }
    this.#waiters = this.#waiters.filter((each) => each !== waiter);
    waiter.resolve(message);
  }

  #fail(reason: string): void {
    this.#end ??= reason;
    for (const { type, reject } of this.#waiters.splice(0)) reject(new Error(`waited for ${type}: ${reason}`));
  }
}

function isOfType<Type extends ServerMessage["type"]>(message: ServerMessage, type: Type): message is MessageOf<Type> {
  return message.type === type;
}
