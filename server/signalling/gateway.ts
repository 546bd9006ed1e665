/** Sockets at `/ws/:jam`: lets them in within the limits, keeps their heartbeat, and carries what the rules send. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { RateLimiterMemory } from "rate-limiter-flexible";
import * as v from "valibot";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import { CLOSE_CODES, JamIdSchema, MAX_SIGNALLING_MESSAGE_BYTES } from "../../app/core/index.ts";
import type { IceServer, JamId, ServerMessage } from "../../app/core/index.ts";
import type { ServerLimits } from "../limits.ts";
import type { Logger } from "../logger.ts";
import { clockId } from "../reference-clock.ts";
import type { ReferenceClock } from "../reference-clock.ts";
import { clientAddress } from "./client-address.ts";
import { Connection } from "./connection.ts";
import { JamDirectory } from "./jam-directory.ts";
import type { CloseReason, ConnectionId, Outbox } from "./outbox.ts";

export interface GatewayOptions {
  readonly limits: ServerLimits;
  readonly iceServers: readonly IceServer[];
  readonly trustedProxies: number;
  readonly referenceNowMs: ReferenceClock;
  readonly logger: Logger;
}

export class SignallingGateway implements Outbox {
  readonly #options: GatewayOptions;
  readonly #directory: JamDirectory;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_SIGNALLING_MESSAGE_BYTES,
    perMessageDeflate: false, // a deflate window per connection is memory, and most messages are small
    clientTracking: false,
  });
  readonly #connections = new Map<ConnectionId, Connection>();
  readonly #connectionsByAddress = new Map<string, number>();
  readonly #attempts: RateLimiterMemory;
  readonly #heartbeat: NodeJS.Timeout;
  #nextId: ConnectionId = 1;
  /** Set once the server is stopping: to be called when the last connection is gone. */
  #onDeserted: (() => void) | undefined;

  constructor(options: GatewayOptions) {
    this.#options = options;
    const { limits, iceServers, referenceNowMs } = options;
    this.#directory = new JamDirectory({ outbox: this, iceServers, referenceNowMs, clockId, limits });
    this.#attempts = new RateLimiterMemory({ points: limits.connectionAttemptsPerMinute, duration: 60 });
    this.#heartbeat = setInterval(() => this.#beat(), limits.heartbeatMs);
  }

  stats(): { readonly connections: number; readonly jams: number; readonly members: number } {
    return { connections: this.#connections.size, ...this.#directory.stats() };
  }

  /** For the HTTP server's `upgrade` event. */
  async handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const hangUp = () => socket.destroy();
    socket.on("error", hangUp); // a client that resets the connection now has said all that matters
    const segment = /^\/ws\/([^/?]+)(?:\?|$)/.exec(request.url ?? "")?.[1];
    const address = clientAddress(request, this.#options.trustedProxies);
    const mayTry = await this.#attempts.consume(address).then(
      () => true,
      () => false,
    );
    if (segment === undefined || this.#onDeserted) {
      const status = this.#onDeserted ? "503 Service Unavailable" : "404 Not Found";
      socket.once("finish", hangUp).end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      socket.off("error", hangUp);
      // From here on without a pause: the first frame may be in `head`, and bring an error that must find a listener.
      const verdict = this.#judge(segment, address, mayTry);
      if (verdict.ok) this.#connect(webSocket, verdict.jamId, address);
      else turnAway(webSocket, verdict.close, this.#options.limits.closeGraceMs);
    });
  }

  send(to: readonly ConnectionId[], message: ServerMessage): void {
    const text = Buffer.from(JSON.stringify(message)); // once, whatever the number of members
    for (const id of to) this.#connections.get(id)?.send(text);
  }

  close(id: ConnectionId, reason: CloseReason): void {
    this.#connections.get(id)?.end(reason);
  }

  /** Tells everyone that the server is stopping; resolves when all are gone, after `closeGraceMs` at the latest. */
  async stop(): Promise<void> {
    clearInterval(this.#heartbeat);
    await new Promise<void>((resolve) => {
      this.#onDeserted = resolve;
      for (const connection of this.#connections.values()) connection.end("serverStopping");
      if (this.#connections.size === 0) resolve();
    });
  }

  /** Refusals are close codes and not HTTP errors: a browser shows its page only the former. */
  #judge(segment: string, address: string, mayTry: boolean): { ok: true; jamId: JamId } | { ok: false; close: CloseReason } {
    const jamId = v.safeParse(JamIdSchema, segment);
    if (!jamId.success) return { ok: false, close: "badJam" };
    const isCrowded = (this.#connectionsByAddress.get(address) ?? 0) >= this.#options.limits.connectionsPerAddress;
    return mayTry && !isCrowded ? { ok: true, jamId: jamId.output } : { ok: false, close: "rateLimited" };
  }

  #connect(socket: WebSocket, jamId: JamId, address: string): void {
    const id = this.#nextId++;
    this.#connectionsByAddress.set(address, (this.#connectionsByAddress.get(address) ?? 0) + 1);
    const { limits, referenceNowMs, logger } = this.#options;
    socket.once("close", () => this.#disconnected(id, address));
    this.#connections.set(
      id,
      new Connection({ id, socket, jamId, address, directory: this.#directory, limits, referenceNowMs, logger }),
    );
  }

  #disconnected(id: ConnectionId, address: string): void {
    this.#connections.delete(id);
    const count = (this.#connectionsByAddress.get(address) ?? 1) - 1;
    if (count > 0) this.#connectionsByAddress.set(address, count);
    else this.#connectionsByAddress.delete(address);
    if (this.#connections.size === 0) this.#onDeserted?.();
  }

  #beat(): void {
    for (const connection of this.#connections.values()) connection.checkAlive();
    this.#directory.forgetExpired();
  }
}

function turnAway(socket: WebSocket, reason: CloseReason, closeGraceMs: number): void {
  const cut = setTimeout(() => socket.terminate(), closeGraceMs);
  socket.on("error", () => socket.terminate()); // it was not let in: nothing is lost
  socket.on("close", () => clearTimeout(cut));
  socket.close(CLOSE_CODES[reason], reason);
}
