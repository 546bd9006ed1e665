import { describe, expect, it } from "vitest";
import {
  firstDocuments,
  JamState,
  joinProof,
  isSignedBy,
  judgeIntent,
  makeJamCode,
  openDocument,
  parseJamCode,
  ProtocolError,
  signDocument,
} from "../../../app/core/index.ts";
import { alice, bob, carol } from "../../support/people.ts";
import { entryIdOf, jamId, makeEntry, playingJam } from "./jam-fixtures.ts";

const { transport, programme } = firstDocuments(jamId, alice.peerId);

describe("signed documents", () => {
  it("JM8: what the host signed opens to what it was", () => {
    expect(openDocument(signDocument(programme, alice))).toEqual(programme);
  });

  it("JM8: a document that names one host and is signed by another does not open", () => {
    expect(() => openDocument(signDocument(transport, bob))).toThrowError(ProtocolError);
  });

  it("JM8: one changed letter spoils the signature", () => {
    const signed = signDocument(transport, alice);
    const body = signed.body.replace(/.$/, (letter) => (letter === "A" ? "Q" : "A"));
    expect(() => openDocument({ ...signed, body })).toThrowError(ProtocolError);
  });

  it("JM8: a signature over a document is no proof for joining", () => {
    const { signature } = signDocument(transport, alice);
    const bytes = new Uint8Array(64).map((_, index) => signature.charCodeAt(index));
    expect(isSignedBy(alice.peerId, bytes, joinProof(jamId, "challenge"))).toBe(false);
  });
});

describe("the jam's state", () => {
  const stateOfAlice = () => {
    const state = new JamState(jamId);
    state.setHost(alice.peerId);
    return state;
  };

  it("JM9: a document signed by a listener is refused, however new", () => {
    const state = stateOfAlice();
    const forged = { ...transport, hostId: bob.peerId, seq: 99, playing: true };
    expect(state.offer(signDocument(forged, bob))).toEqual({ ok: false, reason: "not-host" });
    expect(state.transport).toBeNull();
  });

  it("JM9: the newest wins in whatever order documents come", () => {
    const state = stateOfAlice();
    const versions = [3, 1, 2].map((seq) => signDocument({ ...transport, seq }, alice));
    expect(versions.map((signed) => state.offer(signed).ok)).toEqual([true, false, false]);
    expect(state.transport?.seq).toBe(3);
  });

  it("JM9: a document of another jam is refused", () => {
    const elsewhere = firstDocuments(parseJamCode("jam2") ?? jamId, alice.peerId).transport;
    expect(stateOfAlice().offer(signDocument(elsewhere, alice))).toEqual({ ok: false, reason: "wrong-jam" });
  });

  it("JM9: another host means another jam: the old documents are forgotten", () => {
    const state = stateOfAlice();
    state.offer(signDocument(transport, alice));
    state.setHost(carol.peerId);
    expect(state.documents).toBeNull();
    expect(state.signed).toEqual([]);
  });
});

describe("what listeners may ask", () => {
  const { programme: open } = playingJam("ab");
  const mine = makeEntry("m", { addedBy: bob.peerId });

  it.each([
    { wish: "add a track of one's own", intent: { kind: "add", entry: mine } as const, programme: open, ok: true },
    {
      wish: "add while adding is off",
      intent: { kind: "add", entry: mine } as const,
      programme: { ...open, listenersMayAdd: false },
      ok: false,
    },
    { wish: "add in somebody else's name", intent: { kind: "add", entry: makeEntry("m") } as const, programme: open, ok: false },
    { wish: "remove another's track", intent: { kind: "remove", entryId: entryIdOf("a") } as const, programme: open, ok: false },
    {
      wish: "remove one's own",
      intent: { kind: "remove", entryId: mine.entryId } as const,
      programme: { ...open, entries: [mine] },
      ok: true,
    },
  ])("JM10: may bob $wish? $ok", ({ intent, programme: current, ok }) => {
    expect(judgeIntent(intent, bob.peerId, current).ok).toBe(ok);
  });
});

describe("jam codes", () => {
  it("JM11: a code made here is a code when it is typed", () => {
    let turn = 0;
    const code = makeJamCode(() => (turn++ * 0.377) % 1);
    expect(parseJamCode(code)).toBe(code);
  });

  it.each([
    ["jam1", "jam1"],
    [" Mellow Otter 42 ", "mellow-otter-42"],
    ["https://example.org/j/mellow-otter-42?x=1", "mellow-otter-42"],
    ["no/slash", null],
    ["", null],
    ["-x-", null],
  ])("JM11: %j is read as %j", (text, code) => {
    expect(parseJamCode(text)).toBe(code);
  });
});
