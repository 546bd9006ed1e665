/**
 * The text channel to the server: one WebSocket at a time, replaced whenever it dies, until the server or the owner
 * says that it is over. It knows nothing of what the texts say.
 */
import { SOCKET_CONNECT_TIMEOUT_MS, SOCKET_SILENCE_MS } from "../../core/index.ts";
import type { Cancel, Clock, Random, SignallingChannel, SignallingEvent } from "../../core/index.ts";
import { decideAfterClose } from "./reconnect.ts";

export interface SignallingChannelOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Calls `run` when a new attempt is likely to succeed (network back, page visible again) until cancelled. */
  readonly onWake: (run: () => void) => Cancel;
}

/** RFC 6455 reserves it for "no close frame was received". */
const ABNORMAL_CLOSURE = 1006;
const NORMAL_CLOSURE = 1000;

type Phase =
  /** Not opened yet, closed for good, or ended by the server. */
  | { readonly kind: "idle" }
  | { readonly kind: "connecting"; readonly socket: WebSocket; readonly cancelTimeout: Cancel }
  | { readonly kind: "open"; readonly socket: WebSocket; readonly openedMs: number }
  | { readonly kind: "waiting"; readonly cancelRetry: Cancel };

/** @param url `ws:` or `wss:`, as in `wss://example.org/ws/jam1`. */
export function createSignallingChannel(url: string, options: SignallingChannelOptions): SignallingChannel {
  return new ReconnectingChannel(url, options);
}

class ReconnectingChannel implements SignallingChannel {
  onEvent: (event: SignallingEvent) => void = () => {};
  readonly #url: string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #onWake: SignallingChannelOptions["onWake"];
  #phase: Phase = { kind: "idle" };
  #attempt = 0;
  /** `closed` is said once per outage, not once per attempt. */
  #isOutageTold = false;
  #cancelWake: Cancel = () => {};
  #cancelSilence: Cancel | null = null;

  constructor(url: string, { clock, random, onWake }: SignallingChannelOptions) {
    this.#url = url;
    this.#clock = clock;
    this.#random = random;
    this.#onWake = onWake;
  }

  open(): void {
    if (this.#phase.kind !== "idle") return;
    this.#attempt = 0;
    this.#isOutageTold = false;
    this.#cancelWake = this.#onWake(() => this.#wake());
    this.#connect();
  }

  send(text: string): boolean {
    const phase = this.#phase;
    if (phase.kind !== "open" || phase.socket.readyState !== WebSocket.OPEN) return false;
    phase.socket.send(text);
    this.#cancelSilence ??= this.#clock.schedule(SOCKET_SILENCE_MS, () => {
      this.#cancelSilence = null;
      this.#drop(phase.socket, "silent");
    });
    return true;
  }

  close(): void {
    const phase = this.#phase;
    this.#rest();
    if (phase.kind === "connecting" || phase.kind === "open") phase.socket.close(NORMAL_CLOSURE);
  }

  #connect(): void {
    const socket = new WebSocket(this.#url);
    const cancelTimeout = this.#clock.schedule(SOCKET_CONNECT_TIMEOUT_MS, () => this.#drop(socket, "no answer"));
    this.#phase = { kind: "connecting", socket, cancelTimeout };
    socket.onopen = () => {
      if (!this.#isCurrent(socket)) return;
      cancelTimeout();
      this.#phase = { kind: "open", socket, openedMs: this.#clock.nowMs() };
      this.#isOutageTold = false;
      this.onEvent({ kind: "opened" });
    };
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (!this.#isCurrent(socket) || typeof data !== "string") return;
      this.#cancelSilence?.();
      this.#cancelSilence = null;
      this.onEvent({ kind: "message", text: data });
    };
    socket.onerror = () => {}; // a close event follows every error and says more; unheard, Node's sockets throw it
    socket.onclose = ({ code, reason }) => this.#lost(socket, code, reason);
  }

  /** Gives up a socket that does not answer, without waiting for its closing handshake, which will not come either. */
  #drop(socket: WebSocket, reason: string): void {
    if (!this.#isCurrent(socket)) return;
    socket.close();
    this.#lost(socket, ABNORMAL_CLOSURE, reason);
  }

  #lost(socket: WebSocket, code: number, reason: string): void {
    const phase = this.#phase;
    if (!this.#isCurrent(socket) || phase.kind === "idle" || phase.kind === "waiting") return;
    if (phase.kind === "connecting") phase.cancelTimeout();
    this.#cancelSilence?.();
    this.#cancelSilence = null;
    const livedMs = phase.kind === "open" ? this.#clock.nowMs() - phase.openedMs : 0;
    const next = decideAfterClose({ code, livedMs, attempt: this.#attempt }, this.#random);
    if (next.kind === "stop") {
      this.#rest();
    } else {
      this.#attempt = next.attempt;
      this.#phase = { kind: "waiting", cancelRetry: this.#clock.schedule(next.delayMs, () => this.#connect()) };
    }
    if (this.#isOutageTold) return;
    this.#isOutageTold = true;
    this.onEvent({ kind: "closed", code, reason, final: next.kind === "stop" });
  }

  #wake(): void {
    if (this.#phase.kind === "waiting") {
      this.#phase.cancelRetry();
      this.#connect();
    }
    this.onEvent({ kind: "woke" });
  }

  #rest(): void {
    if (this.#phase.kind === "connecting") this.#phase.cancelTimeout();
    if (this.#phase.kind === "waiting") this.#phase.cancelRetry();
    this.#cancelSilence?.();
    this.#cancelSilence = null;
    this.#cancelWake();
    this.#phase = { kind: "idle" };
  }

  #isCurrent(socket: WebSocket): boolean {
    return (this.#phase.kind === "connecting" || this.#phase.kind === "open") && this.#phase.socket === socket;
  }
}
