/** The moments at which a page should try its connections again without waiting: an adapter of three page events. */
import type { Cancel } from "../../core/index.ts";

/** Network back, page visible again, or back from the back-forward cache. */
export function onPageWake(run: () => void): Cancel {
  const controller = new AbortController();
  const { signal } = controller;
  window.addEventListener("online", run, { signal });
  window.addEventListener("pageshow", run, { signal });
  document.addEventListener(
    "visibilitychange",
    () => {
      if (!document.hidden) run();
    },
    { signal },
  );
  return () => controller.abort();
}
