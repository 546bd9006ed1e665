import { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { clientAddress, normaliseAddress } from "../../server/signalling/client-address.ts";

describe("what counts as one address", () => {
  test.each([
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:0002::9", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["unknown", "unknown"],
  ])("SG19: %s counts as %s", (address, expected) => {
    expect(normaliseAddress(address)).toBe(expected);
  });
});

describe("behind reverse proxies", () => {
  const request = (forwarded?: string) => {
    const socket = new Socket(); // not connected, so its own address is unknown
    return { socket, headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded } };
  };

  test.each([
    { what: "nobody is believed without a trusted proxy", forwarded: "192.0.2.1", trusted: 0, expected: "unknown" },
    {
      what: "the last entry is the trusted proxy's word",
      forwarded: "203.0.113.9, 192.0.2.1",
      trusted: 1,
      expected: "192.0.2.1",
    },
    { what: "two proxies append two entries", forwarded: "203.0.113.9, 192.0.2.1, 10.0.0.2", trusted: 2, expected: "192.0.2.1" },
    { what: "a short list is taken as far as it goes", forwarded: "192.0.2.1", trusted: 3, expected: "192.0.2.1" },
    { what: "without the header the socket counts", forwarded: undefined, trusted: 1, expected: "unknown" },
  ])("SG19: $what", ({ forwarded, trusted, expected }) => {
    expect(clientAddress(request(forwarded), trusted)).toBe(expected);
  });
});
