/** What a lock screen and a headset's buttons show and do. */

export interface LockScreenTrack {
  readonly title: string;
  readonly artist: string;
  /** Object URL, or null. */
  readonly coverUrl: string | null;
}

/** Nothing where the browser has no media session. */
export function showOnLockScreen(track: LockScreenTrack | null, isPlaying: boolean): void {
  if (!("mediaSession" in navigator)) return;
  navigator.mediaSession.metadata =
    track &&
    new MediaMetadata({ title: track.title, artist: track.artist, artwork: track.coverUrl ? [{ src: track.coverUrl }] : [] });
  navigator.mediaSession.playbackState = !track ? "none" : isPlaying ? "playing" : "paused";
}

/** Null takes a button away: listeners who may not control have none. */
export function handleLockScreenButtons(buttons: Readonly<Partial<Record<"play" | "pause" | "nexttrack", () => void>>>): void {
  if (!("mediaSession" in navigator)) return;
  for (const button of ["play", "pause", "nexttrack"] as const)
    navigator.mediaSession.setActionHandler(button, buttons[button] ?? null);
}
