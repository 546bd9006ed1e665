/**
 * A process of headless peers, as the bench starts and runs it: the real engine, WebRTC and folders on disk. Peers of one
 * process know each other only through the network, as those of different ones do. It ends with the bench, whatever
 * becomes of that, and leaves no folder behind.
 */
import { openAsBlob } from "node:fs";
import { rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename } from "node:path";
import { nanoid } from "nanoid";
import * as v from "valibot";
import { WebSocket } from "ws";
import { ImportError, JamIdSchema, totalBytes } from "../../../app/core/index.ts";
import { createHasher } from "../../../app/platform/hash/hasher.ts";
import { identityFromSecret } from "../../../app/platform/identity/identity.ts";
import { omitLargeCover } from "../../../app/platform/import/cover.ts";
import { importTrack } from "../../../app/platform/import/import-track.ts";
import { createSignallingChannel } from "../../../app/platform/signalling/signalling-channel.ts";
import { chooseEvictions } from "../../../app/platform/store/eviction.ts";
import { createWebRtcTransport } from "../../../app/platform/webrtc/webrtc-transport.ts";
import { PeerFailure } from "../../../server/peer/failure.ts";
import { FolderChunkStore } from "../../../server/peer/folder-chunk-store.ts";
import { HeadlessPeer } from "../../../server/peer/headless-peer.ts";
import { nodeClock } from "../../../server/peer/node-clock.ts";
import { createConnectionClass } from "../../../server/peer/node-connection.ts";
import { PeerFolder } from "../../../server/peer/peer-folder.ts";
import { Report } from "../../../server/peer/report.ts";
import { importSentence } from "../../../server/peer/sentences.ts";
import { startProfile } from "./cpu-profile.ts";
import { readOrder } from "./messages.ts";
import type { News, Order, PeerFigures } from "./messages.ts";

interface RunningPeer {
  readonly name: string;
  readonly peer: HeadlessPeer;
  /** Leaves the jam, and clears away what was kept. */
  close(): Promise<void>;
}

/** More than any file that one would bench with. */
const BUDGET_BYTES = 8 * 1024 ** 3;
const LOOPBACK = "127.0.0.1";

const hasher = createHasher();
const silent = new Report({ write: () => true });
const peers = new Map<string, RunningPeer>();
let cpuAtStart = process.cpuUsage();
let endProfile = async (): Promise<void> => {};

Object.assign(globalThis, { WebSocket, RTCPeerConnection: createConnectionClass(LOOPBACK), reportError: fail });
process.on("message", (message) => void obey(readOrder(message)).catch(fail));
process.once("disconnect", () => void end().catch(fail));
process.on("SIGINT", () => {}); // meant for the bench, which tells us

async function obey(order: Order): Promise<void> {
  switch (order.kind) {
    case "make":
      for (const name of order.names) peers.set(name, await makePeer(name, order));
      tell({ kind: "made" });
      if (order.file !== null) for (const name of order.names) start(name);
      return;
    case "measure":
      if (order.profilePath !== null) endProfile = await startProfile(order.profilePath);
      cpuAtStart = process.cpuUsage();
      return;
    case "start":
      return start(order.name);
    case "look":
      return tell(figures());
    case "stop":
      await endProfile();
      return end();
  }
}

async function makePeer(name: string, order: Extract<Order, { kind: "make" }>): Promise<RunningPeer> {
  const jamId = v.parse(JamIdSchema, order.jamId);
  const folder = await PeerFolder.open(null);
  const identity = identityFromSecret(await folder.readSecret());
  const store = await FolderChunkStore.open(folder.path, { budgetBytes: BUDGET_BYTES, chooseEvictions, wallClockMs: Date.now });
  const offers =
    order.file === null
      ? []
      : [await importTrack(await openAsBlob(order.file), basename(order.file), { store, hasher, resizeCover: omitLargeCover })];
  const links = createWebRtcTransport({
    selfId: identity.peerId,
    iceServers: [],
    clock: nodeClock,
    log: () => {},
    console: { info: () => {}, warn: () => {} },
  });
  const peer = new HeadlessPeer({
    engine: {
      jamId,
      name,
      identity,
      clock: nodeClock,
      random: Math.random,
      hasher,
      store,
      channel: createSignallingChannel(`${order.serverUrl}/ws/${jamId}`, {
        clock: nodeClock,
        random: Math.random,
        onWake: () => () => {},
      }),
      links,
      chooseIceServers: () => [], // nothing leaves the machine
    },
    serverName: order.serverUrl,
    hosts: order.file !== null,
    plays: false,
    keeps: true,
    offers,
    expected: null,
    knownDocuments: [],
    keepDocuments: (documents) => folder.keepDocuments(jamId, documents),
    newId: nanoid,
    report: silent,
    onEvent: ({ kind }) => {
      if (kind === "track-complete") tell({ kind: "complete", name });
    },
  });
  if (order.capBytesPerSecond !== null) peer.swarm.setUploads({ enabled: true, capBytesPerSecond: order.capBytesPerSecond });
  return {
    name,
    peer,
    async close() {
      peer.stop();
      links.closeAll("left the jam");
      await store.settled();
      await folder.close();
    },
  };
}

function start(name: string): void {
  const running = peers.get(name);
  if (!running) throw new Error(`there is no peer ${name} here`);
  running.peer.run().catch((error: unknown) => fail(error, name));
}

function figures(): News {
  const { user, system } = process.cpuUsage(cpuAtStart);
  return {
    kind: "figures",
    cpuSeconds: (user + system) / 1e6,
    rssBytesMax: process.resourceUsage().maxRSS * 1024, // kilobytes on every system (libuv)
    peers: [...peers.values()].map(figuresOf),
  };
}

function figuresOf({ name, peer: { swarm } }: RunningPeer): PeerFigures {
  const [track] = swarm.trackStats();
  return {
    name,
    chunks: track?.manifest?.chunks.length ?? 0,
    chunksHeld: track?.chunksHeld ?? 0,
    links: swarm.neighbourStats().length,
    sizeBytes: track?.manifest ? totalBytes(track.manifest) : 0,
    bytesUploaded: track?.bytesUploaded ?? 0,
    bytesFromOrigin: track?.bytesFromOrigin ?? 0,
    bytesFromListeners: track?.bytesFromListeners ?? 0,
    bytesDuplicate: track?.bytesDuplicate ?? 0,
    hashFailures: track?.hashFailures ?? 0,
  };
}

function tell(news: News): void {
  if (process.connected) process.send?.(news);
}

function fail(error: unknown, name?: string): void {
  const sentence = sentenceOf(error);
  tell({ kind: "failed", sentence: name === undefined ? sentence : `${name}: ${sentence}` });
}

function sentenceOf(error: unknown): string {
  if (error instanceof PeerFailure) return error.message;
  if (error instanceof ImportError) return importSentence(error.fileName, error.code);
  console.error(error); // nobody's fault but ours: with its stack
  return String(error);
}

async function end(): Promise<void> {
  await Promise.allSettled([...peers.values()].map((running) => running.close()));
  // Killed, the bench has left its folder to us: the last one finds it empty.
  if (!process.connected) await rmdir(tmpdir()).catch(() => {}); // others are not done yet
  process.exit(); // connections and timers of the native library would hold the process for a while
}
