import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { BenchFailure } from "../bench.ts";
import { swarmBench } from "./swarm-bench.ts";

/** A place for temporary folders where nobody else has any. */
async function useOwnTemporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "swarm-bench-"));
  vi.stubEnv("TMPDIR", folder);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });
  return folder;
}

describe("the swarm bench", () => {
  test("moves a song to listeners in several processes, and leaves nothing behind", async () => {
    const folder = await useOwnTemporaryFolder();
    const args = ["--file", "test/fixtures/melody-cbr.mp3", "--peers", "3", "--processes", "2", "--stagger", "10"];
    const { options, figures, rows } = await swarmBench.run(args, () => {});
    expect(options).toMatchObject({ file: "melody-cbr.mp3", peers: 3, staggerMs: 10 });
    expect(rows.map(({ process, peers }) => [process, peers])).toEqual([
      ["origin", 1],
      ["listener 1", 1],
      ["listeners 2–3", 2],
    ]);
    expect(figures).toMatchObject({ processes: 3, peersPerProcess: 1.5, hashFailures: 0 });
    expect(figures["copies"]).toBeGreaterThanOrEqual(1);
    expect(figures["cpuSecondsPerMB"]).toBeGreaterThan(0);
    expect(figures["rssMBPerPeer"]).toBeGreaterThan(1);
    expect(await readdir(folder)).toEqual([]);
  });

  test("says why it failed, and leaves nothing behind either", async () => {
    const folder = await useOwnTemporaryFolder();
    const running = swarmBench.run(["--file", "test/fixtures/bad/text.mp3", "--peers", "1"], () => {});
    await expect(running).rejects.toThrow(new BenchFailure("text.mp3 cannot be offered: it is no audio file that we know."));
    expect(await readdir(folder)).toEqual([]);
  });
});
