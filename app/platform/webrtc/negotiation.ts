/**
 * What to do with an offer or an answer: pure decisions. Two things make it more than obvious: both sides may offer at
 * once (glare), and a peer may be reborn (its page was reloaded) while we still hold a connection to its former self.
 *
 * Only who offered first restarts ICE, and a side that yields in glare starts over with a fresh connection: nothing is
 * ever rolled back.
 */
import type { LinkSignal, PeerId } from "../../core/index.ts";

/** Whose description it is, and which of its ICE generations. */
export interface DescriptionMark {
  /**
   * Constant for the life of the remote RTCPeerConnection: session id (RFC 8829, 5.2.1) and DTLS fingerprint. Either
   * alone would do in browsers; other implementations share certificates between connections.
   */
  readonly connection: string;
  /** Changes with every ICE restart. */
  readonly ufrag: string;
}

export interface NegotiationView {
  /** The polite side gives way in glare. */
  readonly polite: boolean;
  /** Our own offer is out and not answered. */
  readonly awaitingAnswer: boolean;
  /** Ufrag of our own last description; null while it is being made. */
  readonly localUfrag: string | null;
  /** The last remote description that was taken. */
  readonly remote: DescriptionMark | null;
}

export type OfferVerdict =
  /** Take it and answer. */
  | "accept"
  /** The peer was reborn: this link is over, a new one answers. */
  | "replace"
  /** Glare, and we are polite: forget our own offer and answer on a fresh connection. */
  | "yield"
  /** Glare, and we are not: say our offer again, since the first may have gone to the peer's former self. */
  | "insist"
  | "ignore";

/** Both sides come to opposite results: peer ids are never equal. */
export function isPolite(selfId: PeerId, peerId: PeerId): boolean {
  return selfId < peerId;
}

export function judgeOffer(view: NegotiationView, offer: DescriptionMark): OfferVerdict {
  const { remote } = view;
  if (!remote) return !view.awaitingAnswer ? "accept" : view.polite ? "yield" : "insist";
  if (remote.connection !== offer.connection) return "replace";
  if (remote.ufrag === offer.ufrag) return "ignore"; // said twice, see "insist"
  return view.awaitingAnswer ? "ignore" : "accept";
}

export function shouldTakeAnswer(view: NegotiationView, answer: DescriptionMark, answers: string | undefined): boolean {
  if (!view.awaitingAnswer || view.localUfrag === null) return false;
  if (answers !== undefined && answers !== view.localUfrag) return false;
  return view.remote === null || view.remote.connection === answer.connection;
}

/** Null where the text lacks what any description has: it is not one. */
export function markOf(sdp: string): DescriptionMark | null {
  const sessionId = /^o=\S+ (\S+) /m.exec(sdp)?.[1];
  const fingerprint = /^a=fingerprint:\S+ (\S+)/m.exec(sdp)?.[1];
  const ufrag = /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1];
  if (sessionId === undefined || fingerprint === undefined || ufrag === undefined) return null;
  return { connection: `${sessionId} ${fingerprint.toUpperCase()}`, ufrag };
}

/** The generation that a candidate belongs to; null where it does not say. */
export function candidateUfrag(candidate: string): string | null {
  return / ufrag (\S+)/.exec(candidate)?.[1] ?? null;
}

/**
 * A candidate for the way, with its ufrag written into it (an extension attribute of RFC 8839, 5.1; some browsers do so
 * themselves): one that comes late can then be told from one that belongs.
 */
export function toCandidateSignal(candidate: RTCIceCandidate): LinkSignal {
  const { usernameFragment, sdpMid, sdpMLineIndex } = candidate;
  const needsUfrag = usernameFragment && candidate.candidate !== "" && candidateUfrag(candidate.candidate) === null;
  const text = needsUfrag ? `${candidate.candidate} ufrag ${usernameFragment}` : candidate.candidate;
  return { kind: "candidate", candidate: text, sdpMid, sdpMLineIndex };
}
