/**
 * Keeps the app's shell, so that it opens without a network; music is kept elsewhere (IndexedDB) and sockets pass by.
 * A new version waits until the page asks for it: swapping files under music that plays would break lazy imports.
 */
import { createHandlerBoundToURL, cleanupOutdatedCaches, precacheAndRoute } from "workbox-precaching";
import type { PrecacheEntry } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";

declare const self: ServiceWorkerGlobalScope & {
  /** Filled in by the build: every file of the shell with its revision. */
  readonly __WB_MANIFEST: (string | PrecacheEntry)[];
};

cleanupOutdatedCaches();
precacheAndRoute(self.__WB_MANIFEST);

/** The app's own two routes, whatever their query; anything else (health, metrics) is the server's. */
registerRoute(
  new NavigationRoute(createHandlerBoundToURL("/index.html"), { allowlist: [/^\/(?:\?|$)/, /^\/j\/[^/?]+\/?(?:\?|$)/] }),
);

self.addEventListener("message", (event) => {
  const message: unknown = event.data;
  if (typeof message !== "object" || message === null || !("type" in message)) return;
  if (message.type === "SKIP_WAITING") event.waitUntil(self.skipWaiting());
});
