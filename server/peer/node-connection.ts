/**
 * RTCPeerConnection in Node, close enough to a browser's for app/platform/webrtc to use it unchanged. What
 * node-datachannel's own polyfill leaves open is closed here: descriptions are made when they are asked for and not
 * before (it would offer as soon as a channel is created, on the answerer's side too), answers included, and round
 * trips are in seconds.
 *
 * An offerer keeps its candidates to itself until it has the answer. Were the answerer to try the path earlier, then the
 * library, which begins to connect before it has stored the answer, could finish DTLS with no fingerprint to check
 * against, and refuse the peer (seen in one of five links between processes on one machine). The answerer is also sure
 * to be the later one to connect, as the one who starts DTLS should be: the library hears no handshake before, and
 * repeats one only after a second.
 */
import { PeerConnection } from "node-datachannel";
import type { IceServer as NativeIceServer } from "node-datachannel";
import {
  RTCPeerConnection as PolyfilledConnection,
  RTCSessionDescription as PolyfilledDescription,
} from "node-datachannel/polyfill";

/** @param bindAddress the one local address that connections use; null for all of them. */
export function createConnectionClass(bindAddress: string | null): typeof RTCPeerConnection {
  class NodeConnection extends PolyfilledConnection {
    readonly #native: PeerConnection;
    #heldCandidates: Event[] | null = null;

    /** @throws SyntaxError where an ICE server is none. */
    constructor({ iceServers = [] }: RTCConfiguration = {}) {
      const native = new PeerConnection("", {
        iceServers: iceServers.flatMap(toNativeServers),
        disableAutoNegotiation: true,
        ...(bindAddress !== null && { bindAddress }),
      });
      super({ peerConnection: native });
      this.#native = native;
    }

    /** ICE restarts are not in the library: refused, so that the link is given up and made anew. */
    override async createOffer(options?: RTCOfferOptions): Promise<RTCSessionDescriptionInit> {
      if (options?.iceRestart) throw new DOMException("ICE cannot be restarted here.", "NotSupportedError");
      return { type: "offer" };
    }

    override async createAnswer(): Promise<RTCSessionDescriptionInit> {
      return { type: "answer" };
    }

    /** The description itself is the library's; `localDescription` has it afterwards. */
    override async setLocalDescription({ type }: RTCSessionDescriptionInit): Promise<void> {
      if (type === "offer") this.#heldCandidates = [];
      this.#native.setLocalDescription(type);
    }

    /** Candidates of an offerer wait until the answer is in force. */
    override async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
      await super.setRemoteDescription(description);
      const held = this.#heldCandidates ?? [];
      this.#heldCandidates = null;
      for (const event of held) super.dispatchEvent(event);
    }

    override dispatchEvent(event: Event): boolean {
      if (event.type !== "icecandidate" || !this.#heldCandidates) return super.dispatchEvent(event);
      this.#heldCandidates.push(event);
      return true;
    }

    override get localDescription(): RTCSessionDescription {
      const description = super.localDescription;
      if (description.type !== "offer") return description;
      return new PolyfilledDescription({ type: "offer", sdp: description.sdp.replaceAll(CANDIDATE_LINES, "") });
    }

    override async getStats(): Promise<RTCStatsReport> {
      const report: Map<string, object> = await super.getStats();
      for (const entry of report.values())
        if ("currentRoundTripTime" in entry) entry.currentRoundTripTime = Number(entry.currentRoundTripTime) / 1000;
      return report;
    }
  }
  return NodeConnection as unknown as typeof RTCPeerConnection; // what it lacks is about sound and pictures
}

const CANDIDATE_LINES = /^a=(?:candidate:.*|end-of-candidates)\r?\n/gm;

/** As RFC 7064 and RFC 7065 write them. */
const SERVER_URL = /^(stun|turn|turns):(\[[^\]]+\]|[^:?]+)(?::(\d+))?(?:\?transport=(udp|tcp))?$/i;

function toNativeServers({ urls, username, credential }: RTCIceServer): NativeIceServer[] {
  return [urls].flat().map((url) => {
    const [, scheme, hostname, port, transport] = SERVER_URL.exec(url) ?? [];
    if (scheme === undefined || hostname === undefined) throw new SyntaxError(`"${url}" is no ICE server`);
    const isSecure = scheme.toLowerCase() === "turns";
    const server = { hostname, port: Number(port ?? (isSecure ? 5349 : 3478)) };
    if (scheme.toLowerCase() === "stun") return server;
    const relayType = isSecure ? "TurnTls" : transport?.toLowerCase() === "tcp" ? "TurnTcp" : "TurnUdp";
    return { ...server, username: username ?? "", password: credential ?? "", relayType };
  });
}
