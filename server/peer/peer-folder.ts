/**
 * What a peer keeps between runs besides music: its secret, and of each jam the newest documents, so that the host of a
 * jam is its host again. One process at a time has the folder: two would be the same member, and push each other out.
 */
import { randomBytes } from "node:crypto";
import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { SignedDocumentSchema } from "../../app/core/index.ts";
import type { JamId, SignedDocument } from "../../app/core/index.ts";
import { PeerFailure } from "./failure.ts";
import { isMissing, writeWhole } from "./whole-files.ts";

const SECRET_BYTES = 32;
const DocumentsSchema = v.pipe(v.array(SignedDocumentSchema), v.maxLength(2));

export class PeerFolder {
  readonly path: string;
  readonly #isTemporary: boolean;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, isTemporary: boolean) {
    this.path = path;
    this.#isTemporary = isTemporary;
  }

  /** @param path null for a temporary folder. @throws PeerFailure */
  static async open(path: string | null): Promise<PeerFolder> {
    if (path === null) return new PeerFolder(await fs.mkdtemp(join(tmpdir(), "beattorrent-")), true);
    try {
      await fs.mkdir(path, { recursive: true });
      await lock(join(path, "lock"));
    } catch (error) {
      if (error instanceof PeerFailure) throw error;
      throw new PeerFailure(`The folder ${path} cannot be used: ${String(error)}.`, { cause: error });
    }
    return new PeerFolder(path, false);
  }

  /** The secret of this peer, made at the first call; a damaged one is replaced, which makes a new member of us. */
  async readSecret(): Promise<Uint8Array> {
    const path = join(this.path, "identity");
    const kept = await readOrNull(path);
    if (kept?.byteLength === SECRET_BYTES) return new Uint8Array(kept);
    const fresh = new Uint8Array(randomBytes(SECRET_BYTES));
    await writeWhole(path, fresh, 0o600);
    return fresh;
  }

  /** Of the last visit; none where there are none, or they are damaged: the server has them too. */
  async readDocuments(jamId: JamId): Promise<readonly SignedDocument[]> {
    const text = (await readOrNull(this.#documentsPath(jamId)))?.toString("utf8") ?? "[]";
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), DocumentsSchema), text);
    return parsed.success ? parsed.output : [];
  }

  keepDocuments(jamId: JamId, documents: readonly SignedDocument[]): Promise<void> {
    const written = this.#writing.then(() => writeWhole(this.#documentsPath(jamId), JSON.stringify(documents)));
    this.#writing = written.catch(() => {}); // whoever asked for it hears of the failure
    return written;
  }

  /** Lets go of the folder; a temporary one is gone. */
  async close(): Promise<void> {
    await this.#writing;
    if (this.#isTemporary) await fs.rm(this.path, { recursive: true, force: true, maxRetries: 3 });
    else await fs.rm(join(this.path, "lock"), { force: true });
  }

  #documentsPath(jamId: JamId): string {
    return join(this.path, "jams", `${jamId}.json`);
  }
}

/** A file with our process id in it; that of a process that has died counts for nothing. */
async function lock(path: string): Promise<void> {
  const owner = Number((await readOrNull(path))?.toString("utf8") ?? Number.NaN);
  if (Number.isSafeInteger(owner) && owner > 0 && owner !== process.pid && isAlive(owner))
    throw new PeerFailure(
      `Process ${owner} has this --store: give each peer its own, or delete ${path} if that process is something else.`,
    );
  await fs.writeFile(path, String(process.pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"; // somebody else's, but alive
  }
}

async function readOrNull(path: string): Promise<Buffer | null> {
  try {
    return await fs.readFile(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
