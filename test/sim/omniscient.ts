/**
 * What could be had if everybody knew everything at once: the same song over the same links, but without manifests,
 * announcements, requests and refusals. Whoever's uplink is free pushes what the fewest have, the first piece before all
 * others, to a neighbour whom nobody sends it. It is no bound, since a better plan may exist (one that does not put the
 * first piece first is done sooner); but what the network alone costs can be read off it: the slow start of each link, and
 * that a piece is passed on only when all of it is there.
 */
import type { PeerId, Random } from "../../app/core/index.ts";
import { percentile } from "../bench/bench.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { VirtualNetwork } from "../support/virtual-network.ts";
import type { Connection } from "../support/virtual-network.ts";
import { PACKETS_PER_TRAIN } from "./world.ts";
import type { SimWorld } from "./world.ts";

/** Pushed at a time, bytes: fine enough that several links share an uplink evenly. */
const PART_BYTES = 4096;
/** An uplink is free when a packet would wait no longer, ms. */
const FREE_QUEUE_MS = 5;
/** How often everybody looks, ms of virtual time. */
const LOOK_EVERY_MS = 2;
/** Pieces that one sends at a time, and that come to one at a time: some links begin slowly while others carry. */
const SENT_AT_ONCE = 6;
const COMING_AT_ONCE = 5;
const FIRST_PIECE_LEAD = 1000;
/** Among equally rare pieces and needy neighbours. */
const LUCK = 0.5;
/** What one piece more, that it has or gets, counts against a neighbour. */
const PLENTY = 0.02;

export interface OmniscientFigures {
  readonly copies: number;
  /** Until everybody has everything, ms. */
  readonly makespanMs: number;
  /** Until somebody has the first piece, ms. */
  readonly playableMsP50: number;
  readonly playableMsP95: number;
}

interface Sending {
  readonly to: Member;
  readonly piece: number;
  leftBytes: number;
}

interface Member {
  readonly peerId: PeerId;
  readonly send: (to: PeerId, bytes: Uint8Array) => void;
  readonly waitingBytes: (to: PeerId) => number;
  readonly neighbours: Member[];
  readonly held: boolean[];
  /** Held, or on its way here. */
  readonly spoken: boolean[];
  /** Bytes that came, by sender and piece. */
  readonly cameBytes: Map<string, number>;
  readonly sending: Sending[];
  heldCount: number;
  spokenCount: number;
  firstPieceMs: number;
}

/** @param sim after a run in which all were there from the beginning to the end: its peers, links and first song */
export function playOmnisciently(sim: SimWorld): OmniscientFigures {
  return new OmniscientSwarm(sim).play();
}

class OmniscientSwarm {
  readonly #clock = new VirtualClock();
  readonly #random: Random;
  readonly #network: VirtualNetwork;
  readonly #members: readonly Member[];
  readonly #origin: Member;
  readonly #pieceBytes: readonly number[];
  /** Listeners that have a piece or are being sent it. */
  readonly #copies: number[];
  #originBytes = 0;

  constructor({ present, origin, options }: SimWorld) {
    const { seed, songs } = options;
    this.#random = seededRandom(seed);
    this.#network = new VirtualNetwork(this.#clock, { random: seededRandom(-seed), packetsPerTrain: PACKETS_PER_TRAIN });
    this.#pieceBytes = songs[0]?.pieces.map(({ byteLength }) => byteLength) ?? [];
    this.#copies = this.#pieceBytes.map(() => 0);
    const members = new Map(present.map(({ peer, connection }) => [peer.peerId, this.#join(peer.peerId, connection)]));
    for (const { peer } of present)
      for (const other of peer.swarm.neighbourStats()) {
        const [a, b] = [members.get(peer.peerId), members.get(other.peerId)];
        if (a && b) a.neighbours.push(b);
        if (peer.peerId < other.peerId) this.#network.connect(peer.peerId, other.peerId);
      }
    const first = members.get(origin.peer.peerId);
    if (!first) throw new Error("the origin is gone");
    this.#origin = first;
    this.#origin.held.fill(true);
    this.#origin.spoken.fill(true);
    this.#members = [...members.values()];
  }

  play(): OmniscientFigures {
    const listeners = this.#members.filter((member) => member !== this.#origin);
    const isOver = (): boolean => listeners.every(({ heldCount }) => heldCount === this.#pieceBytes.length);
    while (!isOver()) {
      // Nobody is always the first to choose.
      const from = Math.floor(this.#random() * this.#members.length);
      for (const member of [...this.#members.slice(from), ...this.#members.slice(0, from)]) this.#push(member);
      this.#clock.advance(LOOK_EVERY_MS);
    }
    const firstPieceMs = listeners.map((listener) => listener.firstPieceMs);
    return {
      copies: Number((this.#originBytes / this.#pieceBytes.reduce((sum, bytes) => sum + bytes, 0)).toFixed(3)),
      makespanMs: Math.round(this.#clock.nowMs()),
      playableMsP50: Math.round(percentile(firstPieceMs, 0.5)),
      playableMsP95: Math.round(percentile(firstPieceMs, 0.95)),
    };
  }

  #join(peerId: PeerId, connection: Connection): Member {
    const nobody = this.#pieceBytes.map(() => false);
    const { send, bufferedBytes } = this.#network.add(peerId, connection, {
      opened: () => {},
      closed: () => {},
      drained: () => {},
      receive: (from, _lane, bytes) => this.#receive(member, from, bytes),
    });
    const member: Member = {
      peerId,
      send: (to, bytes) => send(to, "bulk", bytes),
      waitingBytes: bufferedBytes,
      neighbours: [],
      held: [...nobody],
      spoken: [...nobody],
      cameBytes: new Map(),
      sending: [],
      heldCount: 0,
      spokenCount: 0,
      firstPieceMs: Infinity,
    };
    return member;
  }

  #receive(member: Member, from: PeerId, bytes: Uint8Array): void {
    const piece = new DataView(bytes.buffer).getUint32(0);
    const key = `${from}/${piece}`;
    const cameBytes = (member.cameBytes.get(key) ?? 0) + bytes.byteLength;
    member.cameBytes.set(key, cameBytes);
    if (cameBytes < (this.#pieceBytes[piece] ?? 0)) return;
    member.held[piece] = true;
    member.heldCount++;
    if (piece === 0) member.firstPieceMs = this.#clock.nowMs();
    this.#push(member);
  }

  #push(member: Member): void {
    while (this.#network.uplinkQueueMs(member.peerId) <= FREE_QUEUE_MS) {
      const ready = member.sending.find(({ to }) => member.waitingBytes(to.peerId) === 0);
      if (ready) this.#pushPart(member, ready);
      else if (!this.#beginSending(member)) return;
    }
  }

  #pushPart(member: Member, sending: Sending): void {
    const part = new Uint8Array(Math.min(PART_BYTES, sending.leftBytes));
    new DataView(part.buffer).setUint32(0, sending.piece);
    sending.leftBytes -= part.byteLength;
    if (sending.leftBytes === 0) member.sending.splice(member.sending.indexOf(sending), 1);
    if (member === this.#origin) this.#originBytes += part.byteLength;
    member.send(sending.to.peerId, part);
  }

  #beginSending(member: Member): boolean {
    if (member.sending.length >= SENT_AT_ONCE) return false;
    let chosen: Sending | null = null;
    let least = Infinity;
    for (const to of member.neighbours) {
      if (to.spokenCount - to.heldCount >= COMING_AT_ONCE || member.sending.some((other) => other.to === to)) continue;
      for (const [piece, leftBytes] of this.#pieceBytes.entries()) {
        if (!member.held[piece] || to.spoken[piece]) continue;
        const copies = this.#copies[piece] ?? 0;
        // The listeners multiply what the origin sends once; only the first piece is worth more of its uplink.
        if (member === this.#origin && copies > 0 && piece > 0) continue;
        const rank = copies + to.spokenCount * PLENTY + this.#random() * LUCK - (piece === 0 ? FIRST_PIECE_LEAD : 0);
        if (rank >= least) continue;
        least = rank;
        chosen = { to, piece, leftBytes };
      }
    }
    if (!chosen) return false;
    const { to, piece } = chosen;
    to.spoken[piece] = true;
    to.spokenCount++;
    this.#copies[piece] = (this.#copies[piece] ?? 0) + 1;
    member.sending.push(chosen);
    return true;
  }
}
