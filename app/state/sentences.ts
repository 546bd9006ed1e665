/** Everything the app says about what went wrong: one table of code → sentence. */
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
