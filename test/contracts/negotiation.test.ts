import { describe, expect, it } from "vitest";
import { candidateUfrag, isPolite, judgeOffer, markOf, shouldTakeAnswer } from "../../app/platform/webrtc/negotiation.ts";
import type { NegotiationView, OfferVerdict } from "../../app/platform/webrtc/negotiation.ts";
import { alice, bob } from "../support/people.ts";

const mark = (connection: string, ufrag: string) => ({ connection, ufrag });
const idle: NegotiationView = { polite: true, awaitingAnswer: false, localUfrag: null, remote: null };
const offering: NegotiationView = { ...idle, awaitingAnswer: true, localUfrag: "mine" };
const linked: NegotiationView = { ...idle, localUfrag: "mine", remote: mark("one", "a") };

describe("offers", () => {
  it.each<[string, NegotiationView, ReturnType<typeof mark>, OfferVerdict]>([
    ["LT6: the first offer is accepted", idle, mark("one", "a"), "accept"],
    ["LT6: in glare the polite side yields", offering, mark("one", "a"), "yield"],
    ["LT6: in glare the other insists", { ...offering, polite: false }, mark("one", "a"), "insist"],
    ["LT7: an offer said twice is ignored", linked, mark("one", "a"), "ignore"],
    ["LT7: an offer of another connection replaces the link", linked, mark("two", "a"), "replace"],
    ["LT7: so it does while an ICE restart is out", { ...linked, awaitingAnswer: true }, mark("two", "b"), "replace"],
    ["LT10: an ICE restart of the same connection is accepted", linked, mark("one", "b"), "accept"],
    ["LT10: not while our own is out", { ...linked, awaitingAnswer: true }, mark("one", "b"), "ignore"],
  ])("%s", (_, view, offer, verdict) => {
    expect(judgeOffer(view, offer)).toBe(verdict);
  });

  it("LT6: of two peers exactly one is polite", () => {
    expect([isPolite(alice.peerId, bob.peerId), isPolite(bob.peerId, alice.peerId)].filter(Boolean)).toHaveLength(1);
  });
});

describe("answers", () => {
  const answer = mark("one", "a");
  it.each<[string, NegotiationView, string | undefined, boolean]>([
    ["LT7: the answer to our offer is taken", offering, "mine", true],
    ["LT7: an answer that names no offer is taken while one is out", offering, undefined, true],
    ["LT7: an answer to an earlier offer is not", offering, "earlier", false],
    ["LT7: nor one that comes while our offer is being made", { ...offering, localUfrag: null }, undefined, false],
    ["LT7: nor one that nobody waits for", linked, "mine", false],
    ["LT10: the answer to an ICE restart is taken", { ...linked, awaitingAnswer: true }, "mine", true],
    ["LT7: but not from another connection", { ...offering, remote: mark("two", "a") }, "mine", false],
  ])("%s", (_, view, answers, taken) => {
    expect(shouldTakeAnswer(view, answer, answers)).toBe(taken);
  });
});

describe("what descriptions and candidates tell", () => {
  const sdp = [
    "v=0",
    "o=- 4611731400430051336 2 IN IP4 127.0.0.1",
    "a=ice-ufrag:Fr4g",
    "a=ice-pwd:secret",
    "a=fingerprint:sha-256 ab:CD:01",
    "",
  ].join("\r\n");

  it("LT7: a connection is known by its session id and fingerprint, its generation by the ufrag", () => {
    expect(markOf(sdp)).toEqual({ connection: "4611731400430051336 AB:CD:01", ufrag: "Fr4g" });
  });

  it.each(["", "garbage", sdp.replace("o=", "x="), sdp.replace("a=fingerprint", "a=x"), sdp.replace("a=ice-ufrag", "a=x")])(
    "LT7: what lacks one of them is no description (%#)",
    (text) => {
      expect(markOf(text)).toBeNull();
    },
  );

  it("LT7: a candidate tells its generation, or nothing", () => {
    const candidate = "candidate:1 1 udp 2113937151 192.0.2.1 5000 typ host generation 0";
    expect(candidateUfrag(`${candidate} ufrag Fr4g network-cost 999`)).toBe("Fr4g");
    expect(candidateUfrag(candidate)).toBeNull();
    expect(candidateUfrag("")).toBeNull();
  });
});
