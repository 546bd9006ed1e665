/**
 * `npm run sim -- [options]`: runs run.ts as one bundle in a process of its own. tsx would give every function its name by
 * hand, which with ten thousand peers is a tenth of the memory; and V8 takes some of its sizes only at the start.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { REPOSITORY } from "../support/source-files.ts";

/**
 * A nursery so large that what is on its way for a moment dies there, MB (the more peers, the more is on its way at once);
 * a heap that ten thousand peers fit into, MB; and no full collection before the heap has doubled since the last. Smaller
 * runs fill neither.
 */
const V8_OPTIONS = ["--max-semi-space-size=256", "--max-old-space-size=8192", "--heap-growing-percent=100"];

async function bundle(): Promise<string> {
  const result = await build({
    configFile: false,
    root: REPOSITORY,
    logLevel: "error",
    ssr: { noExternal: true },
    build: { ssr: fileURLToPath(import.meta.resolve("./run.ts")), target: "node20", minify: false, write: false },
  });
  const [chunk] = "output" in result ? result.output : [];
  if (chunk?.type !== "chunk") throw new Error("The simulator cannot be bundled.");
  return chunk.code;
}

const child = spawn(process.execPath, [...V8_OPTIONS, "--input-type=module", "-", ...process.argv.slice(2)], {
  stdio: ["pipe", "inherit", "inherit"],
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void child.kill(signal));
child.stdin.end(await bundle());
const [code] = (await once(child, "exit")) as [number | null];
process.exitCode = code ?? 1;
