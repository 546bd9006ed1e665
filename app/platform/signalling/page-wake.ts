/** The moments at which a page should try its connections and read its clocks again without waiting. */
import type { Cancel } from "../../core/index.ts";
import { browserClock } from "../clock/browser-clock.ts";
import { onSlept } from "../clock/sleep-watch.ts";

/** Network back, page visible again, thawed, back from the back-forward cache, or the device slept. */
export function onPageWake(run: () => void): Cancel {
  const controller = new AbortController();
  const { signal } = controller;
  window.addEventListener("online", run, { signal });
  window.addEventListener("pageshow", run, { signal });
  document.addEventListener("resume", run, { signal }); // Page Lifecycle: Chromium froze the tab
  document.addEventListener(
    "visibilitychange",
    () => {
      if (!document.hidden) run();
    },
    { signal },
  );
  const cancelSleepWatch = onSlept(browserClock(), Date.now, run);
  return () => {
    controller.abort();
    cancelSleepWatch();
  };
}
