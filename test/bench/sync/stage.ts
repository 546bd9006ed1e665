/**
 * Where a scenario is played: a jam with its host, whoever listens, the recording that runs, and notes of what happened
 * when. Scenarios act on it; what they mean is found out afterwards from the notes (judge.ts).
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Browser } from "playwright";
import { Person } from "../../support/person.ts";
import { ChromiumGuest, isComplete, readObservations, readTimeOrigin, waitUntil } from "./guest.ts";
import type { Guest } from "./guest.ts";
import { OBSERVER_SCRIPT } from "./observer.ts";
import type { Observation } from "./observer.ts";
import type { Episode } from "./offsets.ts";
import type { Recording } from "./sound-server.ts";

export interface Belief {
  readonly atMs: number;
  /** Each one's drift from its own reference, ms. */
  readonly hostMs: number;
  readonly guestMs: number;
  /** Positive: the listener thinks it is further ahead of its reference than the host. */
  readonly aheadMs: number;
  /** By how much the listener's reference clock is ahead of the host's, both being on this machine; good to a millisecond. */
  readonly clockMs: number;
}

/** An episode as noted. */
export interface Scene extends Episode {
  /** How long after its beginning the outputs may break off and begin anew because of it. */
  readonly soundWithinMs: number;
  /** Where in the track the music goes on, if it began with the host's click on "Play" to a listener who holds it all. */
  readonly playsFromMs: number | null;
}

export interface Notes {
  readonly scenes: readonly Scene[];
  readonly beliefs: readonly Belief[];
  /** In time of the recording. */
  readonly host: readonly Observation[];
  /** Of every listener there was, one after another. */
  readonly guests: readonly (readonly Observation[])[];
}

/** Each look costs both pages a little. */
const BELIEF_EVERY_MS = 1_000;

export class Stage {
  readonly host: Person;
  readonly code: string;
  readonly #recording: Recording;
  readonly #scenes: Scene[] = [];
  readonly #beliefs: Belief[] = [];
  readonly #observations: (readonly Observation[])[] = [];
  readonly #watching = new AbortController();
  #guest: Guest | null = null;

  private constructor(host: Person, code: string, recording: Recording) {
    this.host = host;
    this.code = code;
    this.#recording = recording;
  }

  static async open(browser: Browser, url: string, files: readonly string[], recording: Recording): Promise<Stage> {
    const host = await arriveObserved(browser, url, "host");
    const code = await host.startJam();
    await host.addMusic(files);
    return new Stage(host, code, recording);
  }

  /** Opens the jam's page in Chromium; joining is another step. */
  async seatChromium(browser: Browser, url: string): Promise<ChromiumGuest> {
    const guest = new ChromiumGuest(await arriveObserved(browser, url, "listener"));
    await this.seat(guest);
    return guest;
  }

  async seat(guest: Guest): Promise<void> {
    this.#guest = guest;
    await guest.openJam(this.code);
  }

  /** Joins and waits until everything is there. */
  async settleIn(guest: Guest): Promise<void> {
    await guest.pressJoin();
    await waitUntil(guest, "the listener holds all music", isComplete);
  }

  async dismiss(guest: Guest): Promise<void> {
    this.#observations.push(await guest.observations());
    this.#guest = null;
    await guest.leave();
  }

  /** Does something and listens for a while. */
  async scene(what: string, act: () => Promise<void>, listenMs: number, soundWithinMs: number): Promise<void> {
    await this.#note(what, act, listenMs, soundWithinMs, null);
  }

  /** The host presses "Play", and the listener holds the music. */
  async play(what: string, listenMs: number): Promise<void> {
    const { playback } = await this.host.diagnostics();
    await this.#note(what, () => this.host.play(), listenMs, 3_000, playback.referencePositionMs ?? 0);
  }

  /** Looks now and then what both believe, until the scenario is over. */
  async watchBeliefs(): Promise<void> {
    while (!this.#watching.signal.aborted) {
      await delay(BELIEF_EVERY_MS);
      const guest = this.#guest;
      if (!guest) continue;
      // Pages come and go meanwhile: a look that fails tells nothing.
      const looks = await Promise.all([
        look(this.host, () => readTimeOrigin(this.host.page)),
        look(guest, () => guest.timeOrigin()),
      ]).catch(() => null);
      const [hostMs, guestMs] = [looks?.[0].driftMs ?? null, looks?.[1].driftMs ?? null];
      if (!looks || hostMs === null || guestMs === null) continue;
      const clockMs = looks[1].clockMs - looks[0].clockMs;
      this.#beliefs.push({
        atMs: this.#recording.timeOf(performance.now()),
        hostMs,
        guestMs,
        aheadMs: guestMs - hostMs,
        clockMs,
      });
    }
  }

  /** Ends the jam and hands over what was noted. */
  async close(): Promise<Notes> {
    this.#watching.abort();
    await delay(RECORDING_LAG_MS);
    if (this.#guest) await this.dismiss(this.#guest);
    const host = await readObservations(this.host.page);
    await this.host.leave();
    const inRecording = (observations: readonly Observation[]) =>
      observations.map((seen) => ({ ...seen, atMs: this.#recording.timeOf(seen.atMs - performance.timeOrigin) }));
    return {
      scenes: this.#scenes,
      beliefs: this.#beliefs,
      host: inRecording(host),
      guests: this.#observations.map(inRecording),
    };
  }

  /** Everybody goes home, after a failure. */
  async abandon(): Promise<void> {
    this.#watching.abort();
    await this.#guest?.leave();
    await this.host.leave();
  }

  async #note(
    what: string,
    act: () => Promise<void>,
    listenMs: number,
    soundWithinMs: number,
    playsFromMs: number | null,
  ): Promise<void> {
    const atMs = this.#recording.timeOf(performance.now());
    await act();
    await delay(listenMs);
    const untilMs = this.#recording.timeOf(performance.now());
    this.#scenes.push({ what, atMs, untilMs, soundWithinMs, playsFromMs });
  }
}

/** A page's drift, and its reference clock against this machine's. */
async function look(who: Pick<Guest, "diagnostics">, readOrigin: () => Promise<number>) {
  const { playback, clock } = await who.diagnostics();
  return { driftMs: playback.driftMs, clockMs: (clock.offsetMs ?? NaN) - (await readOrigin()) };
}

async function arriveObserved(browser: Browser, url: string, name: string): Promise<Person> {
  const person = await Person.arrive(browser, url, name, { pollMs: 250 });
  await person.context.addInitScript({ content: OBSERVER_SCRIPT });
  return person;
}

/** The recording is searched in blocks of a third of a second. */
const RECORDING_LAG_MS = 800;
