/** What a listener's wish may become, judged by the host's app under the jam's permissions. */
import type { Programme } from "./documents.ts";
import type { HostCommand } from "./host-desk.ts";
import type { Intent } from "./intents.ts";
import type { PeerId } from "../ids.ts";

export type IntentRefusal = "adding-not-allowed" | "not-yours" | "no-such-entry";
export type IntentVerdict =
  | { readonly ok: true; readonly command: HostCommand }
  | { readonly ok: false; readonly reason: IntentRefusal };

/** `from` is the sender as the server stamped it. */
export function judgeIntent(intent: Intent, from: PeerId, programme: Programme): IntentVerdict {
  switch (intent.kind) {
    case "add":
      if (!programme.listenersMayAdd) return { ok: false, reason: "adding-not-allowed" };
      if (intent.entry.addedBy !== from) return { ok: false, reason: "not-yours" };
      return { ok: true, command: { kind: "add", entry: intent.entry } };
    case "remove": {
      const entry = programme.entries.find((candidate) => candidate.entryId === intent.entryId);
      if (!entry) return { ok: false, reason: "no-such-entry" };
      if (entry.addedBy !== from) return { ok: false, reason: "not-yours" };
      return { ok: true, command: { kind: "remove", entryId: intent.entryId } };
    }
  }
}
