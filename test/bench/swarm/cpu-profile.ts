/** A CPU profile of the main thread, of just the time that is measured. Chromium's DevTools and others open it. */
import { writeFile } from "node:fs/promises";
import { Session } from "node:inspector/promises";

/** @returns ends the profile and writes it to `path`. */
export async function startProfile(path: string): Promise<() => Promise<void>> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.start");
  return async () => {
    const { profile } = await session.post("Profiler.stop");
    session.disconnect();
    await writeFile(path, JSON.stringify(profile));
  };
}
