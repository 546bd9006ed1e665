/** Everything the app says about what went wrong: one table of code → sentence. */
import type { Hint, Mend, SilenceCause } from "./silence.ts";
import type { ActionOutcome, ImportErrorCode } from "../core/index.ts";

const IMPORT_SENTENCES: Record<ImportErrorCode, string> = {
  empty: "This file is empty.",
  "not-audio": "This is not an audio file we know.",
  "no-audio-track": "This video has no sound.",
  "codec-unsupported": "This browser can neither play this kind of audio nor convert it.",
  damaged: "This file is damaged: there is no music in it that can be read.",
  "too-long": "This is longer than six hours.",
  unreadable: "The file could not be read from disk.",
  "storage-full": "There is no room left on this device. Remove tracks from the library and try again.",
};

export function importSentence(code: ImportErrorCode): string {
  return IMPORT_SENTENCES[code];
}

type Refusal = Extract<ActionOutcome, { ok: false }>["reason"];

const REFUSAL_SENTENCES: Record<Refusal, string> = {
  "nothing-to-play": "There is nothing more to play. Add some music.",
  "no-such-entry": "That track is no longer in the queue.",
  "programme-full": "The queue is full. Remove something first.",
  "duplicate-entry": "That track was added already.",
  "adding-not-allowed": "Only the DJ adds music in this jam.",
  "not-yours": "Only the DJ or whoever added it can do that.",
  "not-host": "Only the DJ can do that.",
  "server-offline": "There is no connection to the server just now. Try again in a moment.",
};

export function refusalSentence(reason: Refusal): string {
  return REFUSAL_SENTENCES[reason];
}

export const SENTENCES = {
  memoryStore: "This browser keeps nothing in private mode: music stays only until this page is closed.",
  storeFailed: "This device's storage is full: music is kept in memory only until this page is closed.",
  hostAbsent: "The DJ is away just now, so nobody can accept your track. Try again when they are back.",
  begun: "You are the first one here, so this is your jam now. Looking for your friends? Check the code.",
  jamFull: "This jam is full. Trying again…",
  vorbis: "This browser can't play Ogg Vorbis (Safari can't). The others hear it.",
  unplayable: "This browser can't play this kind of audio. The others hear it.",
} as const;

const SILENCE_SENTENCES: Record<SilenceCause, string> = {
  muted: "The music is muted on this device.",
  "volume-zero": "The volume here is turned all the way down.",
  blocked: "Your browser holds the sound back until you tap.",
  suspended: "Your browser still holds sounds back.",
  "no-output": "Your browser finds no loudspeaker and no headphones. Plug some in or switch them on.",
  "coming-in": "You are still on your way in.",
  "nothing-yet": "Nothing is playing yet. It starts here when the DJ puts something on.",
  "nothing-yet-host": "Nothing is playing yet. Add a song, then press Play.",
  paused: "The DJ has paused the music.",
  "paused-host": "The music is paused.",
  over: "That was the last song. Add music, and it goes on.",
  unplayable: "This browser can’t play this song. The next one may sound again.",
  buffering: "The music is still on its way to this device. It starts by itself.",
};

export function silenceSentence(cause: SilenceCause): string {
  return SILENCE_SENTENCES[cause];
}

const MEND_LABELS: Record<Mend, string> = {
  unmute: "Unmute",
  "turn-up": "Turn it up",
  unblock: "Tap to hear",
  "play-tone": "Try again",
  play: "Play",
};

export function mendLabel(mend: Mend): string {
  return MEND_LABELS[mend];
}

const HINT_SENTENCES: Record<Hint, string> = {
  tab: "Is this tab muted? Right-click it at the top of the window to see.",
  "system-volume": "Is this computer’s own volume up?",
  "media-volume": "Turn up the volume with the keys at the side while the music plays: phones keep one for media alone.",
  ringer: "Switch silent mode off: the switch or button at the side.",
  elsewhere: "Is the sound coming out somewhere else: headphones in a bag, a Bluetooth speaker, a TV?",
};

export function hintSentence(hint: Hint): string {
  return HINT_SENTENCES[hint];
}
