import { describe, expect, it } from "vitest";
import { TapeDeck } from "../../app/platform/media/samples/tape-deck.ts";
import type { DeckReport, TapeLine } from "../../app/platform/media/samples/tape-deck.ts";

const QUANTUM = 128;

/** A deck at 1,000 frames a second with a track whose sample n, at n ms of the timeline, is n. */
function openDeck() {
  const reports: DeckReport[] = [];
  const deck = new TapeDeck(1_000, (report) => reports.push(report));
  let frame = 0;
  const add = (from: number, to: number) =>
    deck.obey({
      kind: "add",
      block: {
        laneKey: "track",
        laneStartMs: 0,
        sampleRateHz: 1_000,
        windowStartMs: 0,
        windowEndMs: 1e6,
        startSample: from,
        channels: [Float32Array.from({ length: to - from }, (_, index) => from + index)],
      },
    });
  /** The next quantum, as heard on the left. */
  const render = () => {
    const outputs = [new Float32Array(QUANTUM), new Float32Array(QUANTUM)];
    deck.render(frame, outputs);
    frame += QUANTUM;
    return [...(outputs[0] ?? [])];
  };
  let take = 0;
  const go = (line: TapeLine) => deck.obey({ kind: "go", take: ++take, line });
  return { deck, reports, add, render, go };
}

const SILENCE = Array.from({ length: QUANTUM }, () => 0);
const from = (mediaMs: number) => Array.from({ length: QUANTUM }, (_, index) => mediaMs + index);

describe("the tape deck", () => {
  it("PB36: begins at its frame, softly, and is then where the line says", () => {
    const { add, render, go, reports } = openDeck();
    add(0, 2_000);
    go({ frame: 200, mediaMs: 500, rate: 1 });
    expect(render()).toEqual(SILENCE);
    const first = render();
    expect(first.slice(0, 72)).toEqual(SILENCE.slice(0, 72));
    expect(first[72]).toBeGreaterThan(0);
    expect(first.at(-1)).toBeCloseTo(555, -1);
    expect(render()).toEqual(from(556));
    expect(reports).toEqual([{ take: 1, line: { frame: 200, mediaMs: 500, rate: 1 } }]);
  });

  it("PB36: leaves out what comes too late", () => {
    const { add, render, go } = openDeck();
    add(0, 2_000);
    render();
    render();
    go({ frame: 100, mediaMs: 500, rate: 1 });
    render();
    expect(render()).toEqual(from(500 + 3 * QUANTUM - 100));
  });

  it("PB36: is silent where music is missing, and in its place again when it comes", () => {
    const { add, render, go } = openDeck();
    add(0, 256);
    go({ frame: 0, mediaMs: 0, rate: 1 });
    render();
    expect(render()).toEqual(from(128));
    expect(render()).toEqual(SILENCE);
    add(256, 1_000);
    expect(render()).toEqual(from(384));
  });

  it("PB36: jumps without a click, and is in its new place at once", () => {
    const { add, render, go } = openDeck();
    add(0, 5_000);
    go({ frame: 0, mediaMs: 0, rate: 1 });
    render();
    go({ frame: 300, mediaMs: 4_000, rate: 1 });
    expect(render()).toEqual(from(128));
    const last = render();
    expect(last[0]).toBeCloseTo(256, -1);
    expect(last.at(-1)).toBeLessThan(5);
    const first = render();
    expect(first[0]).toBeLessThan(50);
    expect(render()).toEqual(from(4_000 + 4 * QUANTUM - 300));
  });

  it("PB36: changes its rate where it is, and tells so", () => {
    const { deck, add, render, go, reports } = openDeck();
    add(0, 5_000);
    go({ frame: 0, mediaMs: 1_000, rate: 1 });
    render();
    deck.obey({ kind: "rate", rate: 1.01 });
    render().forEach((value, index) => expect(value).toBeCloseTo(1_128 + 1.01 * index, 0));
    expect(reports.at(-1)).toEqual({ take: 1, line: { frame: 128, mediaMs: 1_128, rate: 1.01 } });
  });

  it("PB36: stops softly, and a start that was waiting doesn't come", () => {
    const { deck, add, render, go } = openDeck();
    add(0, 5_000);
    go({ frame: 0, mediaMs: 1_000, rate: 1 });
    render();
    go({ frame: 1_000, mediaMs: 0, rate: 1 });
    deck.obey({ kind: "stop" });
    expect(render().at(-1)).toBeLessThan(10);
    for (let quantum = 0; quantum < 10; quantum++) expect(render()).toEqual(SILENCE);
  });
});
