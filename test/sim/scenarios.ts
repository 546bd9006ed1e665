/** What happens in a jam: each scenario drives a world to its end, and then says whether what it is about took place. */
import { makeSong } from "../support/songs.ts";
import type { Song } from "../support/songs.ts";
import { poison } from "../support/swarm-world.ts";
import type { Goal } from "../bench/bench.ts";
import type { SimWorld, Visit } from "./world.ts";

const STAGGER_MS = 1000;
const LIMIT_MS = 600_000;
const CHURN_MS = 120_000;
const CHURN_SHARE_PER_MINUTE = 0.2;
const POISON_SHARE = 0.1;
const FREE_RIDER_SHARE = 0.3;
const SEEK_EVERY_MS = 10_000;
const SEEKS = 6;
const CUT_AFTER_MS = 6000;
const CUT_MS = 20_000;
/** Browsers call such a link disconnected after some seconds; some give it up then, others wait and see. */
const BREAK_AFTER_MS = 10_000;
const BREAK_SHARE = 0.5;
/** All that was cut off is linked again by then: an attempt in vain takes 20 s, and the next one comes later. */
const RELINKED_MS = 60_000;

export interface Scenario {
  readonly summary: string;
  /** Unless it is said, and at least; 1 by default. */
  readonly peers: number;
  readonly minPeers?: number;
  readonly songs: () => readonly Song[];
  /** From the first listener to the moment that all who are there have everything. */
  readonly drive: (sim: SimWorld) => Promise<void>;
  /** One sentence for each thing that should have happened and did not. */
  readonly findVacuous: (sim: SimWorld) => readonly string[];
  readonly goals: (peers: number) => Readonly<Record<string, Goal>>;
}

/** 208 s and 3.3 MB in 104 chunks. */
const oneSong = (): readonly Song[] => [makeSong()];
/** 208 s at 512 kbit/s: nobody has it all before the host has jumped about. */
const heavySong = (): readonly Song[] => [makeSong({ chunkBytes: 128_000 })];
/** Ten tracks of 20 s. */
const programme = (): readonly Song[] => Array.from({ length: 10 }, (_, index) => makeSong({ chunks: 10, seed: index + 1 }));

const nothingMore = (): readonly string[] => [];
const noStalls: Readonly<Record<string, Goal>> = { stalls: { max: 0 } };

function goals(copies: number, ratio: number | null, playable: readonly [p50: number, p95: number] | null): Record<string, Goal> {
  return {
    copies: { max: copies },
    ...(ratio !== null && { makespanRatio: { max: ratio } }),
    ...(playable && { playableMsP50: { max: playable[0] }, playableMsP95: { max: playable[1] } }),
    ...noStalls,
  };
}

function flashGoals(peers: number): Record<string, Goal> {
  if (peers <= 50) return goals(1.25, 1.35, [600, 1000]);
  return peers <= 1000 ? goals(1.3, 1.35, [1000, 1600]) : goals(1.4, 1.5, [1500, 2500]);
}

async function flash(sim: SimWorld): Promise<void> {
  for (let count = 0; count < sim.options.peers; count++) sim.addListener();
  await sim.runToCompletion(LIMIT_MS);
}

async function stagger(sim: SimWorld): Promise<void> {
  for (let count = 0; count < sim.options.peers; count++) {
    if (count > 0) await sim.run(STAGGER_MS);
    sim.addListener();
  }
  await sim.runToCompletion(LIMIT_MS);
}

/** Whom the origin gives most goes, and somebody new comes. */
async function churn(sim: SimWorld): Promise<void> {
  const { peers } = sim.options;
  for (let count = 0; count < peers; count++) sim.addListener();
  const everyMs = 60_000 / (peers * CHURN_SHARE_PER_MINUTE);
  for (let passedMs = everyMs; passedMs <= CHURN_MS; passedMs += everyMs) {
    await sim.run(everyMs);
    const best = bestNeighbour(sim);
    if (!best) continue;
    sim.remove(best);
    sim.addListener();
  }
  await sim.runToCompletion(LIMIT_MS);
}

/** The listener that got most from the origin over its present link; whoever came first, if it has no links. */
function bestNeighbour(sim: SimWorld): Visit | undefined {
  const given = new Map(sim.origin.peer.swarm.neighbourStats().map(({ peerId, bytesSent }) => [peerId, bytesSent]));
  const listeners = sim.present.filter(({ isOrigin }) => !isOrigin);
  return listeners.toSorted((a, b) => (given.get(b.peer.peerId) ?? -1) - (given.get(a.peer.peerId) ?? -1))[0];
}

/** As soon as every chunk is with some listener. */
async function originLeaves(sim: SimWorld): Promise<void> {
  for (let count = 0; count < sim.options.peers; count++) sim.addListener();
  await sim.run(LIMIT_MS, () => sim.firstCopyMs !== null);
  sim.remove(sim.origin);
  await sim.runToCompletion(LIMIT_MS);
}

async function poisoned(sim: SimWorld): Promise<void> {
  for (let count = 0; count < sim.options.peers; count++)
    sim.addListener(isChosen(count, POISON_SHARE) ? { isHonest: false, tamper: poison } : {});
  await sim.runToCompletion(LIMIT_MS);
}

async function freeRiders(sim: SimWorld): Promise<void> {
  for (let count = 0; count < sim.options.peers; count++) sim.addListener({ uploads: !isChosen(count, FREE_RIDER_SHARE) });
  await sim.runToCompletion(LIMIT_MS);
}

/** Every so manyth, spread evenly, the first among them. */
function isChosen(count: number, share: number): boolean {
  return Math.ceil((count + 1) * share) > Math.ceil(count * share);
}

async function seekStorm(sim: SimWorld): Promise<void> {
  for (let count = 0; count < sim.options.peers; count++) sim.addListener();
  const durationMs = (sim.options.songs[0]?.manifest.durationUs ?? 0) / 1000;
  for (let seek = 0; seek < SEEKS; seek++) {
    await sim.run(SEEK_EVERY_MS);
    sim.world.seek(sim.random() * (durationMs - SEEK_EVERY_MS));
  }
  await sim.runToCompletion(LIMIT_MS);
}

/**
 * Two halves, the origin in one of them, lose each other for a while in the midst of it: at first all links between them
 * are silent, then some break. The server sees everyone all the time, so that links are tried again, in vain.
 */
async function partition(sim: SimWorld): Promise<void> {
  for (let count = 0; count < sim.options.peers; count++) sim.addListener();
  await sim.run(CUT_AFTER_MS);
  sim.split();
  await sim.run(BREAK_AFTER_MS);
  sim.breakCutLinks(BREAK_SHARE);
  await sim.run(CUT_MS - BREAK_AFTER_MS);
  sim.heal();
  await sim.runToCompletion(LIMIT_MS);
  await sim.run(RELINKED_MS, () => sim.cut.relinked === sim.cut.broken);
}

const uploadedBy = (sim: SimWorld, visit: Visit): number =>
  sim.statsOf(visit).reduce((sum, { bytesUploaded }) => sum + bytesUploaded, 0);

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  flash: {
    summary: "all at once",
    peers: 50,
    songs: oneSong,
    drive: flash,
    findVacuous: nothingMore,
    goals: flashGoals,
  },
  stagger: {
    summary: "one a second",
    peers: 7,
    songs: oneSong,
    drive: stagger,
    findVacuous: nothingMore,
    goals: () => goals(1.1, null, [400, 600]),
  },
  churn: {
    summary: "20 % of the listeners replaced per minute, the origin's best neighbours first, for 2 minutes",
    peers: 200,
    songs: oneSong,
    drive: churn,
    findVacuous: (sim) => (sim.visits.some(({ left }) => left) ? [] : ["nobody was replaced"]),
    goals: () => goals(1.3, null, [800, 1500]),
  },
  "origin-leaves": {
    summary: "the origin goes once every chunk is with some listener",
    peers: 100,
    songs: oneSong,
    drive: originLeaves,
    findVacuous: (sim) => {
      const leftMs = sim.origin.left?.atMs ?? Infinity;
      return sim.visits.some(({ peer }) => (peer.completeMs ?? 0) > leftMs) ? [] : ["nobody needed the origin's successors"];
    },
    goals: () => goals(1.1, null, null),
  },
  poison: {
    summary: "10 % serve bad bytes",
    peers: 100,
    minPeers: 2,
    songs: oneSong,
    drive: poisoned,
    findVacuous: (sim) => (sim.audit.seen.bans > 0 ? [] : ["nobody was banned"]),
    goals: () => goals(1.5, 1.6, [1000, 2000]),
  },
  "free-riders": {
    summary: "30 % upload nothing",
    peers: 100,
    songs: oneSong,
    drive: freeRiders,
    findVacuous: (sim) => {
      const riders = sim.visits.filter(({ serves }) => !serves);
      return riders.length > 0 && riders.every((visit) => uploadedBy(sim, visit) === 0) ? [] : ["the free-riders uploaded"];
    },
    goals: () => goals(1.5, 1.6, [1000, 2000]),
  },
  "seek-storm": {
    summary: "the host seeks every 10 s, six times, in a song of 13 MB",
    peers: 50,
    songs: heavySong,
    drive: seekStorm,
    findVacuous: (sim) =>
      sim.visits.some(({ peer }) => peer.player.jumpsMs.some((ms) => ms > 0)) ? [] : ["nobody had to wait after a jump"],
    goals: () => noStalls,
  },
  partition: {
    summary: "two halves lose each other for 20 s, in a song of 13 MB",
    peers: 50,
    minPeers: 4,
    songs: heavySong,
    drive: partition,
    findVacuous: ({ cut, visits }) => [
      ...(cut.broken > 0 && cut.relinked > 0 ? [] : ["no link broke and was made again"]),
      ...(cut.silent > 0 ? [] : ["no link was silent and lived on"]),
      ...(visits.some(({ peer }) => (peer.completeMs ?? 0) > cut.untilMs) ? [] : ["nobody missed anything in the end"]),
    ],
    goals: () => ({}),
  },
  "next-track": {
    summary: "a programme of 10 tracks of 20 s",
    peers: 50,
    songs: programme,
    drive: flash,
    findVacuous: (sim) => (sim.options.songs.length === 10 ? [] : ["there was no programme"]),
    goals: () => noStalls,
  },
  big: {
    summary: "all at once, 10,000 of them",
    peers: 10_000,
    songs: oneSong,
    drive: flash,
    findVacuous: nothingMore,
    goals: flashGoals,
  },
};
