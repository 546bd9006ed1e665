/** The project's own source files, for the checks that read text. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Absolute, with a slash at its end. */
export const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));

export interface SourceFile {
  /** Relative to the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Every `.ts` file under the given folders of the repository; a folder that does not exist holds none. */
export function readSources(folders: readonly string[]): readonly SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(REPOSITORY + folder, { recursive: true, encoding: "utf8" })
      .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
      .filter((path) => path.endsWith(".ts") && statSync(REPOSITORY + path).isFile())
      .map((path) => ({ path, text: readFileSync(REPOSITORY + path, "utf8") })),
  );
}
