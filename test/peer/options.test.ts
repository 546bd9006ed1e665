import { describe, expect, test } from "vitest";
import { PeerFailure } from "../../server/peer/failure.ts";
import { HELP, readOptions } from "../../server/peer/options.ts";

const read = (line: string) => readOptions(line.split(" ").filter((word) => word !== ""));

describe("a command line becomes options", () => {
  test.each([
    ["--connect 192.168.1.20:8000", { serverUrl: "ws://192.168.1.20:8000", jamId: "jam1", keeps: false, hosts: false }],
    ["--connect [::1]:8000", { serverUrl: "ws://[::1]:8000" }],
    ["--connect https://example.org", { serverUrl: "wss://example.org" }],
    ["--connect wss://example.org:444/", { serverUrl: "wss://example.org:444" }],
    ["--connect http://localhost:8000/j/mellow-otter-42", { serverUrl: "ws://localhost:8000", jamId: "mellow-otter-42" }],
    ["--connect http://localhost:8000/j/mellow-otter-42 --jam JAM2", { jamId: "jam2" }],
    ["--connect h:1 --keep --store music --budget 5", { keeps: true, storeFolder: "music", budgetBytes: 5 * 1024 * 1024 }],
    ["--connect h:1 --seed a.mp3 b.flac", { seedFiles: ["a.mp3", "b.flac"], keeps: true, hosts: false, synthetic: null }],
    ["--connect h:1 --host --play", { hosts: true, plays: true, keeps: true }],
    ["--listen-port 9003 --seed a.mp3", { serverUrl: null, listenPort: 9003, hosts: true, keeps: true, bindAddress: null }],
    [
      "--listen-port 9003 --seed --num-chunks 120 --chunk-size 4096",
      { synthetic: { chunks: 120, chunkBytes: 4096 }, seedsSynthetic: true, hosts: true, keeps: true },
    ],
    [
      "--listen-port 9004 --num-chunks 120 --chunk-size 4096 --connect h:9003 --bind 127.0.0.1",
      { seedsSynthetic: false, hosts: false, keeps: false, listenPort: 9004, bindAddress: "127.0.0.1" },
    ],
  ])("%s", (line, expected) => {
    expect(read(line)).toMatchObject(expected);
  });

  test("--help is no options at all, whatever else is given", () => {
    expect(read("--help --num-chunks none")).toBeNull();
    for (const option of ["--connect", "--keep", "--num-chunks", "--store", "--budget", "--bind"]) expect(HELP).toContain(option);
  });
});

describe("a bad command line is one sentence", () => {
  test.each([
    ["", "Give --connect ADDRESS, --listen-port PORT, or both; --help says more."],
    ["--frob", "Unknown option '--frob'; --help lists the options."],
    ["--connect", "Option '--connect <value>' argument missing; --help lists the options."],
    ["--connect example", '--connect must be an address such as https://example.org or 192.168.1.20:8000, but it is "example".'],
    ["--connect ftp://h", '--connect must be an address such as https://example.org or 192.168.1.20:8000, but it is "ftp://h".'],
    ["--connect h:99999", '--connect must be an address such as https://example.org or 192.168.1.20:8000, but it is "h:99999".'],
    ["--connect h:1 --jam ../x", '--jam must be a code such as mellow-otter-42, but it is "../x".'],
    ["--listen-port 0", '--listen-port must be a whole number from 1 to 65535, but it is "0".'],
    ["--listen-port 1e3", '--listen-port must be a whole number from 1 to 65535, but it is "1e3".'],
    ["--connect h:1 --bind eth0", '--bind must be an IP address of this machine, but it is "eth0".'],
    ["--connect h:1 --bind 203.0.113.9", '--bind must be an IP address of this machine, but it is "203.0.113.9".'],
    ["--connect h:1 a.mp3", '"a.mp3" is no option; files to offer stand after --seed.'],
    ["--connect h:1 --seed", "--seed needs files to offer, or --num-chunks and --chunk-size."],
    ["--connect h:1 --seed a.mp3 --num-chunks 1 --chunk-size 1", "Offer files or a made-up track (--num-chunks), not both."],
    ["--connect h:1 --num-chunks 5", "--num-chunks and --chunk-size go together."],
    ["--connect h:1 --num-chunks 5 --chunk-size 0", '--chunk-size must be a whole number from 1 to 4194304, but it is "0".'],
    ["--connect h:1 --play", "Only the host plays: give --host with --play."],
    [`--connect h:1 --name ${"n".repeat(41)}`, `--name must have 1 to 40 letters, but it is "${"n".repeat(41)}".`],
    ["--connect h:1 --budget lots", '--budget must be a whole number from 1 to 1000000000, but it is "lots".'],
  ])("%s", (line, sentence) => {
    expect(() => read(line)).toThrow(new PeerFailure(sentence));
  });
});
