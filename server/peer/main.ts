/**
 * Runs a headless peer for people: command line in, the engine wired to Node, a sentence when it cannot go on. One of
 * the three places that see both the engine's ports and their adapters; it borrows the browser's wherever Node has, or
 * can be given, what they stand on.
 */
import { openAsBlob } from "node:fs";
import { basename } from "node:path";
import { nanoid } from "nanoid";
import { WebSocket as NodeWebSocket } from "ws";
import { ImportError, StoreError } from "../../app/core/index.ts";
import type { ChunkStore } from "../../app/core/index.ts";
import { createHasher } from "../../app/platform/hash/hasher.ts";
import { chooseIceServers, readIceOverrides } from "../../app/platform/ice/ice-servers.ts";
import { identityFromSecret } from "../../app/platform/identity/identity.ts";
import { omitLargeCover } from "../../app/platform/import/cover.ts";
import { importTrack } from "../../app/platform/import/import-track.ts";
import { createSignallingChannel } from "../../app/platform/signalling/signalling-channel.ts";
import { chooseEvictions } from "../../app/platform/store/eviction.ts";
import { createWebRtcTransport } from "../../app/platform/webrtc/webrtc-transport.ts";
import { ConfigError } from "../config.ts";
import type { RunningServer } from "../server.ts";
import { PeerFailure } from "./failure.ts";
import { FolderChunkStore } from "./folder-chunk-store.ts";
import { HeadlessPeer } from "./headless-peer.ts";
import type { OfferedTrack } from "./headless-peer.ts";
import { nodeClock } from "./node-clock.ts";
import { createConnectionClass } from "./node-connection.ts";
import { HELP, readOptions } from "./options.ts";
import type { PeerOptions } from "./options.ts";
import { startOwnServer } from "./own-server.ts";
import { PeerFolder } from "./peer-folder.ts";
import { Report } from "./report.ts";
import { importSentence } from "./sentences.ts";
import { keepSynthetic, syntheticTrack, verifySynthetic } from "./synthetic-track.ts";

const STOPPED_BEFORE_THE_END = 130; // as a shell says of Ctrl-C

const hasher = createHasher();
const report = new Report(process.stdout);

try {
  const options = readOptions(process.argv.slice(2));
  if (options) process.exitCode = await run(options);
  else process.stdout.write(`${HELP}\n`);
} catch (error) {
  report.end();
  console.error(sentenceOf(error));
  process.exitCode = 1;
}
process.exit(); // connections and timers of the native library would hold the process for a while

/** @returns the exit code. */
async function run(options: PeerOptions): Promise<number> {
  const folder = await PeerFolder.open(options.storeFolder);
  let server: RunningServer | null = null;
  let store: FolderChunkStore | null = null;
  try {
    const { budgetBytes } = options;
    store = await FolderChunkStore.open(folder.path, { budgetBytes, chooseEvictions, wallClockMs: Date.now });
    const offers = await keepOffers(options, store);
    if (options.listenPort !== null) server = await startOwnServer(options, options.listenPort, report);
    return await takePart(options, folder, store, offers);
  } finally {
    await server?.stop();
    await store?.settled();
    await folder.close();
  }
}

async function takePart(
  options: PeerOptions,
  folder: PeerFolder,
  store: ChunkStore,
  offers: readonly OfferedTrack[],
): Promise<number> {
  const { jamId, synthetic, bindAddress } = options;
  const serverUrl = options.serverUrl ?? `ws://${bindAddress?.replace(/.*:.*/, "[$&]") ?? "127.0.0.1"}:${options.listenPort}`;
  const identity = identityFromSecret(await folder.readSecret());
  installBrowserGlobals(bindAddress);
  const links = createWebRtcTransport({
    selfId: identity.peerId,
    iceServers: [],
    clock: nodeClock,
    log: options.verbose ? (kind, details) => tell(kind, JSON.stringify(details)) : () => {},
    console: options.verbose ? { info: tell, warn: tell } : { info: () => {}, warn: () => {} },
  });
  const peer = new HeadlessPeer({
    engine: {
      jamId,
      name: options.name,
      identity,
      clock: nodeClock,
      random: Math.random,
      hasher,
      store,
      channel: createSignallingChannel(`${serverUrl}/ws/${jamId}`, {
        clock: nodeClock,
        random: Math.random,
        onWake: () => () => {}, // nothing here sleeps or wakes
      }),
      links,
      chooseIceServers: (fromServer) => chooseIceServers(fromServer, readIceOverrides(process.env)),
    },
    serverName: serverUrl.replace(/^ws/, "http"),
    hosts: options.hosts,
    plays: options.plays,
    keeps: options.keeps,
    offers,
    expected: synthetic && (await syntheticTrack(synthetic, hasher)).trackId,
    knownDocuments: await folder.readDocuments(jamId),
    keepDocuments: (documents) => folder.keepDocuments(jamId, documents),
    newId: nanoid,
    report,
  });
  let isStopped = false;
  const stop = () => {
    isStopped = true;
    peer.stop();
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    await peer.run();
  } finally {
    report.end();
    links.closeAll("left the jam");
  }
  if (isStopped) return options.keeps ? 0 : STOPPED_BEFORE_THE_END;
  if (synthetic) {
    await verifySynthetic(synthetic, store, hasher);
    report.line(`Verified: all ${synthetic.chunks} chunks are byte for byte what they should be.`);
  }
  return 0;
}

/** What is to be offered, put into the store. */
async function keepOffers({ seedFiles, synthetic, seedsSynthetic }: PeerOptions, store: ChunkStore): Promise<OfferedTrack[]> {
  if (synthetic && seedsSynthetic) return [await keepSynthetic(synthetic, store, hasher)];
  const offers: OfferedTrack[] = [];
  for (const path of seedFiles) {
    const name = basename(path);
    const file = await openFile(path, name);
    offers.push(await importTrack(file, name, { store, hasher, resizeCover: omitLargeCover }));
  }
  return offers;
}

/** @throws ImportError `unreadable` */
async function openFile(path: string, name: string): Promise<Blob> {
  try {
    return await openAsBlob(path); // throws, or rejects, as it likes
  } catch (error) {
    throw new ImportError("unreadable", name, { cause: error });
  }
}

/** What the borrowed adapters expect to find in a browser's global scope. */
function installBrowserGlobals(bindAddress: string | null): void {
  Object.assign(globalThis, {
    WebSocket: NodeWebSocket,
    RTCPeerConnection: createConnectionClass(bindAddress),
    reportError: (error: unknown) => console.error(error),
  });
}

function tell(...parts: unknown[]): void {
  report.line(parts.join(" "));
}

/** @throws what is a fault of ours, and wants a stack trace. */
function sentenceOf(error: unknown): string {
  if (error instanceof PeerFailure) return error.message;
  if (error instanceof ConfigError) return error.problems.join("\n");
  if (error instanceof ImportError) return importSentence(error.fileName, error.code);
  if (error instanceof StoreError) return `The music cannot be kept: ${error.message}.`;
  throw error;
}
