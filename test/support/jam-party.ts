/** A server, a Chromium and people with profiles of their own, for one end-to-end test file. */
import { chromium } from "playwright";
import type { Browser } from "playwright";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { CHROMIUM_ARGS, requireChromium } from "./chromium.ts";
import { startJamServer } from "./jam-server.ts";
import type { JamServer } from "./jam-server.ts";
import { Person } from "./person.ts";
import type { PersonOptions } from "./person.ts";

export interface JamParty {
  readonly server: () => JamServer;
  /** Someone new, who goes home when the test is over. */
  invite(name: string, options?: PersonOptions): Promise<Person>;
}

/** To be called at the top of a test file. After each test, no page may have had an error that nobody caught. */
export function throwParty(): JamParty {
  let server: JamServer;
  let browser: Browser;
  let people: Person[] = [];

  beforeAll(async () => {
    server = await startJamServer();
    browser = await chromium.launch({ executablePath: requireChromium(), args: [...CHROMIUM_ARGS] });
  });
  afterEach(async () => {
    const errors = people.flatMap((person) => person.uncaught.map((error) => `${person.name}: ${error}`));
    await Promise.all(people.map((person) => person.leave()));
    people = [];
    expect(errors, "errors in pages").toEqual([]);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  return {
    server: () => server,
    async invite(name, options) {
      const person = await Person.arrive(browser, server.url, name, options);
      people.push(person);
      return person;
    },
  };
}
