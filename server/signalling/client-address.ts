/** Which address a request counts for when limits are per address. */
import type { IncomingMessage } from "node:http";

/**
 * @param trustedProxies how many reverse proxies stand before this server; each appends the address it saw to
 * X-Forwarded-For, so the last so many entries can be believed and the rest cannot.
 */
export function clientAddress(request: Pick<IncomingMessage, "headers" | "socket">, trustedProxies: number): string {
  const seen = request.socket.remoteAddress ?? "unknown";
  if (trustedProxies === 0) return normaliseAddress(seen);
  const header = request.headers["x-forwarded-for"] ?? "";
  const forwarded = (Array.isArray(header) ? header.join(",") : header)
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  return normaliseAddress(forwarded.at(-trustedProxies) ?? forwarded[0] ?? seen);
}

/** One household is one IPv4 address or one IPv6 /64 (RFC 6177): its members choose the rest freely. */
export function normaliseAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.toLowerCase().split("%")[0]?.split("::") ?? [];
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => "0");
  const groups = [...left, ...zeros, ...right].slice(0, 4);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, "")).join(":")}::/64`;
}
