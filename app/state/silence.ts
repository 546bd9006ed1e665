/**
 * Why is there no sound? A function from what can be known to what is wrong, what a tap can mend first. What no page can
 * see (a muted tab, the phone's own volume) is not guessed at: those are hints, the same for everybody with such a device.
 */
import type { DeviceKind, SpeakerState } from "./platform.ts";
import type { SoundState } from "./views.ts";

export type SilenceCause =
  | "muted"
  | "volume-zero"
  | "blocked"
  | "suspended"
  | "no-output"
  | "coming-in"
  | "nothing-yet"
  | "nothing-yet-host"
  | "paused"
  | "paused-host"
  | "over"
  | "unplayable"
  | "buffering";

/** The one tap that mends it. */
export type Mend = "unmute" | "turn-up" | "unblock" | "play-tone" | "play";

export interface Finding {
  readonly cause: SilenceCause;
  /** Null where nothing here can be done about it. */
  readonly mend: Mend | null;
}

export interface SilenceFacts {
  readonly isComingIn: boolean;
  readonly isHost: boolean;
  /** Null where the jam plays nothing. */
  readonly now: { readonly playing: boolean; readonly isOver: boolean; readonly isPlayable: boolean } | null;
  readonly sound: SoundState["kind"];
  readonly volume: { readonly level: number; readonly muted: boolean };
  readonly isOutputMissing: boolean;
  readonly speaker: SpeakerState;
}

export function findSilence(facts: SilenceFacts): readonly Finding[] {
  return [...findHere(facts), ...findInJam(facts)];
}

/** What is wrong on this device. */
function findHere({ volume, sound, speaker, isOutputMissing }: SilenceFacts): Finding[] {
  const findings: Finding[] = [];
  if (volume.muted) findings.push({ cause: "muted", mend: "unmute" });
  else if (volume.level === 0) findings.push({ cause: "volume-zero", mend: "turn-up" });
  if (sound === "blocked") findings.push({ cause: "blocked", mend: "unblock" });
  if (speaker === "suspended") findings.push({ cause: "suspended", mend: "play-tone" });
  if (isOutputMissing) findings.push({ cause: "no-output", mend: null });
  return findings;
}

/** Why nobody, or nobody here, would hear anything anyway: one reason is enough. */
function findInJam({ isComingIn, isHost, now, sound }: SilenceFacts): Finding[] {
  if (!now) return [{ cause: isComingIn ? "coming-in" : isHost ? "nothing-yet-host" : "nothing-yet", mend: null }];
  if (now.isOver) return [{ cause: "over", mend: null }];
  if (!now.playing) return [isHost ? { cause: "paused-host", mend: "play" } : { cause: "paused", mend: null }];
  if (!now.isPlayable) return [{ cause: "unplayable", mend: null }];
  return sound === "buffering" ? [{ cause: "buffering", mend: null }] : [];
}

export type Hint = "tab" | "system-volume" | "media-volume" | "ringer" | "elsewhere";

const HINTS: Record<DeviceKind, readonly Hint[]> = {
  computer: ["tab", "system-volume", "elsewhere"],
  phone: ["media-volume", "elsewhere"],
  iphone: ["media-volume", "ringer", "elsewhere"],
};

export function hintsFor(device: DeviceKind): readonly Hint[] {
  return HINTS[device];
}
