/** What `bench browsers` can be asked. */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { UsageError } from "../bench.ts";
import { HOME_QUEUE_PACKETS } from "./home-network.ts";

export interface BrowsersOptions {
  readonly file: string;
  readonly listeners: number;
  /** Between one listener's join gesture and the next one's; 0 with `--flash`. */
  readonly staggerMs: number;
  readonly net: "none" | "home";
  /** Of each one's uplink with `--net home`; 0 means endless. */
  readonly queuePackets: number;
}

export const USAGE = `npm run bench -- browsers --file F [options]

One Chromium, a host that plays F and listeners that join while it plays, each in a profile of their own.

  --file F          the music: any file that the app imports
  --listeners N     how many join                                       (3)
  --stagger MS      between one join and the next                       (1000)
  --flash           all join at the same moment
  --net none|home   home: each one has 20 ms, 5 Mbit/s up, 20 Mbit/s down (none)
  --queue PACKETS   length of each one's uplink queue at home, 0: endless (${HOME_QUEUE_PACKETS})
  --json            one JSON object as the last line

Figures: firstSoundMs from the join gesture to the first moment that the playhead moves; copies is what the host sent
divided by the size of the music; listenerShare is what listeners got from listeners divided by all that they got;
makespanMs from the first join until all have everything; boundMs is the time that no protocol can beat on such links:
the largest of size / host's uplink, size / downlink and N × size / all uplinks. 0 where links have no limit.`;

export function readOptions(args: readonly string[]): BrowsersOptions {
  const values = parse(args);
  if (!values.file) throw new UsageError("--file is missing: name the music to play.");
  if (!existsSync(values.file)) throw new UsageError(`--file: there is no ${values.file}`);
  if (values.net !== "none" && values.net !== "home") throw new UsageError(`--net is none or home, not ${values.net}.`);
  return {
    file: values.file,
    listeners: wholeNumber("--listeners", values.listeners, 1, 50),
    staggerMs: values.flash ? 0 : wholeNumber("--stagger", values.stagger, 0, 600_000),
    net: values.net,
    queuePackets: wholeNumber("--queue", values.queue, 0, 100_000),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        file: { type: "string" },
        listeners: { type: "string", default: "3" },
        stagger: { type: "string", default: "1000" },
        flash: { type: "boolean", default: false },
        net: { type: "string", default: "none" },
        queue: { type: "string", default: String(HOME_QUEUE_PACKETS) },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new UsageError(`${option} is a whole number from ${min} to ${max}, not ${text}.`);
}
