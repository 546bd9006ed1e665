/** What the terminal shows once the server runs: where to open it here, and from a phone. */
import { networkInterfaces } from "node:os";
import type { NetworkInterfaceInfo } from "node:os";
import encodeQr from "qr";

type Interfaces = Readonly<Record<string, readonly Pick<NetworkInterfaceInfo, "address" | "family" | "internal">[] | undefined>>;

/** Home networks first (RFC 1918), in the order in which they are likely to be the Wi-Fi and not a container bridge. */
const LIKELIHOOD = [/^192\.168\./, /^10\./, /^172\.(?:1[6-9]|2\d|3[01])\./];

/** IPv4 addresses under which other devices may reach a server that listens on `host`, most likely first. */
export function findLanAddresses(host: string, interfaces: Interfaces = networkInterfaces()): string[] {
  if (isLoopback(host)) return [];
  const own = Object.values(interfaces)
    .flatMap((entries) => entries ?? [])
    .filter((entry) => entry.family === "IPv4" && !entry.internal && !entry.address.startsWith("169.254."))
    .map((entry) => entry.address);
  if (host !== "0.0.0.0" && host !== "::") return own.filter((address) => address === host);
  const rank = (address: string) => LIKELIHOOD.findIndex((pattern) => pattern.test(address)) >>> 0; // −1 becomes the last
  return own.toSorted((a, b) => rank(a) - rank(b));
}

export interface AnnouncementOptions {
  readonly host: string;
  readonly port: number;
  readonly lanAddresses: readonly string[];
  /** There is an app to be served. */
  readonly isBuilt: boolean;
  /** A terminal that understands colours: the QR code is then dark on light whatever the theme. */
  readonly hasColours: boolean;
}

export function composeAnnouncement({ host, port, lanAddresses, isBuilt, hasColours }: AnnouncementOptions): string {
  const lines = ["", `  BeatTorrent is running at http://${localName(host)}:${port}`];
  const [first, ...others] = lanAddresses.map((address) => `http://${address}:${port}`);
  if (first !== undefined) {
    lines.push(`  On your network          ${first}`, ...others.map((url) => `                    or     ${url}`), "");
    lines.push(...drawQr(first, hasColours), "");
    lines.push("  On this plain http address phones can join and listen, but not install the app or use it offline:");
    lines.push("  browsers allow that on https (and on localhost) only.");
  }
  if (!isBuilt)
    lines.push(
      "",
      '  The app is not built, so only signalling is served: "npm start" builds it, "npm run dev" serves it unbuilt.',
    );
  return [...lines, ""].join("\n");
}

function drawQr(url: string, hasColours: boolean): string[] {
  return encodeQr(url, "ascii")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (hasColours ? `  \u001b[97;40m${line}\u001b[0m` : `  ${line}`));
}

/** Where a browser on this machine finds it. */
function localName(host: string): string {
  if (host === "0.0.0.0" || host === "::" || isLoopback(host)) return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}
