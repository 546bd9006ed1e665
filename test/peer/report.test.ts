import { expect, test } from "vitest";
import { formatBytes } from "../../server/peer/amounts.ts";
import { Report } from "../../server/peer/report.ts";

const progress = { fraction: 0, tracks: 2, peers: 1, receivedBytes: 0, sentBytes: 0 };

function open(isTTY: boolean): { readonly report: Report; readonly written: string[] } {
  const written: string[] = [];
  return { report: new Report({ isTTY, write: (text) => written.push(text) }), written };
}

test("on a terminal progress is one line that changes, below the others", () => {
  const { report, written } = open(true);
  report.progress({ ...progress, fraction: 0.5, receivedBytes: 1_500_000 });
  const bar = "████████████░░░░░░░░░░░░  50 %  2 tracks  1 peer  ↓ 1.5 MB  ↑ 0 B";
  report.line("hello");
  report.end();
  report.line("bye");
  expect(written).toEqual([`\r\u001b[K${bar}`, `\r\u001b[Khello\n${bar}`, "\n", "bye\n"]);
});

test("elsewhere progress is a plain line for every tenth and every change of peers", () => {
  const { report, written } = open(false);
  for (const fraction of [0, 0.05, 0.11, 0.19, 1]) report.progress({ ...progress, fraction });
  report.progress({ ...progress, fraction: 1, peers: 2 });
  report.end();
  expect(written).toEqual([
    "0 % of 2 tracks, 1 peer\n",
    "10 % of 2 tracks, 1 peer\n",
    "100 % of 2 tracks, 1 peer\n",
    "100 % of 2 tracks, 2 peers\n",
  ]);
});

test("nothing is said of an empty programme", () => {
  const { report, written } = open(false);
  report.progress({ ...progress, tracks: 0 });
  expect(written).toEqual([]);
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [3_300_000, "3.3 MB"],
  [8_192_000_000_000, "8192.0 GB"],
])("%d bytes are written %s", (sizeBytes, text) => {
  expect(formatBytes(sizeBytes)).toBe(text);
});
