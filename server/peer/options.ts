/**
 * The command line becomes options here, once. A bad one costs the start, with a sentence that says what is expected
 * and what was found.
 */
import { networkInterfaces } from "node:os";
import { parseArgs } from "node:util";
import * as v from "valibot";
import { JamIdSchema, MAX_CHUNK_BYTES, MAX_CHUNKS_PER_TRACK, MemberNameSchema, parseJamCode } from "../../app/core/index.ts";
import type { JamId } from "../../app/core/index.ts";
import { PeerFailure } from "./failure.ts";
import type { SyntheticShape } from "./synthetic-track.ts";

export interface PeerOptions {
  /** Where the jam's server is, `ws://…` or `wss://…` without a path; null: our own, on `listenPort`. */
  readonly serverUrl: string | null;
  readonly listenPort: number | null;
  /** The one local address to use; null for all of them. */
  readonly bindAddress: string | null;
  readonly jamId: JamId;
  readonly name: string;
  /** Opens the jam, or comes back to the one that it opened. */
  readonly hosts: boolean;
  readonly plays: boolean;
  /** Goes on serving when everything is here. */
  readonly keeps: boolean;
  readonly seedFiles: readonly string[];
  /** The made-up track to offer, or to expect. */
  readonly synthetic: SyntheticShape | null;
  readonly seedsSynthetic: boolean;
  /** Null: a temporary folder, gone at the end. */
  readonly storeFolder: string | null;
  readonly budgetBytes: number;
  readonly verbose: boolean;
}

export const HELP = `A headless peer: fetches a jam's music, verifies it, keeps it and serves it on.

  npm run peer -- --connect ADDRESS --jam CODE [--keep] [--store FOLDER]
  npm run peer -- --connect ADDRESS --jam CODE --seed FILE…
  npm run peer -- --listen-port PORT [--jam CODE] --seed FILE… [--play]

Where
  --connect ADDRESS     the jam's server: https://example.org, HOST:PORT, or the invitation's whole link
  --jam CODE            the jam (jam1 unless the link names one)
  --listen-port PORT    serve the signalling of jams here, and the app if it is built
  --bind ADDRESS        use this local address only (all of them)
  --name NAME           what the others see ("Seeder")

What
  --seed FILE…          offer these files to the jam, and serve until stopped
  --host                be the jam's host (implied by --listen-port without --connect)
  --play                start the music; host only
  --keep                go on serving when everything is here, until stopped
  --num-chunks N, --chunk-size BYTES
                        a made-up track instead of music: with --seed it is offered, without it is awaited and verified

Keeping
  --store FOLDER        keep music and identity here (a temporary folder, gone at the end)
  --budget MEGABYTES    how much music to keep (8192)

  --verbose             tell of connections
  --help                this text

Exit code 0: everything is here and verified. The environment variables of "npm start" hold for --listen-port too.`;

const OPTIONS = {
  connect: { type: "string" },
  jam: { type: "string" },
  "listen-port": { type: "string" },
  bind: { type: "string" },
  name: { type: "string" },
  seed: { type: "boolean" },
  host: { type: "boolean" },
  play: { type: "boolean" },
  keep: { type: "boolean" },
  "num-chunks": { type: "string" },
  "chunk-size": { type: "string" },
  store: { type: "string" },
  budget: { type: "string" },
  verbose: { type: "boolean" },
  help: { type: "boolean" },
} as const;

const DEFAULT_JAM = v.parse(JamIdSchema, "jam1");
const DEFAULT_BUDGET_MEGABYTES = 8192;
const MEGABYTE = 1024 * 1024;

/**
 * @returns null when help was asked for.
 * @throws PeerFailure
 */
export function readOptions(args: readonly string[]): PeerOptions | null {
  const { values, positionals } = parse(args);
  if (values.help) return null;
  const server = values.connect === undefined ? null : readServer(values.connect);
  const listenPort = readWhole("listen-port", values["listen-port"], 1, 65_535);
  if (!server && listenPort === null)
    throw new PeerFailure("Give --connect ADDRESS, --listen-port PORT, or both; --help says more.");
  const synthetic = readSynthetic(values["num-chunks"], values["chunk-size"]);
  const seeds = values.seed ?? false;
  if (!seeds && positionals.length > 0)
    throw new PeerFailure(`"${positionals[0]}" is no option; files to offer stand after --seed.`);
  if (seeds && positionals.length === 0 && !synthetic)
    throw new PeerFailure("--seed needs files to offer, or --num-chunks and --chunk-size.");
  if (positionals.length > 0 && synthetic) throw new PeerFailure("Offer files or a made-up track (--num-chunks), not both.");
  const hosts = (values.host ?? false) || !server;
  if (values.play && !hosts) throw new PeerFailure("Only the host plays: give --host with --play.");
  const name = v.safeParse(MemberNameSchema, values.name ?? "Seeder");
  if (!name.success) throw new PeerFailure(`--name must have 1 to 40 letters, but it is "${values.name}".`);
  return {
    serverUrl: server?.url ?? null,
    listenPort,
    bindAddress: readAddress(values.bind),
    jamId: readJam(values.jam) ?? server?.jamId ?? DEFAULT_JAM,
    name: name.output,
    hosts,
    plays: values.play ?? false,
    keeps: (values.keep ?? false) || seeds || hosts,
    seedFiles: positionals,
    synthetic,
    seedsSynthetic: seeds && synthetic !== null,
    storeFolder: values.store ?? null,
    budgetBytes: (readWhole("budget", values.budget, 1, 1_000_000_000) ?? DEFAULT_BUDGET_MEGABYTES) * MEGABYTE,
    verbose: values.verbose ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    // Node's own sentences name the option; what follows the first is advice about "--".
    const [sentence] = String(error instanceof Error ? error.message : error).split(". ");
    throw new PeerFailure(`${sentence}; --help lists the options.`, { cause: error });
  }
}

function readJam(text: string | undefined): JamId | null {
  if (text === undefined) return null;
  const jamId = parseJamCode(text);
  if (jamId === null) throw new PeerFailure(`--jam must be a code such as mellow-otter-42, but it is "${text}".`);
  return jamId;
}

/** A web address, an invitation's link, or HOST:PORT as on a home network. */
function readServer(text: string): { readonly url: string; readonly jamId: JamId | null } {
  const complaint = `--connect must be an address such as https://example.org or 192.168.1.20:8000, but it is "${text}".`;
  const hasScheme = /^[a-z]+:\/\//i.test(text);
  if (!hasScheme && !/^(?:\[[0-9a-f:.%]+\]|[^:/\s]+):\d+$/i.test(text)) throw new PeerFailure(complaint);
  const address = hasScheme ? text : `http://${text}`;
  if (!URL.canParse(address)) throw new PeerFailure(complaint);
  const { protocol, host, pathname } = new URL(address);
  const socketProtocol = { "http:": "ws:", "ws:": "ws:", "https:": "wss:", "wss:": "wss:" }[protocol];
  if (socketProtocol === undefined || host === "") throw new PeerFailure(complaint);
  return { url: `${socketProtocol}//${host}`, jamId: pathname.startsWith("/j/") ? parseJamCode(pathname) : null };
}

function readSynthetic(chunks: string | undefined, chunkBytes: string | undefined): SyntheticShape | null {
  const [count, sizeBytes] = [
    readWhole("num-chunks", chunks, 1, MAX_CHUNKS_PER_TRACK),
    readWhole("chunk-size", chunkBytes, 1, MAX_CHUNK_BYTES),
  ];
  if (count === null && sizeBytes === null) return null;
  if (count === null || sizeBytes === null) throw new PeerFailure("--num-chunks and --chunk-size go together.");
  return { chunks: count, chunkBytes: sizeBytes };
}

function readAddress(text: string | undefined): string | null {
  if (text === undefined) return null;
  const own = Object.values(networkInterfaces()).flatMap((entries) => entries?.map(({ address }) => address) ?? []);
  // The library for links would end the whole process over an address that is not there.
  if (!own.includes(text)) throw new PeerFailure(`--bind must be an IP address of this machine, but it is "${text}".`);
  return text;
}

function readWhole(option: string, text: string | undefined, min: number, max: number): number | null {
  if (text === undefined) return null;
  const number = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= min && number <= max))
    throw new PeerFailure(`--${option} must be a whole number from ${min} to ${max}, but it is "${text}".`);
  return number;
}
