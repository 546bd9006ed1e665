/** From the engine's state to what the screen shows: functions, no state of their own. */
import type { Covers } from "./covers.ts";
import { SENTENCES } from "./sentences.ts";
import type { EntryView, MemberView, NowPlayingView, SoundState } from "./views.ts";
import type { LinkStats, Manifest, PeerId, PlaybackState, ProgrammeEntry, Session } from "../core/index.ts";

const HELD = 2;

export function memberViews(session: Session, selfId: PeerId, links: ReadonlyMap<PeerId, LinkStats>): readonly MemberView[] {
  const neighbours = new Map(session.swarm.neighbourStats().map((stats) => [stats.peerId, stats]));
  return session.members.map(({ peerId, name }) => ({
    peerId,
    name,
    isHost: peerId === session.hostId,
    isSelf: peerId === selfId,
    link: links.get(peerId) ?? null,
    bytesReceived: neighbours.get(peerId)?.bytesReceived ?? 0,
    bytesSent: neighbours.get(peerId)?.bytesSent ?? 0,
  }));
}

export interface EntryContext {
  readonly session: Session;
  readonly selfId: PeerId;
  readonly covers: Covers;
  canPlay(mimeType: string): boolean;
}

export function entryView(entry: ProgrammeEntry, { session, selfId, covers, canPlay }: EntryContext): EntryView {
  const manifest = session.swarm.manifest(entry.trackId);
  const states = session.swarm.pieceStates(entry.trackId);
  return {
    entryId: entry.entryId,
    trackId: entry.trackId,
    title: entry.title,
    artist: entry.artist,
    album: manifest?.album ?? "",
    durationMs: entry.durationMs,
    addedByName: entry.addedBy === selfId ? "you" : (session.nameOf(entry.addedBy) ?? "somebody"),
    canRemove: session.isHost || entry.addedBy === selfId,
    heldShare: states.length === 0 ? 0 : states.filter((state) => state === HELD).length / states.length,
    coverUrl: covers.url(entry.trackId),
    unplayableReason: manifest ? unplayableReason(manifest, canPlay) : null,
  };
}

export function nowPlayingView(context: EntryContext, nowMs: number): NowPlayingView | null {
  const { session } = context;
  const now = session.nowPlaying();
  switch (now.kind) {
    case "nothing":
      return null;
    case "entry":
      return {
        entry: entryView(now.entry, context),
        playing: now.playing,
        positionMs: now.positionMs,
        atMs: nowMs + now.startsInMs,
      };
    case "ended": {
      const last = session.entries[now.lastIndex];
      if (!last) return null;
      return { entry: entryView(last, context), playing: false, positionMs: last.durationMs, atMs: nowMs };
    }
  }
}

export function upNextViews(context: EntryContext): readonly EntryView[] {
  const now = context.session.nowPlaying();
  const index = now.kind === "entry" ? now.index : now.kind === "ended" ? now.lastIndex : -1;
  return context.session.entries.slice(index + 1).map((entry) => entryView(entry, context));
}

/** The programme has been played to its end, and nothing was added since. */
export function isOver({ playing, positionMs, entry }: NowPlayingView, upNext: readonly EntryView[]): boolean {
  return !playing && positionMs >= entry.durationMs && upNext.length === 0;
}

/** The chunks' states, without the cover's. */
export function chunkMapOf(session: Session): Uint8Array {
  const now = session.nowPlaying();
  if (now.kind !== "entry") return new Uint8Array();
  const { trackId } = now.entry;
  return session.swarm.pieceStates(trackId).slice(0, session.swarm.manifest(trackId)?.chunks.length ?? 0);
}

const SOUND_OF: Record<PlaybackState, SoundState["kind"]> = {
  idle: "silent",
  ended: "silent",
  buffering: "buffering",
  scheduled: "playing",
  playing: "playing",
  paused: "paused",
  blocked: "blocked",
};

export function soundOf(session: Session): SoundState {
  return { kind: session.player ? SOUND_OF[session.player.stats().state] : "silent" };
}

function unplayableReason(manifest: Manifest, canPlay: (mimeType: string) => boolean): string | null {
  if (canPlay(manifest.mimeType)) return null;
  return manifest.codec === "vorbis" ? SENTENCES.vorbis : SENTENCES.unplayable;
}
