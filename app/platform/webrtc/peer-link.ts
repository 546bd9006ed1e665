/**
 * One RTCPeerConnection with its two lanes: carries out what negotiation.ts decides, keeps the connection alive, and
 * ends by itself when that fails. Which link a peer has, and when it gets another, is the transport's business.
 */
import { LINK_CONNECT_TIMEOUT_MS } from "../../core/index.ts";
import type { Cancel, Clock, IceServer, Lane, LinkSignal, LinkState, LinkStats } from "../../core/index.ts";
import { Lanes } from "./lanes.ts";
import type { LanesOutlet } from "./lanes.ts";
import type { LinkLog } from "./link-log.ts";
import { LinkRecovery } from "./link-recovery.ts";
import { readLinkStats } from "./link-stats.ts";
import { candidateUfrag, judgeOffer, markOf, shouldTakeAnswer, toCandidateSignal } from "./negotiation.ts";
import type { DescriptionMark, OfferVerdict } from "./negotiation.ts";

type CandidateSignal = Extract<LinkSignal, { kind: "candidate" }>;
type AnswerSignal = Extract<LinkSignal, { kind: "answer" }>;

/** Where a link says what happens to it. Called at any time, also from within a call on the link. */
export interface LinkOutlet extends Omit<LanesOutlet, "broken"> {
  signal(signal: LinkSignal): void;
  state(state: LinkState): void;
  /** The last word, said once. */
  ended(reason: string): void;
}

export interface PeerLinkOptions {
  readonly polite: boolean;
  readonly iceServers: readonly IceServer[];
  readonly clock: Clock;
  readonly log: LinkLog;
  readonly outlet: LinkOutlet;
}

/** Looking at a path takes a browser a millisecond or two, and a screen asks for all of them once a second, ms. */
const PATH_CHANGES_MS = 5_000;

/** Candidates that may wait for their description; a host with many interfaces has about twenty. */
const MAX_EARLY_CANDIDATES = 100;

export class PeerLink {
  readonly #polite: boolean;
  readonly #log: LinkLog;
  readonly #outlet: LinkOutlet;
  readonly #connection: RTCPeerConnection;
  readonly #lanes: Lanes;
  /** Descriptions are set one after another; each may take the browser several turns. */
  #work: Promise<void> = Promise.resolve();
  #isEnded = false;
  #toldState: LinkState | null = null;
  #awaitingAnswer = false;
  #tellOffered: () => void = () => {};
  #localUfrag: string | null = null;
  #remote: DescriptionMark | null = null;
  /** Candidates of the peer that came before its description. */
  #earlyCandidates: CandidateSignal[] = [];
  /** Our own candidates while our description is being made: they must not overtake it. */
  #heldCandidates: LinkSignal[] | null = null;
  /** The path when it was last looked at. */
  #path: { readonly stats: LinkStats; readonly atMs: number } | null = null;
  readonly #clock: Clock;
  readonly #recovery: LinkRecovery;
  readonly #cancelOpening: Cancel;

  /** @throws DOMException where the browser refuses another connection or the ICE servers. */
  constructor({ polite, iceServers, clock, log, outlet }: PeerLinkOptions) {
    this.#polite = polite;
    this.#log = log;
    this.#outlet = outlet;
    this.#clock = clock;
    this.#connection = new RTCPeerConnection({ iceServers: iceServers.map(toRtcIceServer) });
    this.#connection.onicecandidate = ({ candidate }) => this.#sendCandidate(candidate);
    this.#connection.onconnectionstatechange = () => this.#followState();
    this.#lanes = new Lanes(this.#connection, {
      opened: () => this.#opened(),
      message: (lane, bytes) => outlet.message(lane, bytes),
      drained: () => outlet.drained(),
      broken: (reason) => this.end(reason),
    });
    this.#recovery = new LinkRecovery({
      clock,
      restart: () => this.#restart(),
      giveUp: () => this.end("connection lost"),
    });
    this.#cancelOpening = clock.schedule(LINK_CONNECT_TIMEOUT_MS, () => this.end("no connection in time"));
  }

  // Negotiation ------------------------------------------------------------------------------------------------------

  /** Starts as the offerer. Resolves when the offer is out, or the link has ended. */
  offer(): Promise<void> {
    this.#recovery.becomeOfferer();
    this.#sendOffer({});
    return new Promise((resolve) => (this.#tellOffered = resolve));
  }

  judge(offer: DescriptionMark): OfferVerdict {
    return judgeOffer(this.#view(), offer);
  }

  /** Takes an offer that was judged "accept", and answers it. */
  accept(sdp: string, mark: DescriptionMark): void {
    this.#remote = mark;
    this.#enqueue("offer", async () => {
      await this.#connection.setRemoteDescription({ type: "offer", sdp });
      this.#addEarlyCandidates();
      await this.#describeLocally(
        () => this.#connection.createAnswer(),
        (answer) => {
          this.#outlet.signal({ kind: "answer", sdp: answer, answers: mark.ufrag });
        },
      );
    });
  }

  /** Says our unanswered offer again. */
  insist(): void {
    this.#enqueue("offer", async () => {
      const description = this.#connection.localDescription;
      if (this.#awaitingAnswer && description) this.#outlet.signal({ kind: "offer", sdp: description.sdp });
    });
  }

  takeAnswer({ sdp, answers }: AnswerSignal): void {
    const mark = markOf(sdp);
    if (!mark || !shouldTakeAnswer(this.#view(), mark, answers)) return this.#log.note("stale-answer");
    this.#awaitingAnswer = false;
    this.#remote = mark;
    this.#enqueue("answer", async () => {
      await this.#connection.setRemoteDescription({ type: "answer", sdp });
      this.#addEarlyCandidates();
    });
  }

  /** The peer does not take our offer. What is open already, or answers an offer of its own, stays. */
  takeRefusal(reason: string): void {
    if (this.#awaitingAnswer) this.end(`refused: ${reason}`);
  }

  takeCandidate(signal: CandidateSignal): void {
    if (this.#remote) this.#enqueue("candidate", () => this.#addCandidate(signal));
    else if (this.#earlyCandidates.length < MAX_EARLY_CANDIDATES) this.#earlyCandidates.push(signal);
  }

  #sendOffer(options: RTCOfferOptions): void {
    this.#awaitingAnswer = true;
    this.#localUfrag = null; // answers to an earlier offer are void from now on
    this.#enqueue("offer", () =>
      this.#describeLocally(
        () => this.#connection.createOffer(options),
        (sdp) => {
          this.#outlet.signal({ kind: "offer", sdp });
          this.#tellOffered();
        },
      ),
    );
  }

  async #describeLocally(create: () => Promise<RTCSessionDescriptionInit>, send: (sdp: string) => void): Promise<void> {
    const description = await create();
    this.#heldCandidates = [];
    await this.#connection.setLocalDescription(description);
    const sdp = this.#connection.localDescription?.sdp ?? description.sdp ?? "";
    this.#localUfrag = markOf(sdp)?.ufrag ?? null;
    send(sdp);
    for (const candidate of this.#heldCandidates) this.#outlet.signal(candidate);
    this.#heldCandidates = null;
  }

  #sendCandidate(candidate: RTCIceCandidate | null): void {
    if (!candidate) return;
    if (candidate.type === "relay") this.#log.relayCandidate();
    const signal = toCandidateSignal(candidate);
    if (this.#heldCandidates) this.#heldCandidates.push(signal);
    else this.#outlet.signal(signal);
  }

  #addEarlyCandidates(): void {
    const candidates = this.#earlyCandidates;
    this.#earlyCandidates = [];
    for (const candidate of candidates) this.#enqueue("candidate", () => this.#addCandidate(candidate));
  }

  async #addCandidate({ candidate, sdpMid, sdpMLineIndex }: CandidateSignal): Promise<void> {
    const ufrag = candidateUfrag(candidate);
    if (ufrag !== null && ufrag !== this.#remote?.ufrag) return; // of a generation that is over
    try {
      await this.#connection.addIceCandidate({ candidate, sdpMid, sdpMLineIndex });
    } catch (error) {
      // One path less: the others may do, and if none does the link times out.
      this.#log.note("candidate-refused", { message: String(error) });
    }
  }

  #enqueue(what: string, step: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      if (this.#isEnded) return;
      try {
        await step();
      } catch (error) {
        this.end(`${what} failed: ${String(error)}`);
      }
    });
  }

  #view() {
    return { polite: this.#polite, awaitingAnswer: this.#awaitingAnswer, localUfrag: this.#localUfrag, remote: this.#remote };
  }

  // Staying alive ----------------------------------------------------------------------------------------------------

  /** See {@link LinkRecovery.hasFailed}. */
  get hasFailed(): boolean {
    return this.#recovery.hasFailed;
  }

  #followState(): void {
    const state = this.#connection.connectionState;
    this.#log.state(state);
    this.#recovery.follow(state);
    this.#tellState();
  }

  #restart(): void {
    this.#log.note("ice-restart");
    this.#sendOffer({ iceRestart: true });
  }

  #tellState(): void {
    const state = this.#linkState();
    if (state === this.#toldState) return;
    this.#toldState = state;
    this.#outlet.state(state);
  }

  /** Chromium may open channels before it calls the connection connected. */
  #linkState(): LinkState {
    if (this.#isEnded) return "closed";
    const state = this.#connection.connectionState;
    if (state !== "new" && state !== "connecting") return state;
    return this.#lanes.isOpen && !this.#recovery.isUnderWay ? "connected" : "connecting";
  }

  // Carrying ---------------------------------------------------------------------------------------------------------

  send(lane: Lane, bytes: Uint8Array): boolean {
    if (!this.#lanes.isOpen || this.#isEnded) return false;
    try {
      this.#lanes.send(lane, bytes);
      return true;
    } catch (error) {
      // The message is lost, and with it the promise of the lane: nothing that follows could be trusted.
      this.end(`send failed: ${String(error)}`);
      return false;
    }
  }

  get bufferedBytes(): number {
    return this.#lanes.bufferedBytes;
  }

  async stats(): Promise<LinkStats> {
    const state = this.#linkState();
    const nowMs = this.#clock.nowMs();
    if (this.#path?.stats.state === state && nowMs - this.#path.atMs < PATH_CHANGES_MS) return this.#path.stats;
    const stats = readLinkStats(state, await this.#connection.getStats());
    this.#path = { stats, atMs: nowMs };
    return stats;
  }

  #opened(): void {
    this.#cancelOpening();
    this.#tellState();
    this.#outlet.opened();
  }

  // The end ----------------------------------------------------------------------------------------------------------

  /** Ends the link and says so. */
  end(reason: string): void {
    if (this.#isEnded) return;
    this.abandon();
    this.#log.state("closed");
    this.#outlet.ended(reason);
  }

  /** Ends the link without a word: another takes its place. */
  abandon(): void {
    this.#isEnded = true;
    this.#tellOffered();
    this.#cancelOpening();
    this.#recovery.stop();
    this.#connection.onicecandidate = null;
    this.#connection.onconnectionstatechange = null;
    this.#lanes.silence();
    this.#connection.close();
  }
}

function toRtcIceServer({ urls, username, credential }: IceServer): RTCIceServer {
  return { urls: [...urls], ...(username !== undefined && { username }), ...(credential !== undefined && { credential }) };
}
