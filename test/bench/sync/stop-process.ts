/** Ends a process that the bench started, by force if it takes too long. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

const STOPPED_WITHIN_MS = 5_000;

export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const impatience = setTimeout(() => child.kill("SIGKILL"), STOPPED_WITHIN_MS);
  await exited;
  clearTimeout(impatience);
}
