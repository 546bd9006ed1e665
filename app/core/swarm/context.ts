/** What the parts of one peer's swarm share. The orchestrator (swarm.ts) is the only one that makes it. */
import type { PeerId, TrackId } from "../ids.ts";
import type { Clock, Hasher, LinkTransport, Random } from "../ports.ts";
import type { PeerMessage } from "../wire/messages.ts";
import type { SwarmEvent } from "./api.ts";
import type { Neighbour } from "./neighbour.ts";
import type { PieceKeeper } from "./piece-keeper.ts";
import type { TrackState } from "./track-state.ts";

export interface SwarmContext {
  readonly selfId: PeerId;
  readonly clock: Clock;
  readonly random: Random;
  readonly hasher: Hasher;
  readonly links: Pick<LinkTransport, "bufferedBytes">;
  readonly keeper: PieceKeeper;
  /** Tracks of the programme. */
  readonly tracks: ReadonlyMap<TrackId, TrackState>;
  /** Open links. */
  readonly neighbours: ReadonlyMap<PeerId, Neighbour>;
  /** False once the swarm has been stopped: whatever was awaited is dropped. */
  readonly isRunning: boolean;
  /** Does nothing for a neighbour that is gone. */
  send(neighbour: Neighbour, message: PeerMessage): void;
  emit(event: SwarmEvent): void;
  /** For the jam. Closes the link. */
  ban(peerId: PeerId, reason: string): void;
}
