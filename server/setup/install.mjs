/**
 * Runs before `npm start`, `npm test` and their like, when nothing is installed yet: so it is plain JavaScript without
 * dependencies. Installs exactly what the lock file says, and only when what is there differs from it.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const repository = new URL("../../", import.meta.url);

if (!isInstalled()) {
  console.log("Installing dependencies …");
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm]] : ["npm", []];
  const result = spawnSync(command, [...args, "ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: fileURLToPath(repository),
    stdio: "inherit",
    shell: !npm && process.platform === "win32", // npm is a .cmd file there
  });
  if (result.error) throw result.error;
  process.exitCode = result.status ?? 1;
}

/**
 * Compares npm's own record of the installed tree with the lock file, package by package: dates say nothing after a
 * checkout. Packages that the lock file calls optional may be absent (other platforms' binaries).
 */
function isInstalled() {
  const wanted = readPackages("package-lock.json");
  const installed = readPackages("node_modules/.package-lock.json");
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(([path, { version, optional, peer }]) => {
    if (path === "") return true; // the project itself
    const present = installed[path];
    return present ? present.version === version : optional === true || peer === true;
  });
}

/** @returns {Record<string, { version?: string, optional?: boolean, peer?: boolean }> | null} null where there is no such file */
function readPackages(path) {
  try {
    return JSON.parse(readFileSync(new URL(path, repository), "utf8")).packages;
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}
