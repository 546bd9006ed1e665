import { describe, expect, it } from "vitest";
import { Control, JamState, openDocument, signDocument } from "../../../app/core/index.ts";
import type { ClientMessage, Identity } from "../../../app/core/index.ts";
import { alice, bob, clockIdOf } from "../../support/people.ts";
import { jamId, makeEntry, playingJam } from "./jam-fixtures.ts";

/** The controls of `self` in alice's jam with entries a and b, and what they send. */
function controlsOf(self: Identity, { isOnline = true, listenersMayAdd = true } = {}) {
  const { transport, programme } = playingJam("ab", { playing: false });
  const state = new JamState(jamId);
  state.setHost(alice.peerId);
  state.offer(signDocument(transport, alice));
  state.offer(signDocument({ ...programme, listenersMayAdd }, alice));
  const sent: ClientMessage[] = [];
  const control = new Control({
    jamId,
    identity: self,
    state,
    referenceMs: () => 1_000_000,
    clockId: () => clockIdOf("first"),
    send: (message) => isOnline && sent.push(message) > 0,
    onChanged: () => undefined,
  });
  return { control, state, sent };
}

describe("changing the jam", () => {
  it("JM5: the host's command is published, signed, and holds at once for the host", () => {
    const { control, state, sent } = controlsOf(alice);
    expect(control.command({ kind: "play" })).toEqual({ ok: true });
    const [message] = sent;
    if (message?.type !== "publish") throw new Error("nothing was published");
    expect(message.documents.map(openDocument)).toEqual([state.transport]);
    expect(state.transport?.playing).toBe(true);
  });

  it("JM5: a command that changes nothing says nothing", () => {
    const { control, sent } = controlsOf(alice);
    expect(control.command({ kind: "pause" })).toEqual({ ok: true });
    expect(sent).toEqual([]);
  });

  it("JM14: without the server the host's documents stay with the host, to go out with the next join", () => {
    const { control, state } = controlsOf(alice, { isOnline: false });
    const before = state.transport?.seq ?? 0;
    expect(control.command({ kind: "play" })).toEqual({ ok: true });
    expect(state.signed.map(openDocument)).toContainEqual(expect.objectContaining({ kind: "transport", seq: before + 1 }));
  });

  it("JM10: a listener commands nothing", () => {
    const { control, state, sent } = controlsOf(bob);
    expect(control.command({ kind: "play" })).toEqual({ ok: false, reason: "not-host" });
    expect(sent).toEqual([]);
    expect(state.transport?.playing).toBe(false);
  });

  it("JM10: a listener's track is a wish to the host, and a wish that would be refused is not even sent", () => {
    const entry = makeEntry("c", { addedBy: bob.peerId });
    const allowed = controlsOf(bob);
    expect(allowed.control.add(entry)).toEqual({ ok: true });
    expect(allowed.sent).toEqual([{ type: "intent", intent: { kind: "add", entry } }]);
    const forbidden = controlsOf(bob, { listenersMayAdd: false });
    expect(forbidden.control.add(entry)).toEqual({ ok: false, reason: "adding-not-allowed" });
    expect(forbidden.sent).toEqual([]);
  });

  it("JM10: a wish that reaches somebody who is not the host changes nothing", () => {
    const { control, state } = controlsOf(bob);
    const outcome = control.receiveIntent({ kind: "add", entry: makeEntry("c", { addedBy: bob.peerId }) }, bob.peerId);
    expect(outcome).toEqual({ ok: false, reason: "not-host" });
    expect(state.programme?.entries).toHaveLength(2);
  });

  it("JM10: the host grants a wish under the sender's name only", () => {
    const { control, state } = controlsOf(alice);
    expect(control.receiveIntent({ kind: "add", entry: makeEntry("c") }, bob.peerId).ok).toBe(false);
    expect(control.receiveIntent({ kind: "add", entry: makeEntry("c", { addedBy: bob.peerId }) }, bob.peerId).ok).toBe(true);
    expect(state.programme?.entries).toHaveLength(3);
  });
});
