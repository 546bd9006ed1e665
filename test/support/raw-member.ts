/** A member without an app: says to the server whatever it likes, as an attacker would. */
import { once } from "node:events";
import { WebSocket } from "ws";
import * as v from "valibot";
import {
  JamIdSchema,
  SIGNALLING_PROTOCOL_VERSION,
  ServerMessageSchema,
  bytesToBase64url,
  joinProof,
} from "../../app/core/index.ts";
import type { ClientMessage, Identity, ServerMessage } from "../../app/core/index.ts";

type MessageOf<Type extends ServerMessage["type"]> = Extract<ServerMessage, { type: Type }>;

export class RawMember {
  /** How the server greeted it. */
  readonly welcome: MessageOf<"welcome">;
  readonly #conversation: Conversation;

  private constructor(conversation: Conversation, welcome: MessageOf<"welcome">) {
    this.#conversation = conversation;
    this.welcome = welcome;
  }

  /** Resolves once the server has welcomed it. */
  static async join(baseUrl: string, jamCode: string, name: string, identity: Identity): Promise<RawMember> {
    const socket = new WebSocket(`${baseUrl.replace(/^http/, "ws")}/ws/${jamCode}`);
    const conversation = new Conversation(socket);
    await once(socket, "open");
    const { challenge } = await conversation.receive("challenge");
    const proof = bytesToBase64url(identity.sign(joinProof(v.parse(JamIdSchema, jamCode), challenge)));
    conversation.send({
      type: "join",
      protocol: SIGNALLING_PROTOCOL_VERSION,
      peerId: identity.peerId,
      name,
      proof,
      documents: [],
    });
    return new RawMember(conversation, await conversation.receive("welcome"));
  }

  send(message: ClientMessage): void {
    this.#conversation.send(message);
  }

  receive<Type extends ServerMessage["type"]>(type: Type): Promise<MessageOf<Type>> {
    return this.#conversation.receive(type);
  }

  leave(): void {
    this.#conversation.close();
  }
}

class Conversation {
  readonly #socket: WebSocket;
  readonly #received: ServerMessage[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Buffer) => {
      this.#received.push(v.parse(ServerMessageSchema, JSON.parse(data.toString("utf8"))));
      for (const look of this.#waiting) look();
    });
  }

  send(message: ClientMessage): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** The first message of that type which came, or comes; each is handed out once. */
  async receive<Type extends ServerMessage["type"]>(type: Type): Promise<MessageOf<Type>> {
    for (;;) {
      const found = this.#received.find((message): message is MessageOf<Type> => message.type === type);
      if (found) {
        this.#received.splice(this.#received.indexOf(found), 1);
        return found;
      }
      await new Promise<void>((resolve, reject) => {
        const look = () => {
          this.#waiting.delete(look);
          resolve();
        };
        this.#waiting.add(look);
        this.#socket.once("close", (code) => reject(new Error(`closed (${code}) while waiting for ${type}`)));
      });
    }
  }

  close(): void {
    this.#socket.close();
  }
}
