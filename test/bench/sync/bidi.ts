/** As much of WebDriver BiDi (W3C) as driving one page takes: commands and their answers over a WebSocket. */
import { once } from "node:events";
import WebSocket from "ws";

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export class BidiConnection {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      if (typeof data === "string") this.#receive(data);
    });
    socket.on("close", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("the browser closed the connection"));
      this.#waiting.clear();
    });
  }

  /** @param url as the browser says it: `ws://127.0.0.1:PORT` */
  static async open(url: string): Promise<BidiConnection> {
    const socket = new WebSocket(`${url}/session`);
    await once(socket, "open");
    const connection = new BidiConnection(socket);
    await connection.send("session.new", { capabilities: {} });
    return connection;
  }

  send(method: string, params: Readonly<Record<string, unknown>>): Promise<unknown> {
    const id = ++this.#lastId;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  close(): void {
    this.#socket.close();
  }

  #receive(text: string): void {
    const message: unknown = JSON.parse(text);
    if (typeof message !== "object" || message === null || !("id" in message) || typeof message.id !== "number") return; // an event
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ("result" in message) waiting?.resolve(message.result);
    else waiting?.reject(new Error(text));
  }
}
