import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EMPTY_TIMELINE, endOf, layTimeline, placeOf } from "../../../app/core/playback/timeline.ts";
import type { Timeline } from "../../../app/core/playback/timeline.ts";
import { makeEntry } from "../jam/jam-fixtures.ts";

const entries = (names: string) => [...names].map((name) => makeEntry(name));

/** Lays the first of `names`, with the others following. */
function lay(timeline: Timeline, names: string) {
  const [current, ...following] = entries(names);
  if (!current) throw new Error("expected a name");
  return layTimeline(timeline, current, following);
}

const show = (timeline: Timeline) => timeline.places.map((place) => `${place.entryId.at(-1)}@${place.startMs / 1000}`).join(" ");

describe("the timeline", () => {
  it("PB5: entries lie end to end", () => {
    expect(show(lay(EMPTY_TIMELINE, "abc").timeline)).toBe("a@10 b@110");
  });

  it("PB5: more followers are placed when the music comes near them", () => {
    const { timeline } = lay(EMPTY_TIMELINE, "abcd");
    expect(show(lay(timeline, "bcd").timeline)).toBe("a@10 b@110 c@210");
  });

  it("PB6: going on to the next entry keeps every place", () => {
    const { timeline } = lay(EMPTY_TIMELINE, "ab");
    expect(placeOf(lay(timeline, "b").timeline, makeEntry("b").entryId)).toEqual(placeOf(timeline, makeEntry("b").entryId));
  });

  it("PB6: an entry without a place opens a segment beyond everything that was used", () => {
    const { timeline } = lay(EMPTY_TIMELINE, "abc");
    const jumped = lay(timeline, "xy");
    expect(show(jumped.timeline)).toBe("x@220 y@320");
    expect(jumped.cutFromMs).toBeNull();
  });

  it("PB6: the same track twice has two places", () => {
    const again = { ...makeEntry("b"), trackId: makeEntry("a").trackId };
    const { timeline } = layTimeline(EMPTY_TIMELINE, makeEntry("a"), [again]);
    expect(show(timeline)).toBe("a@10 b@110");
  });

  it("PB7: another follower takes the old one's place, and the buffer is cut there", () => {
    const { timeline } = lay(EMPTY_TIMELINE, "ab");
    const changed = lay(timeline, "ac");
    expect(show(changed.timeline)).toBe("a@10 c@110");
    expect(changed.cutFromMs).toBe(110_000);
  });

  it("PB7: a programme that became shorter is cut at its end", () => {
    expect(lay(lay(EMPTY_TIMELINE, "ab").timeline, "a").cutFromMs).toBe(110_000);
  });

  it("PB7: what is added behind the placed entries cuts nothing", () => {
    expect(lay(lay(EMPTY_TIMELINE, "ab").timeline, "abc").cutFromMs).toBeNull();
  });

  it("PB5, PB6, PB7: after any history places touch, never overlap what is kept, and hold the programme", () => {
    const name = fc.constantFrom(..."abcdefgh");
    const programme = fc.uniqueArray(name, { minLength: 1, maxLength: 6 }).map((names) => names.join(""));
    fc.assert(
      fc.property(fc.array(programme, { minLength: 1, maxLength: 12 }), (history) => {
        let timeline = EMPTY_TIMELINE;
        for (const names of history) {
          const before = timeline;
          const { timeline: after, cutFromMs } = lay(before, names);
          for (const [index, place] of after.places.entries()) {
            const next = after.places[index + 1];
            if (next) expect(next.startMs).toBe(endOf(place));
            // Where other music may be buffered, either it is cut or we are beyond it.
            const overlapped = before.places.filter(
              (old) => old.startMs < endOf(place) && endOf(old) > place.startMs && old.entryId !== place.entryId,
            );
            for (const old of overlapped) expect(old.startMs).toBeGreaterThanOrEqual(cutFromMs ?? Infinity);
            expect(endOf(place)).toBeLessThanOrEqual(after.usedUntilMs);
          }
          const current = placeOf(after, makeEntry(names[0] ?? "").entryId);
          const laid = after.places.slice(after.places.findIndex((place) => place === current));
          expect(names.startsWith(laid.map((place) => place.entryId.at(-1)).join(""))).toBe(true);
          timeline = after;
        }
      }),
    );
  });
});
