/**
 * A piece whose blocks are all here counts only now: if its hash matches, it is kept, announced and told of; if not,
 * it goes back, and whoever sent bad bytes is out.
 */
import type { PeerId } from "../ids.ts";
import { pieceInfo } from "../manifest/manifest.ts";
import type { SwarmContext } from "./context.ts";
import { equalBytes } from "./equal-bytes.ts";
import type { PieceAssembly } from "./piece-assembly.ts";
import type { TrackState } from "./track-state.ts";

export interface PieceVerifierOptions {
  /** The hash does not match: fetch the piece again, so that the guilty are found. */
  readonly onBad: (track: TrackState, assembly: PieceAssembly) => void;
  /** Something has changed about what is missing. */
  readonly onDone: (track: TrackState) => void;
}

export class PieceVerifier {
  readonly #context: SwarmContext;
  readonly #options: PieceVerifierOptions;

  constructor(context: SwarmContext, options: PieceVerifierOptions) {
    this.#context = context;
    this.#options = options;
  }

  async verify(track: TrackState, assembly: PieceAssembly): Promise<void> {
    const info = track.manifest ? pieceInfo(track.manifest, assembly.index) : null;
    if (!info) throw new Error(`piece ${assembly.index} of a track without it`);
    const { keeper, hasher } = this.#context;
    const bytes = assembly.joined((blocks) => keeper.findJoined(track.trackId, assembly.index, blocks));
    const hash = await hasher.sha256(bytes);
    const { isRunning, tracks } = this.#context;
    if (!isRunning || tracks.get(track.trackId) !== track || track.arriving.get(assembly.index) !== assembly) return;
    if (equalBytes(hash, info.sha256)) this.#accept(track, assembly);
    else {
      track.counters.hashFailures++;
      track.counters.bytesDuplicate += assembly.bytes.byteLength;
      this.#options.onBad(track, assembly);
    }
    this.#options.onDone(track);
  }

  #accept(track: TrackState, assembly: PieceAssembly): void {
    const { trackId } = track;
    const { index } = assembly;
    const contributions = assembly.contributions();
    track.hold(index);
    this.#context.keeper.keep(trackId, index, assembly.bytes);
    for (const [sender, sizeBytes] of contributions) {
      if (sender === track.originId) track.counters.bytesFromOrigin += sizeBytes;
      else track.counters.bytesFromListeners += sizeBytes;
    }
    for (const neighbour of this.#context.neighbours.values()) {
      const remote = neighbour.tracks.get(trackId);
      // Who has it need not hear of it; but the origin, which gave it to somebody, wants to see it passed on.
      if (neighbour.peerId === track.originId || (remote?.wantsOurs && !remote.bits?.has(index)))
        this.#context.send(neighbour, { type: "have", trackId, indexes: [index] });
    }
    const evidence = track.evidence.get(index);
    track.evidence.delete(index);
    for (const guilty of evidence?.sendersOfOtherThan(assembly.bytes) ?? [])
      this.#context.ban(guilty, "served blocks of a piece that do not match its hash");
    const from = mainSender(contributions);
    if (from) this.#context.emit({ kind: "piece-held", trackId, index, from });
    if (track.isComplete) this.#context.emit({ kind: "track-complete", trackId });
  }
}

function mainSender(contributions: ReadonlyMap<PeerId, number>): PeerId | null {
  const [main] = [...contributions].toSorted(([, a], [, b]) => b - a);
  return main?.[0] ?? null;
}
