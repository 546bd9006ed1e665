/** A peer without an engine, that says on a virtual network exactly what a test has it say. */
import { laneOf, LinkCodec } from "../../app/core/index.ts";
import type { Lane, PeerId, PeerMessage } from "../../app/core/index.ts";
import { peerIdOf } from "./swarm-world.ts";
import type { SwarmWorld, WorldPeer } from "./swarm-world.ts";
import { HOME } from "./virtual-network.ts";

const REPORTED_DELAY_MS = 40;

type MessageOf<Type extends PeerMessage["type"]> = Extract<PeerMessage, { type: Type }>;

export class ScriptedPeer {
  readonly peerId: PeerId;
  /** All that the other side has said since the link was opened. */
  readonly heard: PeerMessage[] = [];
  isLinked = false;
  /** It says of every block that it came: who sends waits for that. */
  isReporting = false;
  readonly #world: SwarmWorld;
  readonly #links: ReturnType<SwarmWorld["network"]["add"]>;
  #codec = new LinkCodec();
  #other: PeerId | null = null;

  /** Comes by itself; `link` opens its one link. */
  constructor(world: SwarmWorld, name: string) {
    this.#world = world;
    this.peerId = peerIdOf(name);
    this.#links = world.network.add(this.peerId, HOME, {
      opened: () => {
        this.isLinked = true;
      },
      closed: () => {
        this.isLinked = false;
      },
      receive: (_, lane, bytes) => {
        const message = this.#codec.decode(bytes, lane);
        this.heard.push(message);
        if (this.isReporting && message.type === "block") this.say({ type: "received", delayMs: REPORTED_DELAY_MS });
      },
      drained: () => {},
    });
  }

  /** (Re)opens the link to a real peer and waits for its first words. */
  async link(peer: WorldPeer): Promise<void> {
    this.#codec = new LinkCodec();
    this.heard.length = 0;
    this.#other = peer.peerId;
    this.#world.network.connect(this.peerId, peer.peerId);
    await this.#world.run(200);
  }

  say(...messages: PeerMessage[]): void {
    for (const message of messages) this.sayBytes(laneOf(message.type), this.#codec.encode(message));
  }

  sayBytes(lane: Lane, bytes: Uint8Array): void {
    if (this.#other) this.#links.send(this.#other, lane, bytes);
  }

  heardOf<Type extends PeerMessage["type"]>(type: Type): MessageOf<Type>[] {
    return this.heard.filter((message): message is MessageOf<Type> => message.type === type);
  }
}
