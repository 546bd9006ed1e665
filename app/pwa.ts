/** The app as an installed one: the worker that keeps the shell for offline, its updates, and the offer to install. */
import { Workbox } from "workbox-window";

/**
 * Registers the service worker where there can be one: secure contexts, and built apps (the dev server has none).
 * `onUpdate` is called when a new version waits; the function handed over activates it and reloads the page.
 */
export async function registerServiceWorker(onUpdate: (apply: () => void) => void): Promise<void> {
  if (!import.meta.env.PROD || !isSecureContext || !("serviceWorker" in navigator)) return;
  const workbox = new Workbox("/service-worker.js");
  workbox.addEventListener("waiting", () => {
    onUpdate(() => {
      workbox.addEventListener("controlling", () => location.reload());
      workbox.messageSkipWaiting();
    });
  });
  try {
    await workbox.register();
  } catch {
    // Private windows and blocked storage refuse a worker, and there is nothing to be done: all but the offline shell works.
  }
}

/** Chromium's own event, which TypeScript's DOM does not know. */
interface BeforeInstallPromptEvent extends Event {
  prompt(): Promise<unknown>;
}

/** `onOffer` gets a function that shows the browser's install prompt, or null once there is nothing to offer any more. */
export function watchInstallPrompt(onOffer: (prompt: (() => void) | null) => void): void {
  addEventListener("beforeinstallprompt", (event) => {
    if (!isInstallPrompt(event)) return;
    event.preventDefault(); // the offer is made on the start page, not in a bar over the music
    onOffer(() => {
      onOffer(null); // a prompt can be shown once
      void event.prompt();
    });
  });
  addEventListener("appinstalled", () => onOffer(null));
}

function isInstallPrompt(event: Event): event is BeforeInstallPromptEvent {
  return "prompt" in event;
}
