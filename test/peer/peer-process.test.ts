import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { startTestServer } from "../server/test-server.ts";
import { findFreePort, runPeer } from "./peer-process.ts";

const SHAPE = ["--num-chunks", "120", "--chunk-size", "4096"] as const;
const SONG = "test/fixtures/melody-cbr.mp3";
/** More than a listener fetches ahead. */
const SONGS = [
  SONG,
  ...["vbr.mp3", "30s.mp3"].map((name) => `test/fixtures/melody-${name}`),
  ...["m4a", "aac", "opus"].map((type) => `test/fixtures/melody.${type}`),
];

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "peer-process-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

describe("headless peers", () => {
  test("two machines move a made-up track with nothing but each other", async () => {
    const port = await findFreePort();
    const seeder = runPeer("--listen-port", String(port), "--seed", ...SHAPE);
    await seeder.printed(/Offered: Noise of 120 × 4096 bytes/);
    const fetching = runPeer("--listen-port", String(await findFreePort()), ...SHAPE, "--connect", `127.0.0.1:${port}`);
    const { code, stdout, stderr } = await fetching.ended;
    expect(stderr).toBe("");
    expect(stdout).toMatch(/Everything is here: 1 track, 491\.5 kB fetched in \d+\.\d s \(\d+\.\d [kM]B\/s\)\./);
    expect(stdout).toContain("Verified: all 120 chunks are byte for byte what they should be.");
    expect(code).toBe(0);
    seeder.stop();
    expect((await seeder.ended).code).toBe(0);
  });

  test("a seeder keeps the whole programme and serves it when whoever brought it has gone; nothing is fetched twice", async () => {
    const server = await startTestServer();
    const folder = await makeFolder();
    const where = ["--connect", `http://127.0.0.1:${server.port}/j/party`] as const;
    const host = runPeer(...where, "--host", "--seed", ...SONGS);
    await host.printed(/Offered: [^]*100 % of 6/);
    const first = runPeer(...where, "--store", folder, "--keep");
    await first.printed(/100 % of 6 tracks/);
    host.stop();
    first.stop();
    expect((await first.ended).code).toBe(0);
    expect(await readdir(folder)).toEqual(["identity", "jams", "tracks"]);

    const seeder = runPeer(...where, "--store", folder, "--keep");
    await seeder.printed(/100 % of 6 tracks, 0 peers/);
    const { code, stdout } = await runPeer(...where).ended;
    expect(stdout).toMatch(/Everything is here: 6 tracks, \d+\.\d kB fetched/);
    expect(code).toBe(0);
    seeder.stop();
    await seeder.ended;
    const again = await runPeer(...where, "--store", folder).ended;
    expect(again.stdout).toContain("Everything is here: 6 tracks, 0 B fetched.");
  });

  test("a listener's file is added by the host", async () => {
    const port = await findFreePort();
    const host = runPeer("--listen-port", String(port), "--seed", ...SHAPE, "--play");
    await host.printed(/Offered: /);
    const listener = runPeer("--connect", `127.0.0.1:${port}`, "--seed", SONG);
    await listener.printed(/100 % of 2 tracks, 1 peer/);
    await host.printed(/100 % of 2 tracks, 1 peer/);
  });
});

describe("what cannot be done is one sentence on stderr, and exit code 1", () => {
  const expectSentence = async (args: readonly string[], sentence: string | RegExp): Promise<void> => {
    const { code, stderr } = await runPeer(...args).ended;
    expect(stderr).toMatch(sentence);
    expect(stderr.split("\n")).toHaveLength(1);
    expect(code).toBe(1);
  };

  test("a bad argument", async () => {
    await expectSentence(["--connect", "nowhere"], /^--connect must be an address such as/);
  });

  test("an address that nobody answers at", async () => {
    const port = await findFreePort();
    await expectSentence(
      ["--connect", `127.0.0.1:${port}`],
      `There is no answer from a BeatTorrent server at http://127.0.0.1:${port}.`,
    );
  });

  test("a port in use", async () => {
    const { port } = await startTestServer();
    await expectSentence(
      ["--listen-port", String(port), "--seed", ...SHAPE],
      `Port ${port} is in use by another program: choose another --listen-port.`,
    );
  });

  test("a file that is no music, and one that is not there", async () => {
    const { port } = await startTestServer();
    const where = ["--connect", `127.0.0.1:${port}`, "--seed"] as const;
    await expectSentence(
      [...where, "test/fixtures/bad/text.mp3"],
      "text.mp3 cannot be offered: it is no audio file that we know.",
    );
    await expectSentence([...where, "nowhere.mp3"], "nowhere.mp3 cannot be offered: the file cannot be read.");
  });

  test("no room, for what is offered and for what is fetched", async () => {
    const port = await findFreePort();
    const large = ["--num-chunks", "300", "--chunk-size", "4096"] as const;
    const usedUp = "The music cannot be kept: the 1.0 MB that may be kept are used up.";
    await expectSentence(["--listen-port", String(port), "--seed", ...large, "--budget", "1"], usedUp);
    const seeder = runPeer("--listen-port", String(port), "--seed", ...large);
    await seeder.printed(/Offered: /);
    await expectSentence(["--connect", `127.0.0.1:${port}`, "--budget", "1"], usedUp);
  });

  test("a jam that nobody has started, one with another host, and one with other tracks", async () => {
    const port = await findFreePort();
    const seeder = runPeer("--listen-port", String(port), "--seed", ...SHAPE);
    await seeder.printed(/Offered: /);
    const where = ["--connect", `127.0.0.1:${port}`] as const;
    await expectSentence([...where, "--jam", "elsewhere"], /^Nobody has started the jam elsewhere yet/);
    await expectSentence([...where, "--host"], /^The jam jam1 has another host/);
    await expectSentence([...where, "--num-chunks", "7", "--chunk-size", "7"], /^The jam has other tracks than the one/);
  });
});
