/** Signed documents for the server's tests: what stands in them does not matter to the server, who signed them does. */
import * as v from "valibot";
import { EntryIdSchema, JamIdSchema, TrackIdSchema, signDocument } from "../../app/core/index.ts";
import type { Identity, JamDocument, SignedDocument } from "../../app/core/index.ts";

export interface DocumentOptions {
  readonly jam?: string;
  readonly seq?: number;
  readonly epoch?: number;
  /** Whom the document calls host, where that is not its signer. */
  readonly host?: Identity;
}

function heading(signer: Identity, { jam = "jam1", seq = 1, epoch = 0, host = signer }: DocumentOptions) {
  return { jamId: v.parse(JamIdSchema, jam), hostId: host.peerId, epoch, seq };
}

export function transportBy(signer: Identity, options: DocumentOptions = {}): SignedDocument {
  const document: JamDocument = {
    kind: "transport",
    ...heading(signer, options),
    entryId: null,
    playing: false,
    positionMs: 0,
    atReferenceMs: 0,
  };
  return signDocument(document, signer);
}

/** @param options.tracks how many entries it has. */
export function programmeBy(signer: Identity, options: DocumentOptions & { readonly tracks?: number } = {}): SignedDocument {
  const entries = Array.from({ length: options.tracks ?? 1 }, (_, index) => ({
    entryId: v.parse(EntryIdSchema, `entry-${String(index).padStart(4, "0")}`),
    trackId: v.parse(TrackIdSchema, "ab".repeat(32)),
    addedBy: signer.peerId,
    title: "Awakening",
    artist: "Nobody",
    durationMs: 180_000,
  }));
  return signDocument({ kind: "programme", ...heading(signer, options), entries, listenersMayAdd: true }, signer);
}
