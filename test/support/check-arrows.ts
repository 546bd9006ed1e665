/**
 * Who may import whom. TypeScript's project references keep `app/core` pure; within `app/` they cannot tell the layers
 * apart, so this does. It knows folders and import lines, nothing else.
 */
import { dirname, join } from "node:path/posix";
import { readSources } from "./source-files.ts";
import type { SourceFile } from "./source-files.ts";

/** Folder → the folders that its files may import from, besides itself. The longest matching folder rules. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  "app/core": [],
  "app/platform": ["app/core"],
  "app/state": ["app/core"],
  "app/elements": ["app/pages", "app/state", "app/styles"], // one layer with pages: the shell shows them
  "app/pages": ["app/elements", "app/state", "app/styles"],
  "app/styles": [],
  server: ["app/core"],
  sw: ["app/core"],
};

/** The composition roots: they see both ends. */
const ROOTS: ReadonlySet<string> = new Set(["app/main.ts", "server/peer/main.ts"]);

/** The only way into the engine, for everyone but its own tests. */
const CORE_DOOR = "app/core/index.ts";

/** What the engine may use from outside: parsers, schemas and arithmetic without any platform in them. */
const CORE_PACKAGES = /^(?:valibot|cborg|@noble\/(?:hashes|curves)(?:\/.*)?)$/;

const IMPORT = /(?:^|[^\w.])(?:from|import)\s*\(?\s*["']([^"'\n]+)["']/g;

/** One sentence per import that goes against the arrows. */
export function checkArrows(): readonly string[] {
  return readSources(["app", "server", "sw"])
    .filter((file) => !ROOTS.has(file.path))
    .flatMap((file) =>
      [...file.text.matchAll(IMPORT)].flatMap((match) => {
        const complaint = complain(file, match[1] ?? "");
        return complaint ? [`${file.path} imports ${match[1]}: ${complaint}`] : [];
      }),
    );
}

function complain(file: SourceFile, specifier: string): string | null {
  const from = layerOf(file.path);
  if (!specifier.startsWith(".")) {
    return from === "app/core" && !CORE_PACKAGES.test(specifier) ? "the engine uses no such package" : null;
  }
  const target = join(dirname(file.path), specifier);
  const to = layerOf(target);
  if (from === null || to === from) return null;
  if (to === null || !ARROWS[from]?.includes(to)) return `${from} must not know ${to ?? target}`;
  if (to === "app/core" && target !== CORE_DOOR) return `outside the engine, import from ${CORE_DOOR}`;
  return null;
}

function layerOf(path: string): string | null {
  return Object.keys(ARROWS).find((folder) => path.startsWith(`${folder}/`)) ?? null;
}
