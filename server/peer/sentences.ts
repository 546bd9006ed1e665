/** What the headless peer says of codes: one table each, for people at a terminal. */
import { CLOSE_CODES } from "../../app/core/index.ts";
import type { ActionOutcome, ImportErrorCode } from "../../app/core/index.ts";

const IMPORT_SENTENCES: Record<ImportErrorCode, string> = {
  empty: "the file is empty",
  "not-audio": "it is no audio file that we know",
  "no-audio-track": "there is no sound in it",
  "codec-unsupported": "browsers cannot play it, and here it cannot be converted; add it in a browser, or convert it first",
  damaged: "the file is damaged",
  "too-long": "it is longer than six hours",
  unreadable: "the file cannot be read",
  "storage-full": "there is no room for it; free the disk, or give a larger --budget",
};

export function importSentence(fileName: string, code: ImportErrorCode): string {
  return `${fileName} cannot be offered: ${IMPORT_SENTENCES[code]}.`;
}

type Refusal = Extract<ActionOutcome, { ok: false }>["reason"];

const REFUSAL_SENTENCES: Record<Refusal, string> = {
  "nothing-to-play": "There is nothing to play.",
  "no-such-entry": "That track is no longer in the queue.",
  "programme-full": "The jam's queue is full.",
  "duplicate-entry": "That track is in the queue already.",
  "adding-not-allowed": "Only the host adds music in this jam.",
  "not-yours": "Only the host may do that.",
  "not-host": "Only the host may do that.",
  "server-offline": "The server is out of reach.",
};

export function refusalSentence(reason: Refusal): string {
  return REFUSAL_SENTENCES[reason];
}

/** Why the server will not have us, for close codes after which trying again would be wrong. */
export function closeSentence(code: number): string {
  switch (code) {
    case CLOSE_CODES.replaced:
      return "Another peer with the same identity has joined this jam in our place.";
    case CLOSE_CODES.badJam:
      return "The server knows no jam by such a code.";
    case CLOSE_CODES.protocolError:
    case CLOSE_CODES.badProof:
      return "The server does not understand this peer: both must be of the same version.";
    default:
      return `The server closed the connection for good (code ${code}).`;
  }
}
