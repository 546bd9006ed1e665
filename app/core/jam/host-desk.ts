/**
 * The host's controls as functions from documents to documents. They know the rules of a programme; they refuse to
 * know about networks, signatures and screens.
 */
import { MAX_PROGRAMME_ENTRIES } from "./documents.ts";
import type { Programme, ProgrammeEntry, Transport } from "./documents.ts";
import { resolveNowPlaying } from "./now-playing.ts";
import { PAST_ENTRIES_KEPT, PLAY_LEAD_MS } from "../tunables.ts";
import type { EntryId, JamId, PeerId } from "../ids.ts";

export interface JamDocuments {
  readonly transport: Transport;
  readonly programme: Programme;
}

export type HostCommand =
  | { readonly kind: "play" }
  | { readonly kind: "pause" }
  | { readonly kind: "next" }
  | { readonly kind: "seek"; readonly positionMs: number }
  | { readonly kind: "play-entry"; readonly entryId: EntryId }
  | { readonly kind: "add"; readonly entry: ProgrammeEntry }
  | { readonly kind: "remove"; readonly entryId: EntryId }
  /** `toIndex` counts among the entries after the current one; clamped. */
  | { readonly kind: "move"; readonly entryId: EntryId; readonly toIndex: number }
  | { readonly kind: "allow-adding"; readonly allowed: boolean };

export type CommandRefusal = "nothing-to-play" | "no-such-entry" | "programme-full" | "duplicate-entry";
export type CommandOutcome =
  | { readonly ok: true; readonly documents: JamDocuments }
  | { readonly ok: false; readonly reason: CommandRefusal };

/** What a jam begins with. */
export function firstDocuments(jamId: JamId, hostId: PeerId): JamDocuments {
  const heading = { jamId, hostId, epoch: 1, seq: 1 };
  return {
    transport: { kind: "transport", ...heading, entryId: null, playing: false, positionMs: 0, atReferenceMs: 0 },
    programme: { kind: "programme", ...heading, entries: [], listenersMayAdd: true },
  };
}

/** Documents that did not change keep their identity; those that did have the next `seq`. */
export function applyCommand(documents: JamDocuments, command: HostCommand, referenceMs: number): CommandOutcome {
  const { transport, programme } = documents;
  const now = resolveNowPlaying(transport, programme, referenceMs);

  switch (command.kind) {
    case "play": {
      if (now.kind === "entry" && now.playing) return { ok: true, documents };
      if (now.kind === "entry") return start(documents, now.entry.entryId, startPosition(now.entry, now.positionMs), referenceMs);
      const entry = programme.entries[0];
      return entry ? start(documents, entry.entryId, 0, referenceMs) : refuse("nothing-to-play");
    }
    case "pause":
      if (now.kind !== "entry" || !now.playing) return { ok: true, documents };
      return withTransport(documents, {
        entryId: now.entry.entryId,
        playing: false,
        positionMs: now.positionMs,
        atReferenceMs: referenceMs,
      });
    case "next": {
      const index = now.kind === "entry" ? now.index + 1 : 0;
      const entry = programme.entries[index];
      if (now.kind === "ended" || !entry) return refuse("nothing-to-play");
      return start(documents, entry.entryId, 0, referenceMs);
    }
    case "seek": {
      const entry = now.kind === "entry" ? now.entry : now.kind === "ended" ? programme.entries[now.lastIndex] : undefined;
      if (!entry) return refuse("nothing-to-play");
      const positionMs = Math.min(Math.max(0, command.positionMs), entry.durationMs - 1);
      if (now.kind === "entry" && now.playing) return start(documents, entry.entryId, positionMs, referenceMs);
      return withTransport(documents, { entryId: entry.entryId, playing: false, positionMs, atReferenceMs: referenceMs });
    }
    case "play-entry":
      if (!programme.entries.some((entry) => entry.entryId === command.entryId)) return refuse("no-such-entry");
      return start(documents, command.entryId, 0, referenceMs);
    case "add":
      return add(documents, command.entry, referenceMs);
    case "remove":
      return remove(documents, command.entryId, referenceMs);
    case "move":
      return move(documents, command.entryId, command.toIndex, referenceMs);
    case "allow-adding":
      if (programme.listenersMayAdd === command.allowed) return { ok: true, documents };
      return { ok: true, documents: { transport, programme: nextProgramme(programme, { listenersMayAdd: command.allowed }) } };
  }
}

/**
 * The same music at the same moment on another clock. Nothing to do where none plays.
 * @param referenceMs now, on the clock that the documents are on
 * @param nextReferenceMs the same moment on the next
 */
export function moveToClock(documents: JamDocuments, referenceMs: number, nextReferenceMs: number): JamDocuments {
  const now = resolveNowPlaying(documents.transport, documents.programme, referenceMs);
  if (now.kind !== "entry" || !now.playing) return documents;
  const { entry, positionMs, startsInMs } = now;
  const atReferenceMs = nextReferenceMs + startsInMs;
  return withTransport(documents, { entryId: entry.entryId, playing: true, positionMs, atReferenceMs }).documents;
}

function add(documents: JamDocuments, entry: ProgrammeEntry, referenceMs: number): CommandOutcome {
  const { transport, programme } = documents;
  if (programme.entries.some((other) => other.entryId === entry.entryId)) return refuse("duplicate-entry");
  const now = resolveNowPlaying(transport, programme, referenceMs);
  const anchored = anchor(documents, referenceMs);
  const kept = dropDistantPast(anchored.programme.entries, anchored.transport.entryId);
  if (kept.length >= MAX_PROGRAMME_ENTRIES) return refuse("programme-full");
  const changed = { ...anchored, programme: nextProgramme(programme, { entries: [...kept, entry] }) };
  // The music had run out: what is added then is what everyone is waiting for.
  if (now.kind === "ended") return start(changed, entry.entryId, 0, referenceMs);
  if (now.kind === "nothing")
    return withTransport(changed, { entryId: entry.entryId, playing: false, positionMs: 0, atReferenceMs: referenceMs });
  return { ok: true, documents: changed };
}

function remove(documents: JamDocuments, entryId: EntryId, referenceMs: number): CommandOutcome {
  const { programme } = documents;
  const index = programme.entries.findIndex((entry) => entry.entryId === entryId);
  if (index < 0) return refuse("no-such-entry");
  const anchored = anchor(documents, referenceMs);
  const entries = programme.entries.filter((entry) => entry.entryId !== entryId);
  const changed = { ...anchored, programme: nextProgramme(programme, { entries }) };
  if (anchored.transport.entryId !== entryId) return { ok: true, documents: changed };
  const successor = entries[index];
  if (successor && anchored.transport.playing) return start(changed, successor.entryId, 0, referenceMs);
  return withTransport(changed, {
    entryId: successor?.entryId ?? null,
    playing: false,
    positionMs: 0,
    atReferenceMs: referenceMs,
  });
}

function move(documents: JamDocuments, entryId: EntryId, toIndex: number, referenceMs: number): CommandOutcome {
  const { programme } = documents;
  const moved = programme.entries.find((entry) => entry.entryId === entryId);
  if (!moved) return refuse("no-such-entry");
  const anchored = anchor(documents, referenceMs);
  if (anchored.transport.entryId === entryId) return { ok: true, documents };
  const entries = programme.entries.filter((entry) => entry.entryId !== entryId);
  const currentIndex = entries.findIndex((entry) => entry.entryId === anchored.transport.entryId);
  const target = Math.min(entries.length, currentIndex + 1 + Math.max(0, toIndex));
  entries.splice(target, 0, moved);
  return { ok: true, documents: { ...anchored, programme: nextProgramme(programme, { entries }) } };
}

/**
 * Hangs the transport on the entry that is playing now. The documents let entries follow one another by themselves,
 * counted from an earlier entry; before that one's neighbours are edited, the count must start here.
 */
function anchor(documents: JamDocuments, referenceMs: number): JamDocuments {
  const now = resolveNowPlaying(documents.transport, documents.programme, referenceMs);
  if (now.kind !== "entry" || now.startedAtReferenceMs === null) return documents;
  if (now.entry.entryId === documents.transport.entryId) return documents;
  const outcome = withTransport(documents, {
    entryId: now.entry.entryId,
    playing: true,
    positionMs: 0,
    atReferenceMs: now.startedAtReferenceMs,
  });
  return outcome.documents;
}

/** A little is kept, so that people see what was played; not all, so that the document stays small. */
function dropDistantPast(entries: readonly ProgrammeEntry[], currentId: EntryId | null): readonly ProgrammeEntry[] {
  const current = entries.findIndex((entry) => entry.entryId === currentId);
  return entries.slice(Math.max(0, current - PAST_ENTRIES_KEPT));
}

function startPosition(entry: ProgrammeEntry, positionMs: number): number {
  return positionMs >= entry.durationMs - 1 ? 0 : positionMs;
}

function start(documents: JamDocuments, entryId: EntryId, positionMs: number, referenceMs: number): CommandOutcome {
  return withTransport(documents, { entryId, playing: true, positionMs, atReferenceMs: referenceMs + PLAY_LEAD_MS });
}

type TransportChange = Pick<Transport, "entryId" | "playing" | "positionMs" | "atReferenceMs">;

function withTransport(documents: JamDocuments, change: TransportChange): { ok: true; documents: JamDocuments } {
  const { transport } = documents;
  return { ok: true, documents: { ...documents, transport: { ...transport, ...change, seq: transport.seq + 1 } } };
}

function nextProgramme(programme: Programme, change: Partial<Pick<Programme, "entries" | "listenersMayAdd">>): Programme {
  return { ...programme, ...change, seq: programme.seq + 1 };
}

function refuse(reason: CommandRefusal): CommandOutcome {
  return { ok: false, reason };
}
