import { expect, it } from "vitest";
import { readLinkStats } from "../../app/platform/webrtc/link-stats.ts";

const report = (...entries: readonly { readonly id: string; readonly [field: string]: unknown }[]) =>
  new Map(entries.map((entry) => [entry.id, entry]));
const pair = { id: "P", type: "candidate-pair", localCandidateId: "L", remoteCandidateId: "R", currentRoundTripTime: 0.025 };
const transport = { id: "T", type: "transport", selectedCandidatePairId: "P" };
const local = (candidateType: string) => ({ id: "L", type: "local-candidate", candidateType });
const remote = (candidateType: string) => ({ id: "R", type: "remote-candidate", candidateType });
const otherPair = { ...pair, id: "Q", localCandidateId: "X", remoteCandidateId: "Y" };

it("LT9: the pair is the one that the transport names (Chromium, Safari)", () => {
  const stats = readLinkStats("connected", report(otherPair, pair, local("host"), remote("host"), transport));
  expect(stats).toEqual({ state: "connected", candidateType: "host", rttMs: 25 });
});

it("LT9: or the one that is marked (Firefox)", () => {
  const stats = readLinkStats("connected", report(otherPair, { ...pair, selected: true }, local("srflx"), remote("prflx")));
  expect(stats).toEqual({ state: "connected", candidateType: "srflx", rttMs: 25 });
});

it.each([
  ["host", "host", "host"],
  ["host", "prflx", "prflx"],
  ["prflx", "srflx", "srflx"],
  ["relay", "host", "relay"],
  ["host", "relay", "relay"],
  ["host", "something-new", "host"],
])("LT9: a path from %s to %s is called %s", (from, to, candidateType) => {
  expect(readLinkStats("connected", report(pair, local(from), remote(to), transport))).toMatchObject({ candidateType });
});

it("LT9: before a pair is chosen, or measured, nothing is claimed", () => {
  expect(readLinkStats("connecting", report(otherPair))).toEqual({ state: "connecting", candidateType: "unknown", rttMs: null });
  const { currentRoundTripTime: _, ...unmeasured } = pair;
  expect(readLinkStats("connected", report(unmeasured, local("host"), remote("host"), transport))).toMatchObject({ rttMs: null });
});
