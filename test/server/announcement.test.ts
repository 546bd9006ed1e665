import { describe, expect, test } from "vitest";
import { composeAnnouncement, findLanAddresses } from "../../server/announcement.ts";

const interfaces = {
  lo: [{ address: "127.0.0.1", family: "IPv4", internal: true }],
  docker0: [{ address: "172.17.0.1", family: "IPv4", internal: false }],
  wlan0: [
    { address: "fe80::1", family: "IPv6", internal: false },
    { address: "192.168.1.20", family: "IPv4", internal: false },
  ],
  eth1: [{ address: "169.254.3.4", family: "IPv4", internal: false }],
  ppp0: [{ address: "203.0.113.5", family: "IPv4", internal: false }],
} as const;

describe("addresses for other devices", () => {
  test.each([
    ["0.0.0.0", ["192.168.1.20", "172.17.0.1", "203.0.113.5"]],
    ["::", ["192.168.1.20", "172.17.0.1", "203.0.113.5"]],
    ["192.168.1.20", ["192.168.1.20"]],
    ["127.0.0.1", []],
    ["localhost", []],
    ["::1", []],
  ])("listening on %s: %o, home networks first", (host, expected) => {
    expect(findLanAddresses(host, interfaces)).toEqual(expected);
  });
});

describe("what the terminal shows", () => {
  const base = { host: "0.0.0.0", port: 8000, lanAddresses: ["192.168.1.20", "10.0.0.5"], isBuilt: true, hasColours: false };

  test("is the address here, the addresses for a phone with a QR code, and what plain http cannot do", () => {
    const text = composeAnnouncement(base);
    expect(text).toContain("http://localhost:8000");
    expect(text).toContain("http://192.168.1.20:8000");
    expect(text).toContain("http://10.0.0.5:8000");
    expect(text).toContain("█▀");
    expect(text).toMatch(/phones can join and listen, but not install the app/);
  });

  test("is the address here alone where no other device can reach it", () => {
    const text = composeAnnouncement({ ...base, host: "127.0.0.1", lanAddresses: [] });
    expect(text).toContain("http://localhost:8000");
    expect(text).not.toMatch(/█|phones/);
  });

  test("says when there is no built app to be served", () => {
    expect(composeAnnouncement({ ...base, isBuilt: false })).toMatch(/not built/);
  });

  test("has the QR code dark on light on a terminal of any colour", () => {
    expect(composeAnnouncement({ ...base, hasColours: true })).toContain("\u001b[97;40m█");
  });
});
