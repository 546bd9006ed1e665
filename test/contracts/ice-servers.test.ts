import { expect, it } from "vitest";
import { chooseIceServers, readIceOverrides } from "../../app/platform/ice/ice-servers.ts";

const stun = { urls: ["stun:stun.example.org:3478"] };
const turn = { urls: ["turn:turn.example.org:3478"], username: "u", credential: "c" };
const url = "turn:relay.example.net:3478?transport=udp";
const login = { username: "alice", credential: "secret" };

it("LT11: what the server says is used where the page says nothing", () => {
  expect(chooseIceServers([stun, turn], null)).toEqual([stun, turn]);
  expect(chooseIceServers([], null)).toEqual([]);
});

it("LT11: what the page says replaces all that the server says", () => {
  expect(chooseIceServers([stun, turn], { url, ...login })).toEqual([{ urls: [url], ...login }]);
});

it("LT11: the page may name several URLs", () => {
  const servers = chooseIceServers([], { url: `${url}, turns:relay.example.net:443`, ...login });
  expect(servers).toEqual([{ urls: [url, "turns:relay.example.net:443"], ...login }]);
});

it("LT11: a page's STUN server needs no login", () => {
  expect(chooseIceServers([turn], { url: "stun:stun.example.net" })).toEqual([{ urls: ["stun:stun.example.net"] }]);
});

it.each([
  ["https://example.org", login],
  ["turn:", login],
  ["turn://relay.example.net", login],
  ["turn:relay.example.net?transport=carrier-pigeon", login],
  [url, {}],
  [url, { username: "alice" }],
  [url, { username: "", credential: "secret" }],
])("LT11: an override that a browser would refuse is ignored: %s %j", (bad, given) => {
  expect(chooseIceServers([turn], { url: bad, ...given })).toEqual([turn]);
});

it("LT11: what a browser would refuse is left out of the server's list too", () => {
  const mixed = { ...turn, urls: ["nonsense", ...turn.urls] };
  expect(chooseIceServers([{ urls: ["turn:no-login.example.org"] }, mixed, { urls: [] }], null)).toEqual([turn]);
});

it("LT11: the page speaks through window.TURN_SERVER_URL and its companions", () => {
  expect(readIceOverrides({})).toBeNull();
  expect(readIceOverrides({ TURN_SERVER_URL: "" })).toBeNull();
  expect(readIceOverrides({ TURN_SERVER_URL: 7 })).toBeNull();
  expect(readIceOverrides({ TURN_SERVER_URL: url, TURN_SERVER_USERNAME: "alice", TURN_SERVER_CREDENTIAL: "secret" })).toEqual({
    url,
    ...login,
  });
});
