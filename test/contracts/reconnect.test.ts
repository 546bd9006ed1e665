import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CLOSE_CODES,
  FINAL_CLOSE_CODES,
  RECONNECT_BASE_MS,
  RECONNECT_CAP_MS,
  RECONNECT_STABLE_MS,
} from "../../app/core/index.ts";
import { decideAfterClose } from "../../app/platform/signalling/reconnect.ts";

const ABNORMAL = 1006;
const latest = () => 1 - Number.EPSILON;

describe("after a connection was lost", () => {
  it.each([0, 1, 2, 3])("RC1: attempt %i waits less than its bound, which doubles", (attempt) => {
    const decision = decideAfterClose({ code: ABNORMAL, livedMs: 0, attempt }, latest);
    expect(decision).toMatchObject({ kind: "retry", attempt: attempt + 1 });
    expect(decision).toHaveProperty("delayMs", expect.closeTo(RECONNECT_BASE_MS * 2 ** attempt, 3));
  });

  it("RC1: waits are spread over the whole range and never exceed the cap", () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, draw) => {
        const decision = decideAfterClose({ code: ABNORMAL, livedMs: 0, attempt }, () => draw);
        const boundMs = Math.min(RECONNECT_CAP_MS, RECONNECT_BASE_MS * 2 ** attempt);
        expect(decision).toMatchObject({ kind: "retry", delayMs: draw * boundMs });
      }),
    );
  });

  it("RC2: a connection that lived resets the back-off; one that died at once does not", () => {
    expect(decideAfterClose({ code: ABNORMAL, livedMs: RECONNECT_STABLE_MS, attempt: 7 }, latest)).toMatchObject({ attempt: 1 });
    expect(decideAfterClose({ code: ABNORMAL, livedMs: RECONNECT_STABLE_MS - 1, attempt: 7 }, latest)).toMatchObject({
      attempt: 8,
    });
  });

  it.each([...FINAL_CLOSE_CODES])("RC3: close code %i is final", (code) => {
    expect(decideAfterClose({ code, livedMs: 60_000, attempt: 0 }, latest)).toEqual({ kind: "stop" });
  });

  it.each([CLOSE_CODES.serverStopping, CLOSE_CODES.unresponsive, 1001, 1011, ABNORMAL])("RC3: close code %i is not", (code) => {
    expect(decideAfterClose({ code, livedMs: 0, attempt: 0 }, latest).kind).toBe("retry");
  });

  it.each([CLOSE_CODES.rateLimited, CLOSE_CODES.jamFull])(
    "RC4: told to stay away (%i), it waits at least half the cap",
    (code) => {
      const decision = decideAfterClose({ code, livedMs: 60_000, attempt: 0 }, () => 0);
      expect(decision).toMatchObject({ kind: "retry", delayMs: RECONNECT_CAP_MS / 2 });
    },
  );
});
