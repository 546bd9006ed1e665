/** The listener of this bench, whatever browser it uses. */
import { setTimeout as delay } from "node:timers/promises";
import type { Page } from "playwright";
import type { Diagnostics } from "../../../app/state/diagnostics.ts";
import type { Person } from "../../support/person.ts";
import type { Observation } from "./observer.ts";

export interface Guest {
  /** Opens the jam's page and types the name. */
  openJam(code: string): Promise<void>;
  /** The join gesture. */
  pressJoin(): Promise<void>;
  diagnostics(): Promise<Diagnostics>;
  observations(): Promise<readonly Observation[]>;
  /** When its clock was zero, ms since the epoch. */
  timeOrigin(): Promise<number>;
  leave(): Promise<void>;
}

/** A listener in Chromium, who can lose the network. */
export class ChromiumGuest implements Guest {
  readonly #person: Person;
  /** Of pages that were left. */
  #observed: readonly Observation[] = [];

  constructor(person: Person) {
    this.#person = person;
  }

  get page(): Page {
    return this.#person.page;
  }

  openJam(code: string): Promise<void> {
    return this.#person.openJam(code);
  }

  pressJoin(): Promise<void> {
    return this.#person.pressJoin();
  }

  diagnostics(): Promise<Diagnostics> {
    return this.#person.diagnostics();
  }

  /** Opens the page anew; the app takes its place in the jam again by itself. */
  async reload(): Promise<void> {
    this.#observed = await this.observations();
    await this.#person.reload();
  }

  async observations(): Promise<readonly Observation[]> {
    return [...this.#observed, ...(await readObservations(this.page))];
  }

  timeOrigin(): Promise<number> {
    return readTimeOrigin(this.page);
  }

  leave(): Promise<void> {
    return this.#person.leave();
  }
}

export function readObservations(page: Page): Promise<readonly Observation[]> {
  return page.evaluate(() => globalThis.syncObservations ?? []);
}

export function readTimeOrigin(page: Page): Promise<number> {
  return page.evaluate(() => performance.timeOrigin);
}

/** Between two looks, ms. */
const POLL_MS = 100;
const PATIENCE_MS = 60_000;

export async function waitUntil(who: Pick<Guest, "diagnostics">, what: string, isMet: (diagnostics: Diagnostics) => boolean) {
  const deadlineMs = performance.now() + PATIENCE_MS;
  let last: Diagnostics | null = null;
  while (performance.now() < deadlineMs) {
    last = await who.diagnostics();
    if (isMet(last)) return last;
    await delay(POLL_MS);
  }
  throw new Error(`waited ${PATIENCE_MS} ms in vain until ${what}: ${JSON.stringify(last)}`);
}

/** All that it fetches for now is there: tracks far down the queue have not been asked for. */
export function isComplete({ tracks }: Diagnostics): boolean {
  return tracks.some(({ chunks }) => chunks > 0) && tracks.every(({ chunks, chunksHeld }) => chunksHeld === chunks);
}
