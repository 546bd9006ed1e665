/** Puts the app together: the only place in app/ that sees both the platform and the interface. */
import { nanoid } from "nanoid";
import type { Clock, JamId } from "./core/index.ts";
import "./elements/app.ts";
import { addressBar } from "./platform/address-bar.ts";
import { browserClock } from "./platform/clock/browser-clock.ts";
import { readDeviceKind } from "./platform/device-kind.ts";
import { createHasher } from "./platform/hash/hasher.ts";
import { chooseIceServers, readIceOverrides } from "./platform/ice/ice-servers.ts";
import { loadIdentity } from "./platform/identity/identity.ts";
import { createImporter } from "./platform/import/importer.ts";
import { prepareSinks } from "./platform/media/prepare-sinks.ts";
import { createLagMemory } from "./platform/media/samples/lag-memory.ts";
import { handleLockScreenButtons, showOnLockScreen } from "./platform/media/media-session.ts";
import { outputDevices } from "./platform/media/output-devices.ts";
import { createSpeaker } from "./platform/media/speaker.ts";
import { rehearse } from "./platform/rehearsal.ts";
import { EarlyChannel } from "./platform/signalling/early-channel.ts";
import { onPageWake } from "./platform/signalling/page-wake.ts";
import { createSignallingChannel } from "./platform/signalling/signalling-channel.ts";
import { openStore } from "./platform/store/open-store.ts";
import { createWebRtcTransport } from "./platform/webrtc/webrtc-transport.ts";
import { registerServiceWorker, watchInstallPrompt } from "./pwa.ts";
import { jamIdOfPath, Shell } from "./state/app-service.ts";
import type { Diagnostics } from "./state/diagnostics.ts";
import type { Platform } from "./state/platform.ts";

declare global {
  /** For tests, and for people who are asked what their browser says. */
  var beatTorrent: { diagnostics(): Promise<Diagnostics> };
}

async function createPlatform(clock: Clock): Promise<Platform> {
  const log = (kind: string, details: Readonly<Record<string, unknown>>) => console.info(kind, details);
  const deviceKind = readDeviceKind();
  const store = await openStore({ clock, log, onOutdated: () => location.reload() });
  const sinks = prepareSinks(clock, deviceKind, createLagMemory(store.settings));
  const identity = await loadIdentity(store.identity, (error) => log("identity-not-kept", { message: String(error) }));
  const hasher = createHasher();
  return {
    version: import.meta.env.VITE_APP_VERSION,
    identity,
    clock,
    random: Math.random,
    hasher,
    chunks: store.chunks,
    keepsMusic: store.kind === "database",
    jams: store.jams,
    settings: {
      read: store.settings.read,
      // A setting that is not kept costs no more than setting it again.
      update: (changes) =>
        store.settings.update(changes).catch((error: unknown) => log("setting-not-kept", { message: String(error) })),
    },
    importer: createImporter({ store: store.chunks, hasher }),
    wallClockMs: Date.now,
    createChannel: (jamId) =>
      new EarlyChannel(createSignallingChannel(signallingUrl(jamId), { clock, random: Math.random, onWake: onPageWake })),
    rehearse: () => void rehearse(identity),
    createLinks: (record) => createWebRtcTransport({ selfId: identity.peerId, iceServers: [], clock, log: record }),
    createSink: await sinks,
    outputs: outputDevices(navigator.mediaDevices),
    createSpeaker: () => createSpeaker(clock),
    deviceKind,
    lockScreen: { show: showOnLockScreen, handleButtons: handleLockScreenButtons },
    chooseIceServers: (fromServer) => chooseIceServers(fromServer, readIceOverrides()),
    createPictureUrl: (bytes, mimeType) => URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: mimeType })),
    requestPersistence: store.requestPersistence,
    newId: nanoid,
  };
}

function signallingUrl(jamId: JamId): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/${jamId}`;
}

const platform = await createPlatform(browserClock());
const shell = new Shell(platform, await platform.settings.read(), addressBar);

globalThis.beatTorrent = { diagnostics: () => shell.diagnostics() };
// Friends learn of it at once, instead of by silence.
addEventListener("pagehide", (event) => {
  if (!event.persisted) shell.suspend();
});
watchInstallPrompt((prompt) => shell.install.set(prompt && { prompt }));
await shell.resume();
for (const element of document.querySelectorAll("bt-app")) element.app = shell;
// Keeping the shell costs as much as joining does: a newcomer hears the music first.
if (jamIdOfPath(addressBar.path)) await Promise.race([shell.hasKept, new Promise((resolve) => setTimeout(resolve, 30_000))]);
await registerServiceWorker((apply) => shell.update.set({ apply }));
