/** What the app's page may load and run. */
import { createHash } from "node:crypto";

/**
 * @param inlineScripts bodies of the scripts that stand in the page itself: exactly these may run, and none that is
 * smuggled in. An operator may put `window.TURN_SERVER_URL = …` there.
 */
export function contentSecurityPolicy(inlineScripts: readonly string[] = []): string {
  const hashes = inlineScripts.map((body) => `'sha256-${createHash("sha256").update(body).digest("base64")}'`);
  const directives: Record<string, readonly string[]> = {
    "default-src": ["'self'"],
    "script-src": ["'self'", ...hashes],
    "script-src-attr": ["'none'"],
    "style-src": ["'self'", "'unsafe-inline'"], // Lit falls back on <style> where sheets cannot be adopted
    "img-src": ["'self'", "blob:", "data:"], // covers come from peers, as blobs
    "media-src": ["'self'", "blob:"], // MediaSource is attached by a blob URL
    "connect-src": ["'self'", "ws:", "wss:"], // Safari does not count WebSockets to the same host as 'self'
    "worker-src": ["'self'", "blob:"],
    "manifest-src": ["'self'"],
    "object-src": ["'none'"],
    "base-uri": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'self'"],
    // No upgrade-insecure-requests: a party on http://192.168.1.20:8000 has no https to be upgraded to.
  };
  return Object.entries(directives)
    .map(([name, sources]) => [name, ...sources].join(" "))
    .join("; ");
}

/** Bodies of a page's inline scripts, as the browser hashes them. */
export function findInlineScripts(html: string): string[] {
  return [...html.matchAll(/<script(?![^>]*\ssrc\s*=)[^>]*>([\s\S]*?)<\/script>/gi)]
    .map((match) => match[1] ?? "")
    .filter((body) => body !== "");
}
