/**
 * Which part of a chunk is decoded first. A decoder takes its time, and on a busy computer a start would wait for a second
 * of music that has passed already, or comes much later.
 */
import type { SinkAppend } from "../../../core/index.ts";
import type { Packet } from "./chunk-packets.ts";

/** Enough to start with (400 ms and what decoding takes) unless this takes more than half as long as it plays, ms. */
const NEEDED_MS = 1_000;
/** A chunk that is heard sooner than this may be needed before it is decoded whole, ms. */
const SOON_MS = 1_500;
/** A part that leaves less of a chunk than this costs more than it gains, ms. */
const LEAST_REST_MS = 300;

/** [from, to) */
export type PacketRange = readonly [from: number, to: number];

/** What is needed first comes first, then what follows it, then what has passed. */
export function partsOf(packets: readonly Packet[], chunk: SinkAppend): readonly [PacketRange, ...PacketRange[]] {
  const count = packets.length;
  const lastMs = packets.at(-1)?.startMs ?? 0;
  const fromMs = neededMs(chunk);
  if (fromMs === null || fromMs > lastMs) return [[0, count]];
  const toMs = fromMs + NEEDED_MS;
  const from = fromMs < LEAST_REST_MS ? 0 : packetAt(packets, fromMs);
  const to = toMs + LEAST_REST_MS > lastMs ? count : packetAt(packets, toMs);
  const rest: readonly PacketRange[] = [
    [to, count],
    [0, from],
  ];
  return [[from, to], ...rest.filter(([start, end]) => start < end)];
}

/** From where on the chunk is needed soon, ms from its beginning; null where there is time for all of it. */
function neededMs({ container, chunkStartMs, trackOffsetMs, neededFromMs }: SinkAppend): number | null {
  const fromMs = neededFromMs - trackOffsetMs - chunkStartMs;
  if (fromMs < -SOON_MS) return null;
  return container === "webm" ? 0 : Math.max(0, fromMs); // timestamps of whole milliseconds tell no place within
}

function packetAt(packets: readonly Packet[], ms: number): number {
  return Math.max(
    0,
    packets.findLastIndex(({ startMs }) => startMs <= ms),
  );
}
