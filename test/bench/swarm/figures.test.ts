import { describe, expect, test } from "vitest";
import { findMissedGoals } from "../bench.ts";
import { summarise } from "./figures.ts";
import type { MeasuredProcess } from "./figures.ts";
import type { PeerFigures } from "./messages.ts";

const SIZE_BYTES = 1_000_000;

const peer = (name: string, figures: Partial<PeerFigures>): PeerFigures => ({
  name,
  chunks: 10,
  chunksHeld: 10,
  links: 2,
  sizeBytes: SIZE_BYTES,
  bytesUploaded: 0,
  bytesFromOrigin: 0,
  bytesFromListeners: 0,
  bytesDuplicate: 0,
  hashFailures: 0,
  ...figures,
});

const processOf = (title: string, rssBytesMax: number, ...peers: PeerFigures[]): MeasuredProcess => ({
  title,
  figures: { kind: "figures", cpuSeconds: 0.5, rssBytesMax, peers },
});

/** Alice brings the music; bob and carol share a process. */
const jam = (upMbit: number | null, carolGot = 800_000) =>
  summarise({
    options: { file: "music/song.mp3", peers: 2, staggerMs: 0, upMbit, processes: 1, profileFolder: null },
    origin: processOf("origin", 120e6, peer("alice", { bytesUploaded: 1_300_000 })),
    listeners: [
      processOf(
        "listeners 1–2",
        180e6,
        peer("bob", { bytesFromOrigin: 1_000_000, bytesUploaded: 800_000 }),
        peer("carol", { bytesFromOrigin: 200_000, bytesFromListeners: carolGot, bytesDuplicate: 100_000 }),
      ),
    ],
    completeMs: new Map([
      ["bob", 1_500],
      ["carol", 2_000],
    ]),
    tookMs: [1_500, 2_000],
  });

describe("figures of a swarm", () => {
  test("count what the origin sent, who fed whom, and what it cost per megabyte and per peer", () => {
    expect(jam(null).figures).toEqual({
      copies: 1.3,
      makespanMs: 2_000,
      completeMsP50: 1_500,
      cpuSecondsPerMB: 0.5,
      rssMBPerPeer: 100,
      listenerShare: 0.4,
      duplicateShare: 0.05,
      hashFailures: 0,
      movedMBPerSecond: 1,
      linksPerPeer: 2,
      processes: 2,
      peersPerProcess: 2,
    });
  });

  test("with a limit to uploads, the makespan stands beside the time in which the origin can send everything once", () => {
    expect(jam(8).figures).toMatchObject({ boundMs: 1_000, makespanRatio: 2 });
  });

  test("more than 1.2 copies are a goal missed", () => {
    expect(findMissedGoals(jam(null))).toEqual(["copies"]);
  });

  test("one row per process, the file without its folder", () => {
    const { rows, options } = jam(null);
    expect(rows.map(({ process, peers, "sent KB": sent }) => [process, peers, sent])).toEqual([
      ["origin", 1, 1_300],
      ["listeners 1–2", 2, 800],
    ]);
    expect(options["file"]).toBe("song.mp3");
  });

  test("there are none where bytes are missing", () => {
    expect(() => jam(null, 700_000)).toThrow("2 listeners want 1000000 bytes each, but they got 1900000");
  });
});
