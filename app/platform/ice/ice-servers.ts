/**
 * Which ICE servers links use: what the page says (`window.TURN_SERVER_URL` and its companions, as people know them
 * from the prototype) overrides what the server's `welcome` says. Servers that would make RTCPeerConnection throw are
 * left out, so that one bad line in a configuration costs the relay and not every link.
 */
import * as v from "valibot";
import type { IceServer } from "../../core/index.ts";

export interface IceOverrides {
  /** One URL, or several separated by commas. */
  readonly url: string;
  readonly username?: string | undefined;
  readonly credential?: string | undefined;
}

const PageVariablesSchema = v.object({
  TURN_SERVER_URL: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(2048)),
  TURN_SERVER_USERNAME: v.optional(v.pipe(v.string(), v.maxLength(512))),
  TURN_SERVER_CREDENTIAL: v.optional(v.pipe(v.string(), v.maxLength(512))),
});

/** Reads the page's variables; null where there are none. They may be set at any time: read anew for each welcome. */
export function readIceOverrides(page: object = globalThis): IceOverrides | null {
  const result = v.safeParse(PageVariablesSchema, page);
  if (!result.success) return null;
  const { TURN_SERVER_URL: url, TURN_SERVER_USERNAME: username, TURN_SERVER_CREDENTIAL: credential } = result.output;
  return { url, username, credential };
}

/** Overrides replace everything the server said, if they are usable at all. */
export function chooseIceServers(fromServer: readonly IceServer[], overrides: IceOverrides | null): IceServer[] {
  const usableOverrides = overrides
    ? usableServers([{ ...overrides, urls: overrides.url.split(",").map((url) => url.trim()) }])
    : [];
  return usableOverrides.length > 0 ? usableOverrides : usableServers(fromServer);
}

function usableServers(servers: readonly IceServer[]): IceServer[] {
  return servers.flatMap(({ urls, username, credential }) => {
    const hasLogin = Boolean(username) && credential !== undefined;
    const usable = urls.filter((url) => isStunUrl(url) || (isTurnUrl(url) && hasLogin));
    if (usable.length === 0) return [];
    return [hasLogin ? { urls: usable, username, credential } : { urls: usable }];
  });
}

// RFC 7064 and RFC 7065: no slashes, no user info; a query is allowed for TURN only.
function isStunUrl(url: string): boolean {
  return /^stuns?:[^\s/?#@]+$/i.test(url);
}

function isTurnUrl(url: string): boolean {
  return /^turns?:[^\s/?#@]+(?:\?transport=(?:udp|tcp))?$/i.test(url);
}
