/** What one decision about what to ask of whom costs, and how it grows. */
import { parseArgs } from "node:util";
import type { TrackId } from "../../../app/core/index.ts";
import { Bitfield } from "../../../app/core/manifest/bitfield.ts";
import { pickBlocks } from "../../../app/core/swarm/block-picker.ts";
import type { PickView } from "../../../app/core/swarm/block-picker.ts";
import { makeLink, makeTrack, makeView, PIECE_BYTES, SONG } from "../../core/swarm/pick-views.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { percentile, UsageError } from "../bench.ts";
import type { Bench } from "../bench.ts";

const NOW_MS = 100_000;
const CHUNKS = 500;
const LINKS = 20;
const PICKS = 2000;
const GROWTH = 4;
/** Pieces about to sound; they are here, so that every pick has to look for the rarest. */
const WINDOW = [0, 1, 2, 3, 4];

/** Half a track is here; each link serves half of it, and `open` of them have room for one more piece. */
function viewOf(chunks: number, open: number): PickView {
  const random = seededRandom(chunks);
  const half = (): number[] => Array.from({ length: chunks }, (_, index) => index).filter(() => random() < 0.5);
  const track = makeTrack({
    pieces: chunks,
    held: [...half(), ...WINDOW],
    availability: Array.from({ length: chunks }, () => Math.floor(random() * LINKS)),
  });
  const window = WINDOW.map((index) => ({
    trackId: SONG,
    index,
    deadlineMs: NOW_MS + index * 2000,
    isCover: false,
  }));
  const links = Array.from({ length: LINKS }, (_, place) => {
    const has = half();
    const held = new Bitfield(chunks);
    for (const index of has) held.set(index);
    const roomBytes = place < open ? PIECE_BYTES : -PIECE_BYTES;
    const link = makeLink(`bob${place}`, { has, roomBytes, urgentRoomBytes: roomBytes });
    return {
      ...link,
      hasAny: (_trackId: TrackId, pieces: Bitfield) => held.intersects(pieces),
      serves: (_trackId: TrackId, index: number) => held.has(index),
    };
  });
  return makeView({ tracks: [track], window, links });
}

/** Median of many picks, µs. */
function pickMicros(view: PickView): number {
  const random = seededRandom(1);
  const micros: number[] = [];
  for (let pick = 0; pick < 2 * PICKS; pick++) {
    const startedMs = performance.now();
    pickBlocks(view, NOW_MS, random);
    if (pick >= PICKS) micros.push((performance.now() - startedMs) * 1000);
  }
  return percentile(micros, 0.5);
}

export const pickBench: Bench = {
  name: "pick",
  summary: "what a decision about what to ask of whom costs",
  usage: `npm run bench -- pick [--json]

Times the picker alone, on ${CHUNKS} chunks and ${LINKS} links: with one link that has room, as after a block has come, and
with all of them. growth is what ${GROWTH} times the chunks cost, divided by ${GROWTH}. Medians of ${PICKS} picks, after as many to warm up.`,
  async run(args) {
    try {
      parseArgs({ args: [...args], options: {} });
    } catch (cause) {
      throw new UsageError("pick takes no options but --json; see --help.", { cause });
    }
    const onePickMicros = pickMicros(viewOf(CHUNKS, 1));
    const allLinksMicros = pickMicros(viewOf(CHUNKS, LINKS));
    const growth = pickMicros(viewOf(GROWTH * CHUNKS, 1)) / onePickMicros / GROWTH;
    const round = (value: number): number => Math.round(value * 100) / 100;
    return {
      options: { chunks: CHUNKS, links: LINKS },
      figures: { pickMicrosP50: round(onePickMicros), pickAllLinksMicrosP50: round(allLinksMicros), growth: round(growth) },
      goals: { pickMicrosP50: { max: 50 }, growth: { max: 1.1 } },
      rows: [],
    };
  },
};
