/** Files that are whole or absent, whenever the process dies. */
import fs from "node:fs/promises";
import { dirname } from "node:path";

/** Writes beside the place and renames into it. Folders on the way are made. @throws the file system's error. */
export async function writeWhole(path: string, bytes: Uint8Array | string, mode = 0o644): Promise<void> {
  const beside = `${path}.part`;
  try {
    await fs.writeFile(beside, bytes, { mode }).catch(async (error: unknown) => {
      if (!isMissing(error)) throw error;
      await fs.mkdir(dirname(path), { recursive: true });
      await fs.writeFile(beside, bytes, { mode });
    });
    await fs.rename(beside, path);
  } catch (error) {
    await fs.rm(beside, { force: true });
    throw error;
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
