/**
 * The newest valid documents of one jam, and who may sign them. Whatever hands documents over (the server, the store,
 * a peer) is not believed: each is opened, checked and compared here.
 */
import { isNewer, openDocument, signDocument } from "./documents.ts";
import type { Programme, SignedDocument, Transport } from "./documents.ts";
import type { JamDocuments } from "./host-desk.ts";
import { ProtocolError } from "../errors.ts";
import type { JamId, PeerId } from "../ids.ts";
import type { Identity } from "../ports.ts";

export type DocumentVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: "wrong-jam" | "not-host" | "stale" | "invalid" };

export class JamState {
  readonly #jamId: JamId;
  #hostId: PeerId | null = null;
  #transport: Transport | null = null;
  #programme: Programme | null = null;
  readonly #signed = new Map<"transport" | "programme", SignedDocument>();

  constructor(jamId: JamId) {
    this.#jamId = jamId;
  }

  get hostId(): PeerId | null {
    return this.#hostId;
  }

  get transport(): Transport | null {
    return this.#transport;
  }

  get programme(): Programme | null {
    return this.#programme;
  }

  /** Both documents, or null before both are known. */
  get documents(): JamDocuments | null {
    return this.#transport && this.#programme ? { transport: this.#transport, programme: this.#programme } : null;
  }

  /** As they were signed: for the server, for the store, for peers. */
  get signed(): readonly SignedDocument[] {
    return [...this.#signed.values()];
  }

  /** Names the host. Documents signed by anyone else are forgotten: this jam is another one now. */
  setHost(hostId: PeerId): void {
    if (this.#hostId === hostId) return;
    this.#hostId = hostId;
    this.#transport = null;
    this.#programme = null;
    this.#signed.clear();
  }

  offer(signed: SignedDocument): DocumentVerdict {
    try {
      const document = openDocument(signed);
      if (document.jamId !== this.#jamId) return { ok: false, reason: "wrong-jam" };
      this.#hostId ??= document.hostId;
      if (document.hostId !== this.#hostId) return { ok: false, reason: "not-host" };
      if (document.kind === "transport") {
        if (!isNewer(document, this.#transport)) return { ok: false, reason: "stale" };
        this.#transport = document;
      } else {
        if (!isNewer(document, this.#programme)) return { ok: false, reason: "stale" };
        this.#programme = document;
      }
      this.#signed.set(document.kind, signed);
      return { ok: true };
    } catch (error) {
      if (error instanceof ProtocolError) return { ok: false, reason: "invalid" };
      throw error;
    }
  }

  /** The host's own change: signs what differs from the current documents, keeps it, and returns it for publishing. */
  adopt(documents: JamDocuments, identity: Identity): readonly SignedDocument[] {
    const published: SignedDocument[] = [];
    if (documents.programme !== this.#programme) {
      this.#programme = documents.programme;
      published.push(this.#sign(documents.programme, identity));
    }
    if (documents.transport !== this.#transport) {
      this.#transport = documents.transport;
      published.push(this.#sign(documents.transport, identity));
    }
    return published;
  }

  #sign(document: Transport | Programme, identity: Identity): SignedDocument {
    const signed = signDocument(document, identity);
    this.#signed.set(document.kind, signed);
    return signed;
  }
}
