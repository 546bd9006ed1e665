/**
 * RTCPeerConnection in Node, close enough to a browser's for app/platform/webrtc to use it unchanged. What
 * node-datachannel's own polyfill leaves open is closed here: descriptions are made when they are asked for and not
 * before (it would offer as soon as a channel is created, on the answerer's side too), answers included, and round
 * trips are in seconds.
 */
import { PeerConnection } from "node-datachannel";
import type { IceServer as NativeIceServer } from "node-datachannel";
import { RTCPeerConnection as PolyfilledConnection } from "node-datachannel/polyfill";

/** @param bindAddress the one local address that connections use; null for all of them. */
export function createConnectionClass(bindAddress: string | null): typeof RTCPeerConnection {
  class NodeConnection extends PolyfilledConnection {
    readonly #native: PeerConnection;

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
      this.#native.setLocalDescription(type);
    }

    /**
     * Whoever answers leaves the DTLS handshake to the other (RFC 8842, 5.3). The answerer sees the path open first, as
     * a rule; a handshake that it began would meet an offerer who does not listen yet (measured: half of the links), and
     * be repeated only after a second.
     */
    override async setRemoteDescription({ type, sdp = "" }: RTCSessionDescriptionInit): Promise<void> {
      const isOffer = type === "offer";
      await super.setRemoteDescription({ type, sdp: isOffer ? sdp.replaceAll("a=setup:actpass", "a=setup:active") : sdp });
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
