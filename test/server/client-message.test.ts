/** The boundary where a member's text becomes a message. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProtocolError } from "../../app/core/index.ts";
import { messageCost, parseClientMessage } from "../../server/signalling/client-message.ts";
import { TokenBucket } from "../../server/signalling/token-bucket.ts";

function codeOf(text: string): string {
  try {
    return parseClientMessage(text).type;
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}

describe("parsing", () => {
  test("SG13: no text does more than a ProtocolError", () => {
    const key = fc.oneof(
      fc.constantFrom("type", "sentMs", "documents", "signal", "kind", "__proto__", "constructor"),
      fc.string(),
    );
    const value = fc.oneof(fc.constantFrom("join", "signal", "publish", "intent", "rename", "ping"), fc.jsonValue());
    const almostMessage = fc.dictionary(key, value).map((object) => JSON.stringify(object));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), almostMessage), (text) => {
        expect(["malformed", "invalid-message", "ping", "rename"]).toContain(codeOf(text));
      }),
      { numRuns: 500 },
    );
  });

  test("SG13: text that is no JSON is malformed, JSON that is no message is invalid", () => {
    expect(codeOf("{")).toBe("malformed");
    expect(codeOf("{}")).toBe("invalid-message");
    expect(codeOf('{"type":"ping","sentMs":1}')).toBe("ping");
  });
});

describe("the allowance", () => {
  test("SG14: large messages and those with signatures to check cost more", () => {
    const ping = { type: "ping", sentMs: 0 } as const;
    expect(messageCost(ping, 30)).toBe(1);
    expect(messageCost(ping, 200 * 1024)).toBe(13);
    expect(messageCost({ type: "publish", documents: [] }, 1000)).toBe(11);
  });

  test("SG14: a burst is allowed, then the sustained rate", () => {
    const bucket = new TokenBucket(3, 2, 0);
    expect([1, 2, 3, 4].map(() => bucket.take(1, 0))).toEqual([true, true, true, false]);
    expect(bucket.take(1, 499)).toBe(false);
    expect(bucket.take(1, 500)).toBe(true);
    expect(bucket.take(3, 100_000)).toBe(true);
    expect(bucket.take(1, 100_000)).toBe(false);
  });
});
