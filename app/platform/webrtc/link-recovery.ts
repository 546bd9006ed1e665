/**
 * When a link that lost its peer restarts ICE, and when it is given up. Only who offered first restarts, so that two
 * restarts never meet; the other waits.
 */
import { LINK_GRACE_MS, LINK_RESTART_DELAY_MS, LINK_RESTART_INTERVAL_MS } from "../../core/index.ts";
import type { Cancel, Clock } from "../../core/index.ts";

export interface LinkRecoveryOptions {
  readonly clock: Clock;
  readonly restart: () => void;
  readonly giveUp: () => void;
}

export class LinkRecovery {
  readonly #options: LinkRecoveryOptions;
  #isOfferer = false;
  #hasFailed = false;
  #cancelRestart: Cancel | null = null;
  #cancelGrace: Cancel | null = null;

  constructor(options: LinkRecoveryOptions) {
    this.#options = options;
  }

  /** ICE has failed and has not connected since, whatever the browser calls the state meanwhile. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** The connection is lost, or was and is not back yet. */
  get isUnderWay(): boolean {
    return this.#cancelGrace !== null;
  }

  becomeOfferer(): void {
    this.#isOfferer = true;
  }

  follow(state: RTCPeerConnectionState): void {
    if (state === "connected") {
      this.stop();
      this.#hasFailed = false;
    } else if (state === "disconnected") {
      this.#graceOf(LINK_GRACE_MS);
      if (this.#isOfferer) this.#restartAfter(LINK_RESTART_DELAY_MS);
    } else if (state === "failed") {
      // An offerer that lives restarts within its interval. One that does not has given the link up, while we slept
      // perhaps: holding on to it would only delay the next.
      if (!this.#isOfferer && !this.#hasFailed) this.stop();
      this.#hasFailed = true;
      this.#graceOf(this.#isOfferer ? LINK_GRACE_MS : LINK_RESTART_INTERVAL_MS);
      if (this.#isOfferer) this.#restartAfter(0);
    }
  }

  stop(): void {
    this.#cancelRestart?.();
    this.#cancelGrace?.();
    this.#cancelRestart = this.#cancelGrace = null;
  }

  /** A grace that runs already is not prolonged. */
  #graceOf(durationMs: number): void {
    this.#cancelGrace ??= this.#options.clock.schedule(durationMs, this.#options.giveUp);
  }

  #restartAfter(delayMs: number): void {
    this.#cancelRestart?.();
    this.#cancelRestart = this.#options.clock.schedule(delayMs, () => {
      this.#options.restart();
      this.#restartAfter(LINK_RESTART_INTERVAL_MS);
    });
  }
}
