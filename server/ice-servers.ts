/** Which STUN and TURN servers members are told to use. */
import type { IceServer } from "../app/core/index.ts";

/**
 * Public STUN, which tells a browser its address as the internet sees it. There is no public TURN among the defaults,
 * because there is none to be relied on: relaying costs bandwidth, and the free ones come and go. Two people behind
 * symmetric NATs need TURN_SERVER_URL.
 */
export const PUBLIC_ICE_SERVERS: readonly IceServer[] = [
  { urls: ["stun:stun.l.google.com:19302", "stun:stun.cloudflare.com:3478"] },
];

const ICE_URL = /^(?:stuns?:[^\s?,]+|turns?:[^\s?,]+(?:\?transport=(?:udp|tcp))?)$/i;
/** Bounds of the `welcome` message's schema. */
const MAX_URLS = 16;
const MAX_TEXT_LENGTH = 512;

export interface IceSettings {
  /** Comma-separated `turn:`, `turns:` or `stun:` URLs. */
  readonly url: string | undefined;
  readonly username: string | undefined;
  readonly credential: string | undefined;
  readonly publicDefaults: boolean;
}

export type IceServersResult =
  | { readonly ok: true; readonly iceServers: readonly IceServer[] }
  /** Sentences for the operator. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** The operator's own servers where given, else the public defaults, else none. */
export function chooseIceServers({ url, username, credential, publicDefaults }: IceSettings): IceServersResult {
  if (url === undefined) {
    if (username !== undefined || credential !== undefined)
      return { ok: false, problems: ["TURN_SERVER_USERNAME and TURN_SERVER_CREDENTIAL mean nothing without TURN_SERVER_URL."] };
    return { ok: true, iceServers: publicDefaults ? PUBLIC_ICE_SERVERS : [] };
  }
  const urls = url
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const problems = urls
    .filter((part) => !ICE_URL.test(part) || part.length > MAX_TEXT_LENGTH)
    .map((part) => `TURN_SERVER_URL must list URLs such as turn:turn.example.org:3478?transport=udp, but has "${part}".`);
  if (urls.length === 0 || urls.length > MAX_URLS)
    problems.push(`TURN_SERVER_URL must list 1 to ${MAX_URLS} URLs, but has ${urls.length}.`);
  // A browser throws on a turn: URL without both, and the jam would fail for everyone instead of here.
  if (urls.some((part) => /^turns?:/i.test(part)) && (username === undefined || credential === undefined))
    problems.push("TURN_SERVER_URL names a TURN server: set TURN_SERVER_USERNAME and TURN_SERVER_CREDENTIAL as well.");
  if ([username, credential].some((text) => (text ?? "").length > MAX_TEXT_LENGTH))
    problems.push(`TURN_SERVER_USERNAME and TURN_SERVER_CREDENTIAL may have at most ${MAX_TEXT_LENGTH} characters.`);
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    iceServers: [{ urls, ...(username !== undefined && { username }), ...(credential !== undefined && { credential }) }],
  };
}
