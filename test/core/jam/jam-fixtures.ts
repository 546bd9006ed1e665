/** Programmes and documents for the jam's tests. */
import * as v from "valibot";
import { EntryIdSchema, firstDocuments, JamIdSchema, TrackIdSchema } from "../../../app/core/index.ts";
import type { JamDocuments, PeerId, ProgrammeEntry } from "../../../app/core/index.ts";
import { alice } from "../../support/people.ts";

export const jamId = v.parse(JamIdSchema, "jam1");

export const entryIdOf = (name: string) => v.parse(EntryIdSchema, `entry---${name}`);

/** An entry called `name` of 100 s, unless told otherwise. */
export function makeEntry(name: string, options: { addedBy?: PeerId; durationMs?: number } = {}): ProgrammeEntry {
  return {
    entryId: entryIdOf(name),
    trackId: v.parse(TrackIdSchema, name.charCodeAt(0).toString(16).padStart(64, "0")),
    addedBy: options.addedBy ?? alice.peerId,
    title: `Song ${name}`,
    artist: "The Fixtures",
    durationMs: options.durationMs ?? 100_000,
  };
}

/** Alice's jam with entries a, b, c…, the first of them playing from its start at reference time 1,000,000 ms. */
export function playingJam(names: string, change: Partial<JamDocuments["transport"]> = {}): JamDocuments {
  const { transport, programme } = firstDocuments(jamId, alice.peerId);
  const entries = [...names].map((name) => makeEntry(name));
  return {
    programme: { ...programme, entries },
    transport: { ...transport, entryId: entries[0]?.entryId ?? null, playing: true, atReferenceMs: 1_000_000, ...change },
  };
}

export const namesOf = (documents: JamDocuments) => documents.programme.entries.map((entry) => entry.entryId.at(-1)).join("");
