/**
 * Where sound goes, as far as the browser tells a page that has not asked for the microphone. Chromium names outputs
 * only to those that have that permission, and tells others no more than that there is one; Firefox and Safari list
 * none. Asking for the microphone in order to hear would be a strange question: where nothing is told, all outputs of
 * this device are one.
 */

/** What is used of MediaDeviceInfo. */
export interface DeviceEntry {
  readonly kind: string;
  readonly deviceId: string;
  readonly groupId: string;
  readonly label: string;
}

interface Output {
  readonly key: string;
  readonly name: string | null;
  readonly isMissing: boolean;
}

const UNNAMED: Output = { key: "this-device", name: null, isMissing: false };
/** Chromium's entry for whichever output the system uses now; the output itself is listed too, in the same group. */
const DEFAULT_ID = "default";
/** Roles that an output can have, not outputs; "" is all that is said without permission. */
const ROLE_IDS: readonly string[] = [DEFAULT_ID, "communications", ""];

/** @param tells an output that exists would be in the list, with a name or without */
export function readOutput(devices: readonly DeviceEntry[], tells: boolean): Output {
  const outputs = devices.filter(({ kind }) => kind === "audiooutput");
  const used = outputs.find(({ deviceId }) => deviceId === DEFAULT_ID) ?? outputs[0];
  if (!used) return tells ? { ...UNNAMED, isMissing: true } : UNNAMED;
  const real = outputs.find(({ deviceId, groupId }) => !ROLE_IDS.includes(deviceId) && groupId === used.groupId);
  if (!real) return UNNAMED;
  return { key: real.deviceId, name: real.label === "" ? null : real.label, isMissing: false };
}

/** @param media undefined in insecure contexts */
export function outputDevices(media: MediaDevices | undefined) {
  let tells = listsUnasked(media);
  return {
    async current(): Promise<Output> {
      const devices = await media?.enumerateDevices().catch(() => null); // a policy forbids it: then nothing is told
      if (!devices) return UNNAMED;
      tells ||= devices.some(({ kind }) => kind === "audiooutput");
      return readOutput(devices, tells);
    },
    watch(onChange: () => void): () => void {
      media?.addEventListener("devicechange", onChange);
      return () => media?.removeEventListener("devicechange", onChange);
    },
  };
}

/**
 * Only Chromium routes an AudioContext so far, and it lists its outputs unasked where it can route elements as well (on
 * Android it does neither). Browsers with a chooser of their own list what was chosen there and nothing else.
 */
function listsUnasked(media: MediaDevices | undefined): boolean {
  const canRoute = "setSinkId" in AudioContext.prototype && "setSinkId" in HTMLMediaElement.prototype;
  return media !== undefined && canRoute && !("selectAudioOutput" in media);
}
