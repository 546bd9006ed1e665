/**
 * Who serves what: bitfields and haves, checked as soon as the manifest is known, and counted in the availability of
 * each piece while their peer can be expected to serve at all.
 */
import { ProtocolError } from "../errors.ts";
import type { TrackId } from "../ids.ts";
import { Bitfield } from "../manifest/bitfield.ts";
import { pieceCount } from "../manifest/manifest.ts";
import { CHOKED_SOURCE_GRACE_MS } from "../tunables.ts";
import type { SwarmContext } from "./context.ts";
import type { Neighbour, RemoteTrack } from "./neighbour.ts";
import type { TrackState } from "./track-state.ts";

export class Sources {
  readonly #context: SwarmContext;

  constructor(context: SwarmContext) {
    this.#context = context;
  }

  /** @throws ProtocolError where the manifest is known and contradicts. */
  receiveBitfield(neighbour: Neighbour, trackId: TrackId, bits: Uint8Array): void {
    const track = this.#context.tracks.get(trackId);
    const remote = neighbour.tracks.get(trackId);
    if (!track || !remote || !this.#minds(track, remote)) return; // we lost interest meanwhile
    this.#uncount(track, remote);
    remote.bits = null;
    remote.unread = { bits, haves: new Set() };
    this.#read(neighbour, track, remote);
  }

  /** @throws ProtocolError where the manifest is known and contradicts. */
  receiveHaves(neighbour: Neighbour, trackId: TrackId, indexes: readonly number[]): void {
    const track = this.#context.tracks.get(trackId);
    const remote = neighbour.tracks.get(trackId);
    if (!track || !remote || !this.#minds(track, remote)) return; // we lost interest meanwhile
    if (track.originId === this.#context.selfId) for (const index of indexes) track.giving.seenWith(index, neighbour.peerId);
    if (!remote.bits) {
      remote.unread ??= { bits: new Uint8Array(0), haves: new Set() };
      for (const index of indexes) remote.unread.haves.add(index);
      this.#read(neighbour, track, remote);
      return;
    }
    for (const index of indexes) {
      if (index >= remote.bits.length)
        throw new ProtocolError("invalid-message", `have: piece ${index} of ${remote.bits.length}`);
      neighbour.forgetRefusal(trackId, index);
      if (remote.bits.set(index) && remote.isCounted) track.countSourceOf(index, 1);
    }
  }

  /**
   * The manifest is here: what came before it can be read.
   * @throws ProtocolError where it contradicts.
   */
  manifestKnown(neighbour: Neighbour, track: TrackState): void {
    const remote = neighbour.tracks.get(track.trackId);
    if (remote) this.#read(neighbour, track, remote);
  }

  /** Something changed about whether the peer can be expected to serve. */
  update(neighbour: Neighbour): void {
    for (const [trackId, remote] of neighbour.tracks) {
      const track = this.#context.tracks.get(trackId);
      if (!track || !remote.bits) continue;
      if (!this.#isSource(neighbour, track)) this.#uncount(track, remote);
      else if (!remote.isCounted) {
        remote.isCounted = true;
        track.countSource(remote.bits, 1);
      }
    }
  }

  drop(neighbour: Neighbour): void {
    for (const [trackId, remote] of neighbour.tracks) {
      const track = this.#context.tracks.get(trackId);
      if (track) this.#uncount(track, remote);
    }
  }

  /** We fetch it, or brought it and watch it spread. */
  #minds(track: TrackState, remote: RemoteTrack): boolean {
    return remote.isWanted || track.originId === this.#context.selfId;
  }

  /** The origin does not count: it has everything, and is spared. Neither does who chokes us on and on, or is silent. */
  #isSource(neighbour: Neighbour, track: TrackState): boolean {
    if (!neighbour.uploads || neighbour.isSnubbed || neighbour.peerId === track.originId) return false;
    return !neighbour.isChokingUs || this.#context.clock.nowMs() - neighbour.chokedMs < CHOKED_SOURCE_GRACE_MS;
  }

  #read(neighbour: Neighbour, track: TrackState, remote: RemoteTrack): void {
    if (!track.manifest || !remote.unread) return;
    const bits = Bitfield.fromBytes(remote.unread.bits, pieceCount(track.manifest));
    for (const index of remote.unread.haves) {
      if (index >= bits.length) throw new ProtocolError("invalid-message", `have: piece ${index} of ${bits.length}`);
      bits.set(index);
    }
    remote.unread = null;
    remote.bits = bits;
    this.update(neighbour);
  }

  #uncount(track: TrackState, remote: RemoteTrack): void {
    if (!remote.isCounted || !remote.bits) return;
    remote.isCounted = false;
    track.countSource(remote.bits, -1);
  }
}
