/**
 * The newest two documents of a jam, and the judgement of newcomers: which replace them, and for what reason others
 * don't. Signature and shape are `openDocument`'s business.
 */
import { ProtocolError, isNewer, openDocument } from "../../app/core/index.ts";
import type { JamDocument, JamId, PeerId, RefusalReason, SignedDocument } from "../../app/core/index.ts";

/** A document whose signature was checked, with the bytes that prove it. */
export interface OpenedDocument {
  readonly signed: SignedDocument;
  readonly document: JamDocument;
}

export interface HeldDocuments {
  readonly transport: OpenedDocument | null;
  readonly programme: OpenedDocument | null;
}

export const NO_DOCUMENTS: HeldDocuments = { transport: null, programme: null };

/** For the wire: transport first. */
export function listDocuments(held: HeldDocuments): OpenedDocument[] {
  return [held.transport, held.programme].filter((opened) => opened !== null);
}

/** Nothing in its programme: nobody would miss this jam. */
export function isBlank(held: HeldDocuments): boolean {
  const programme = held.programme?.document;
  return programme?.kind !== "programme" || programme.entries.length === 0;
}

export type OpenResult =
  | { readonly ok: true; readonly opened: OpenedDocument }
  | { readonly ok: false; readonly reason: "bad-signature" | "wrong-jam" };

/**
 * Checks what can be checked without knowing the host.
 * @throws ProtocolError `malformed` or `invalid-message` when the body is no document at all.
 */
export function openFor(jamId: JamId, signed: SignedDocument): OpenResult {
  try {
    const document = openDocument(signed);
    return document.jamId === jamId ? { ok: true, opened: { signed, document } } : { ok: false, reason: "wrong-jam" };
  } catch (error) {
    if (error instanceof ProtocolError && error.code === "bad-signature") return { ok: false, reason: "bad-signature" };
    throw error;
  }
}

export type Adoption =
  | { readonly ok: true; readonly held: HeldDocuments }
  | { readonly ok: false; readonly reason: Extract<RefusalReason, "not-host" | "stale-document"> };

/** `held` with `opened` in its place, if it is by the host and newer than what is there. */
export function adoptDocument(held: HeldDocuments, opened: OpenedDocument, hostId: PeerId): Adoption {
  const { document } = opened;
  if (document.hostId !== hostId) return { ok: false, reason: "not-host" };
  if (!isNewer(document, held[document.kind]?.document ?? null)) return { ok: false, reason: "stale-document" };
  return { ok: true, held: { ...held, [document.kind]: opened } };
}
