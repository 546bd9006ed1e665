/** What is done before anybody asks for it must cost nobody anything. */
import { afterEach, expect, it, vi } from "vitest";
import { rehearse } from "../../app/platform/rehearsal.ts";
import { alice } from "../support/people.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

it("a rehearsal makes one connection, gathers nothing for it, and closes it", async () => {
  const made: RTCPeerConnection[] = [];
  class Watched extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      made.push(this);
    }
  }
  vi.stubGlobal("RTCPeerConnection", Watched);
  await rehearse(alice);
  expect(made.map(({ iceGatheringState, signalingState }) => [iceGatheringState, signalingState])).toEqual([["new", "closed"]]);
});

it("a rehearsal is none the worse for a browser without connections", async () => {
  vi.stubGlobal("RTCPeerConnection", undefined);
  await expect(rehearse(alice)).resolves.toBeUndefined();
});
