/**
 * The errors that cross the engine's boundaries. Broken invariants throw plain `Error`s; expected refusals are values.
 */
import type { PeerId } from "./ids.ts";

/** What a remote side did wrong. Each costs the sender its link and counts against it, and nothing else. */
export type ProtocolErrorCode =
  | "malformed" // bytes that are not canonical CBOR, or text that is not JSON
  | "invalid-message" // well-formed, but not one of our messages or out of its bounds
  | "too-large"
  | "unknown-track" // a track handle that was never introduced on this link
  | "bad-signature"
  | "unsolicited"; // data that nobody asked for

export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: ProtocolErrorCode;
  /** Who is to blame; absent where the boundary knows only bytes. */
  readonly peerId: PeerId | undefined;

  constructor(code: ProtocolErrorCode, message: string, options: { peerId?: PeerId; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.peerId = options.peerId;
  }
}

/** Why a file cannot become a track. The interface has one sentence for each (app/state/sentences.ts). */
export type ImportErrorCode =
  | "empty"
  | "not-audio" // text, pictures, noise: nothing the demuxer recognises
  | "no-audio-track" // a video without sound
  | "codec-unsupported" // neither playable as it is nor encodable here
  | "damaged" // recognised, but no single second of it can be read
  | "too-long"
  | "unreadable" // the disk or the browser refused to hand over the bytes
  | "storage-full";

export class ImportError extends Error {
  override readonly name = "ImportError";
  readonly code: ImportErrorCode;
  /** The file as its owner knows it. */
  readonly fileName: string;

  constructor(code: ImportErrorCode, fileName: string, options: { cause?: unknown } = {}) {
    super(`${fileName}: ${code}`, options);
    this.code = code;
    this.fileName = fileName;
  }
}

/** Storage that is full or gone. `retryable` tells whether making room and trying again makes sense. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: "quota" | "unavailable" | "damaged";
  readonly retryable: boolean;

  constructor(code: StoreError["code"], message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
    this.retryable = code === "quota";
  }
}
