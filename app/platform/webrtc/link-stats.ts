/** Reads the chosen candidate pair out of `getStats`, whose shape differs between browsers. */
import * as v from "valibot";
import type { CandidateType, LinkState, LinkStats } from "../../core/index.ts";

const TransportSchema = v.object({ type: v.literal("transport"), selectedCandidatePairId: v.string() });
const PairSchema = v.object({
  type: v.literal("candidate-pair"),
  id: v.string(),
  localCandidateId: v.string(),
  remoteCandidateId: v.string(),
  /** Firefox names no selected pair in its transport, but marks the pair. */
  selected: v.optional(v.boolean()),
  /** Seconds; absent before the first answer. */
  currentRoundTripTime: v.optional(v.number()),
});
const CandidateSchema = v.object({ candidateType: v.picklist(["host", "srflx", "prflx", "relay"]) });

/** The more help from outside a path needed, the later it stands. */
const BY_HELP_NEEDED: readonly CandidateType[] = ["unknown", "host", "prflx", "srflx", "relay"];

/** @param report an RTCStatsReport, or anything that maps ids to statistics. */
export function readLinkStats(state: LinkState, report: { get(id: string): unknown; values(): Iterable<unknown> }): LinkStats {
  const pair = findSelectedPair(report);
  if (!pair) return { state, candidateType: "unknown", rttMs: null };
  const types = [pair.localCandidateId, pair.remoteCandidateId].map((id) => {
    const candidate = v.safeParse(CandidateSchema, report.get(id));
    return candidate.success ? candidate.output.candidateType : "unknown";
  });
  // A path is as direct as its less direct end: one relayed end makes it a relayed path.
  const candidateType = BY_HELP_NEEDED.findLast((type) => types.includes(type)) ?? "unknown";
  const rttMs = pair.currentRoundTripTime === undefined ? null : pair.currentRoundTripTime * 1000;
  return { state, candidateType, rttMs };
}

function findSelectedPair(report: {
  get(id: string): unknown;
  values(): Iterable<unknown>;
}): v.InferOutput<typeof PairSchema> | null {
  for (const entry of report.values()) {
    const transport = v.safeParse(TransportSchema, entry);
    const named = transport.success ? report.get(transport.output.selectedCandidatePairId) : entry;
    const pair = v.safeParse(PairSchema, named);
    if (pair.success && (transport.success || pair.output.selected === true)) return pair.output;
  }
  return null;
}
