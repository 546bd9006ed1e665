import { expect, test } from "vitest";
import { throwParty } from "../support/jam-party.ts";
import { MELODY } from "./music.ts";

const party = throwParty();

/** Runs in mallory's page before the app: one byte in the middle of every large message, which carries music, is changed. */
function corruptWhatIsSent(): void {
  const send = Reflect.get(RTCDataChannel.prototype, "send") as (this: RTCDataChannel, data: unknown) => void;
  RTCDataChannel.prototype.send = function (this: RTCDataChannel, data: string | Blob | ArrayBuffer | ArrayBufferView) {
    if (typeof data === "string" || data instanceof Blob) return send.call(this, data);
    const bytes = ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice()
      : new Uint8Array(data).slice();
    if (bytes.length > 4096) bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0xff;
    send.call(this, bytes);
  };
}

/** Runs in alice's page before the app: while `holdsMusic` is set, every large message waits. */
function holdWhatIsSent(): void {
  const send = Reflect.get(RTCDataChannel.prototype, "send") as (this: RTCDataChannel, data: ArrayBufferView) => void;
  const held: (() => void)[] = [];
  const page = globalThis as { holdsMusic?: boolean; releaseMusic?: () => void };
  page.releaseMusic = () => {
    page.holdsMusic = false;
    for (const sendNow of held.splice(0)) sendNow();
  };
  RTCDataChannel.prototype.send = function (this: RTCDataChannel, data: ArrayBufferView) {
    if (page.holdsMusic && data.byteLength > 4096) held.push(() => send.call(this, data));
    else send.call(this, data);
  } as typeof RTCDataChannel.prototype.send;
}

test("a peer that serves bad bytes is banned while the music goes on", async () => {
  const alice = await party.invite("alice", { initScript: holdWhatIsSent });
  const code = await alice.startJam();
  await alice.addMusic([MELODY]);
  const mallory = await party.invite("mallory", { initScript: corruptWhatIsSent });
  await mallory.joinJam(code);
  await alice.play();
  const { peerId: malloryId } = await mallory.waitUntilComplete(); // now she has all there is to ask for

  // Bob could have everything from alice before he meets mallory.
  await alice.page.evaluate("globalThis.holdsMusic = true");
  const bob = await party.invite("bob");
  await bob.joinJam(code);
  await bob.waitFor("a ban", ({ events }) => events.some(({ kind }) => kind === "peer-banned"));
  await alice.page.evaluate("globalThis.releaseMusic()");
  await bob.waitUntilHearing();
  const { tracks, playback, events, links } = await bob.waitUntilComplete();

  expect(tracks[0]?.hashFailures).toBeGreaterThan(0);
  expect(events).toContainEqual(expect.objectContaining({ kind: "peer-banned", peerId: malloryId }));
  expect(links.filter(({ state }) => state === "connected").map(({ name }) => name)).toEqual(["alice"]);
  expect(playback.stalls).toBe(0);
  await bob.waitUntilHearing();
});
