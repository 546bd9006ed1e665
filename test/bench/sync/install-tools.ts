/** Sees to it that the programs are there which this bench cannot do without. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { runCommand } from "../../support/steps.ts";
import { CannotRunError } from "../bench.ts";

/** Debian's packages of our programs. */
const PACKAGES: Readonly<Record<string, string>> = {
  pulseaudio: "pulseaudio",
  parec: "pulseaudio-utils",
  pacat: "pulseaudio-utils",
  flac: "flac",
  lame: "lame",
  opusenc: "opus-tools",
  oggenc: "vorbis-tools",
  ffmpeg: "ffmpeg",
};

/** @throws CannotRunError naming what is missing and cannot be installed here. */
export async function requireTools(commands: readonly string[], say: (line: string) => void): Promise<void> {
  const missing = commands.filter((command) => !isInstalled(command));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((command) => PACKAGES[command] ?? command))].join(" ");
  const mayInstall = process.platform === "linux" && process.getuid?.() === 0 && isInstalled("apt-get");
  if (!mayInstall) throw new CannotRunError(`This bench needs ${missing.join(", ")}; on Debian: apt-get install ${packages}`);
  say(`installing ${packages}`);
  const { ok, output } = await runCommand(`apt-get update && apt-get install -y --no-install-recommends ${packages}`, {
    DEBIAN_FRONTEND: "noninteractive",
  });
  const stillMissing = missing.filter((command) => !isInstalled(command));
  if (ok && stillMissing.length === 0) return;
  throw new CannotRunError(`Could not install ${stillMissing.join(", ")}.\n${output.trim().split("\n").slice(-3).join("\n")}`);
}

/** Looks along the PATH. */
export function isInstalled(command: string): boolean {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false; // not here: the next folder may have it
    }
  });
}
