/**
 * One WebSocket, from challenge to goodbye: it turns what comes into messages for the directory, keeps to its
 * allowance, and ends itself, and nothing else, when its member breaks the protocol.
 */
import { randomBytes } from "node:crypto";
import type { RawData, WebSocket } from "ws";
import { CLOSE_CODES, ProtocolError } from "../../app/core/index.ts";
import type { JamId, ServerMessage } from "../../app/core/index.ts";
import type { ServerLimits } from "../limits.ts";
import type { Logger } from "../logger.ts";
import type { ReferenceClock } from "../reference-clock.ts";
import { messageCost, parseClientMessage } from "./client-message.ts";
import type { JamDirectory } from "./jam-directory.ts";
import type { CloseReason, ConnectionId } from "./outbox.ts";
import { TokenBucket } from "./token-bucket.ts";

/** How many seconds' worth of messages may come at once. */
const BURST_SECONDS = 10;

/** RFC 6455, 7.4.1. */
const INTERNAL_ERROR = 1011;

export interface ConnectionOptions {
  readonly id: ConnectionId;
  readonly socket: WebSocket;
  readonly jamId: JamId;
  readonly address: string;
  readonly directory: JamDirectory;
  readonly limits: ServerLimits;
  readonly referenceNowMs: ReferenceClock;
  readonly logger: Logger;
}

type Stage = "awaiting-join" | "joined" | "ending";

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #challenge = randomBytes(24).toString("base64url");
  readonly #allowance: TokenBucket;
  readonly #joinTimer: NodeJS.Timeout;
  #cutTimer: NodeJS.Timeout | undefined;
  #stage: Stage = "awaiting-join";
  /** Something was heard since the last heartbeat. */
  #isAlive = true;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { socket, limits } = options;
    this.#allowance = new TokenBucket(
      limits.messagesPerSecond * BURST_SECONDS,
      limits.messagesPerSecond,
      options.referenceNowMs(),
    );
    this.#joinTimer = setTimeout(() => this.end("unresponsive"), limits.joinTimeoutMs);
    socket.on("message", (data, isBinary) => this.#onMessage(data, isBinary));
    socket.on("pong", () => (this.#isAlive = true));
    // A broken frame, bad UTF-8 or too large a message: ws closes with the code of RFC 6455 by itself.
    socket.on("error", (error) => options.logger.debug({ connection: options.id, error: error.message }, "socket error"));
    socket.on("close", () => this.#onClose());
    const challenge: ServerMessage = { type: "challenge", challenge: this.#challenge };
    this.send(Buffer.from(JSON.stringify(challenge)));
  }

  /** @param text one message, UTF-8. Members that do not take what is sent are dropped, not buffered for. */
  send(text: Buffer): void {
    const { socket, limits } = this.#options;
    if (this.#stage === "ending" || socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > limits.maxBufferedBytes) return this.end("unresponsive");
    socket.send(text, { binary: false });
  }

  end(reason: CloseReason): void {
    this.#end(CLOSE_CODES[reason], reason);
  }

  /** Says goodbye; whoever does not answer in time is cut. */
  #end(code: number, reason: string): void {
    if (this.#stage === "ending") return;
    this.#stage = "ending";
    const { id, socket, limits, logger } = this.#options;
    logger.debug({ connection: id, code, reason }, "closing connection");
    socket.close(code, reason);
    this.#cutTimer = setTimeout(() => socket.terminate(), limits.closeGraceMs);
  }

  /** To be called at every heartbeat. */
  checkAlive(): void {
    if (this.#stage === "ending") return;
    if (!this.#isAlive) return this.end("unresponsive");
    this.#isAlive = false;
    this.#options.socket.ping();
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    const receivedReferenceMs = this.#options.referenceNowMs(); // first of all: clocks are set by it
    this.#isAlive = true;
    if (this.#stage === "ending") return;
    try {
      this.#handle(toText(data, isBinary), receivedReferenceMs);
    } catch (error) {
      const { id, logger } = this.#options;
      if (error instanceof ProtocolError) {
        logger.info({ connection: id, code: error.code, detail: error.message }, "protocol error");
        this.end("protocolError");
      } else {
        // Our own mistake: it must not cost more than the connection that found it.
        logger.error({ connection: id, err: error }, "failed to handle a message");
        this.#end(INTERNAL_ERROR, "internal error");
      }
    }
  }

  #handle(text: string, receivedReferenceMs: number): void {
    const { id, directory, address, jamId } = this.#options;
    const message = parseClientMessage(text);
    if (!this.#allowance.take(messageCost(message, text.length), receivedReferenceMs)) return this.end("rateLimited");
    if (message.type === "join") {
      if (this.#stage === "joined") throw new ProtocolError("invalid-message", "joined already");
      clearTimeout(this.#joinTimer);
      this.#stage = "joined";
      const result = directory.knock({ connectionId: id, address, jamId, challenge: this.#challenge, join: message });
      if (!result.ok) this.end(result.close);
    } else {
      if (this.#stage === "awaiting-join") throw new ProtocolError("invalid-message", `${message.type} before join`);
      directory.receive(id, message, receivedReferenceMs);
    }
  }

  #onClose(): void {
    this.#stage = "ending";
    clearTimeout(this.#joinTimer);
    clearTimeout(this.#cutTimer);
    this.#options.directory.leave(this.#options.id);
  }
}

function toText(data: RawData, isBinary: boolean): string {
  // ws hands over one Buffer unless told otherwise (`binaryType`).
  if (isBinary || !Buffer.isBuffer(data)) throw new ProtocolError("malformed", "message is not text");
  return data.toString("utf8");
}
