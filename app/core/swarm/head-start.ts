/**
 * A newcomer does not know the manifest yet, so it cannot name the piece that it needs first. It names the place in the
 * track instead, together with its request for the manifest, and is answered as if it had asked for each block of the
 * piece that plays there: a round trip sooner. What comes before the manifest does waits here.
 */
import { ProtocolError } from "../errors.ts";
import type { TrackId } from "../ids.ts";
import { MAX_HEAD_START_BYTES } from "../tunables.ts";
import type { PeerMessage } from "../wire/messages.ts";

export type BlockAnswer = Extract<PeerMessage, { type: "block" } | { type: "reject" }>;

export class HeadStart {
  readonly trackId: TrackId;
  readonly positionMs: number;
  readonly askedMs: number;
  /** Which piece that is, once the manifest is known. */
  index: number | null = null;
  readonly #early: BlockAnswer[] = [];
  #earlyBytes = 0;

  constructor(trackId: TrackId, positionMs: number, askedMs: number) {
    this.trackId = trackId;
    this.positionMs = positionMs;
    this.askedMs = askedMs;
  }

  /** @throws ProtocolError where more comes than the piece can be. */
  keep(answer: BlockAnswer): void {
    this.#early.push(answer);
    this.#earlyBytes += answer.type === "block" ? answer.bytes.byteLength : answer.length;
    if (this.#earlyBytes > MAX_HEAD_START_BYTES)
      throw new ProtocolError("unsolicited", `${this.#earlyBytes} bytes before the manifest`);
  }

  takeEarly(): readonly BlockAnswer[] {
    return this.#early.splice(0);
  }
}
