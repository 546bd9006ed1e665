import { describe, expect, it } from "vitest";
import { readOutput } from "../../app/platform/media/output-devices.ts";

const device = (kind: string, deviceId: string, groupId: string, label: string) => ({ kind, deviceId, groupId, label });
const UNNAMED = { key: "this-device", name: null, isMissing: false };

describe("where sound goes", () => {
  it("is the output behind Chromium's default, by its own id and name", () => {
    const devices = [
      device("audioinput", "m", "g2", "Microphone"),
      device("audiooutput", "default", "g2", "Default - Headphones"),
      device("audiooutput", "communications", "g2", "Communications - Headphones"),
      device("audiooutput", "a", "g1", "Loudspeaker"),
      device("audiooutput", "b", "g2", "Headphones"),
    ];
    expect(readOutput(devices, true)).toEqual({ key: "b", name: "Headphones", isMissing: false });
  });

  it("is the first output where there is no default: the system's", () => {
    expect(readOutput([device("audiooutput", "a", "g1", ""), device("audiooutput", "b", "g2", "")], true)).toMatchObject({
      key: "a",
      name: null,
    });
  });

  it("is one for all where the browser says only that there is one, or nothing at all", () => {
    expect(readOutput([device("audiooutput", "", "", "")], true)).toEqual(UNNAMED);
    // Chromium on PulseAudio, permission or not: the default is a group of its own.
    const apart = [device("audiooutput", "default", "default", "Default"), device("audiooutput", "a", "g1", "Loudspeaker")];
    expect(readOutput(apart, true)).toEqual(UNNAMED);
    expect(readOutput([device("audioinput", "", "", "")], false)).toEqual(UNNAMED);
    expect(readOutput([], false)).toEqual(UNNAMED);
  });

  it("is nowhere only where the browser would say otherwise", () => {
    expect(readOutput([device("audioinput", "", "", "")], true)).toEqual({ ...UNNAMED, isMissing: true });
  });
});
