/**
 * What is on the screen of one jam: the signals, and how the engine's state gets into them. A signal is set only when
 * what it says has changed, so that elements render no more than they must.
 */
import { chunkMapOf, memberViews, nowPlayingView, soundOf, upNextViews } from "./jam-views.ts";
import type { EntryContext } from "./jam-views.ts";
import { signal } from "./signals.ts";
import { Settling } from "./sync-view.ts";
import type { SyncView } from "./sync-view.ts";
import type { ChunkMap, Connection, EntryView, MemberView, NowPlayingView, SoundState } from "./views.ts";
import type { LinkStats, PeerId } from "../core/index.ts";

/** Extrapolated positions that are off by less are left alone, so that nothing on the screen twitches. */
const POSITION_TOLERANCE_MS = 60;

export class JamScreen {
  readonly connection = signal<Connection>({ kind: "idle" });
  readonly isHost = signal(false);
  readonly members = signal<readonly MemberView[]>([]);
  readonly nowPlaying = signal<NowPlayingView | null>(null);
  readonly upNext = signal<readonly EntryView[]>([]);
  readonly chunkMap = signal<ChunkMap>(new Uint8Array());
  readonly sound = signal<SoundState>({ kind: "silent" });
  readonly listenersMayAdd = signal(false);
  readonly sync = signal<SyncView>({ driftMs: null, uncertaintyMs: null, outputUncertaintyMs: null, isSettled: false });
  readonly volume = signal({ level: 1, muted: false });
  readonly #settling = new Settling();

  /** @param nowMs the local clock's reading */
  protected show(context: EntryContext, links: ReadonlyMap<PeerId, LinkStats>, nowMs: number): void {
    const { session, selfId } = context;
    this.isHost.set(session.isHost);
    this.listenersMayAdd.set(session.listenersMayAdd);
    setIfChanged(this.members, memberViews(session, selfId, links));
    setIfChanged(this.upNext, upNextViews(context));
    setIfChanged(this.sound, soundOf(session));
    const { driftMs = null, outputUncertaintyMs = null } = session.player?.stats() ?? {};
    setIfChanged(this.sync, {
      driftMs,
      isSettled: this.#settling.look(driftMs, nowMs, outputUncertaintyMs !== null),
      uncertaintyMs: session.referenceClock.estimate(nowMs)?.uncertaintyMs ?? null,
      // Tenths change all the time, and nobody reads them.
      outputUncertaintyMs: outputUncertaintyMs === null ? null : Math.round(outputUncertaintyMs),
    });
    const chunkMap = chunkMapOf(session);
    if (!isSameMap(this.chunkMap.get(), chunkMap)) this.chunkMap.set(chunkMap);
    const playing = nowPlayingView(context, nowMs);
    if (!isSamePlace(this.nowPlaying.get(), playing)) this.nowPlaying.set(playing);
  }
}

function setIfChanged<T>(target: { get(): T; set(value: T): void }, value: T): void {
  if (JSON.stringify(target.get()) !== JSON.stringify(value)) target.set(value);
}

function isSameMap(before: ChunkMap, after: ChunkMap): boolean {
  return before.length === after.length && before.every((state, index) => state === after[index]);
}

/** True when extrapolating `before` gives `after`. */
function isSamePlace(before: NowPlayingView | null, after: NowPlayingView | null): boolean {
  if (!before || !after) return before === after;
  if (before.playing !== after.playing || JSON.stringify(before.entry) !== JSON.stringify(after.entry)) return false;
  const expectedMs = before.positionMs + (before.playing ? after.atMs - before.atMs : 0);
  return Math.abs(expectedMs - after.positionMs) < POSITION_TOLERANCE_MS;
}
