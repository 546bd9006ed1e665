import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterEach, beforeEach, expect, test } from "vitest";
import { JamIdSchema } from "../../app/core/index.ts";
import { PeerFolder } from "../../server/peer/peer-folder.ts";
import { programmeBy, transportBy } from "../server/signed-documents.ts";
import { alice } from "../support/people.ts";

const jamId = v.parse(JamIdSchema, "jam1");
let path = "";

beforeEach(async () => {
  path = await fs.mkdtemp(join(tmpdir(), "peer-folder-"));
});
afterEach(() => fs.rm(path, { recursive: true }));

test("ID1: the same folder is the same member, and nobody else may read its secret", async () => {
  const before = await PeerFolder.open(path);
  const secret = await before.readSecret();
  await before.close();
  const after = await PeerFolder.open(path);
  expect(await after.readSecret()).toEqual(secret);
  expect(secret.byteLength).toBe(32);
  expect((await fs.stat(join(path, "identity"))).mode & 0o777).toBe(0o600);
});

test("ID2: a damaged secret is replaced by another", async () => {
  await fs.writeFile(join(path, "identity"), "short");
  const folder = await PeerFolder.open(path);
  const secret = await folder.readSecret();
  expect(secret.byteLength).toBe(32);
  expect(await folder.readSecret()).toEqual(secret);
});

test("the newest documents of a jam are there again, damaged ones are none", async () => {
  const folder = await PeerFolder.open(path);
  expect(await folder.readDocuments(jamId)).toEqual([]);
  const [older, newer] = [[transportBy(alice)], [transportBy(alice, { seq: 2 }), programmeBy(alice)]];
  await Promise.all([folder.keepDocuments(jamId, older), folder.keepDocuments(jamId, newer)]);
  expect(await folder.readDocuments(jamId)).toEqual(newer);
  await fs.writeFile(join(path, "jams", "jam1.json"), '[{"kind":');
  expect(await folder.readDocuments(jamId)).toEqual([]);
});

test("a folder that a living process has is refused, that of a dead one is taken over", async () => {
  await fs.writeFile(join(path, "lock"), String(process.ppid));
  await expect(PeerFolder.open(path)).rejects.toThrow(`Process ${process.ppid} has this --store`);
  await fs.writeFile(join(path, "lock"), "999999999");
  const folder = await PeerFolder.open(path);
  await folder.close();
  expect(await fs.readdir(path)).toEqual([]);
});

test("a temporary folder is gone at the end", async () => {
  const folder = await PeerFolder.open(null);
  await folder.readSecret();
  await folder.close();
  await expect(fs.stat(folder.path)).rejects.toMatchObject({ code: "ENOENT" });
});

test("what is no folder is one sentence", async () => {
  const file = join(path, "a-file");
  await fs.writeFile(file, "");
  await expect(PeerFolder.open(file)).rejects.toMatchObject({ name: "PeerFailure" });
});
