/**
 * WebM (RFC 9559) with one Vorbis track: EBML header, a Segment without an end and Tracks; then one Cluster per chunk
 * with absolute time codes. No dates, no random ids, no application names: the same file gives the same bytes.
 */
import type { AudioFormat } from "./audio-packets.ts";
import { ascii, concatBytes, uint } from "./bytes.ts";
import type { Muxer } from "./muxer.ts";

/**
 * One tick of media time, in ns. A millisecond, as is common, moves packets by half a Vorbis block; 0.1 ms lets a
 * 16-bit relative time code still reach 3.2 s into a cluster.
 */
const TICK_NS = 100_000;
const TRACK_NUMBER = 1;

const SIMPLE_BLOCK = 0xa3;
const KEYFRAME = 0x80;

export function createWebmMuxer(format: AudioFormat): Muxer {
  const ticks = (samples: number) => Math.round((samples * 1e9) / TICK_NS / format.sampleRateHz);
  return {
    container: "webm",
    mimeType: `audio/webm; codecs="${format.codecString}"`,
    init: concatBytes([
      element(
        0x1a45dfa3,
        number(0x4286, 1),
        number(0x42f7, 1),
        number(0x42f2, 4),
        number(0x42f3, 8),
        text(0x4282, "webm"),
        number(0x4287, 4),
        number(0x4285, 2),
      ),
      id(0x18538067), // Segment
      uint(0xff, 1), // of unknown size.
      element(0x1549a966, number(0x2ad7b1, TICK_NS), text(0x4d80, "beattorrent"), text(0x5741, "beattorrent")),
      element(0x1654ae6b, trackEntry(format)),
    ]),
    muxChunk(packets) {
      const clusterTicks = ticks(packets[0]?.startSample ?? 0);
      const blocks = packets.map((packet, index) => {
        const relative = ticks(packet.startSample) - clusterTicks;
        const header = concatBytes([uint(0x80 | TRACK_NUMBER, 1), uint(relative, 2)]);
        if (index < packets.length - 1) return element(SIMPLE_BLOCK, header, uint(KEYFRAME, 1), packet.bytes);
        // Nothing follows in this chunk that would tell how long the last block is.
        const duration = ticks(packet.startSample + packet.durationSamples) - ticks(packet.startSample);
        return element(0xa0, element(0xa1, header, uint(0, 1), packet.bytes), number(0x9b, duration));
      });
      return element(0x1f43b675, number(0xe7, clusterTicks), ...blocks);
    },
  };
}

function trackEntry(format: AudioFormat): Uint8Array {
  const rate = new Uint8Array(8);
  new DataView(rate.buffer).setFloat64(0, format.sampleRateHz);
  return element(
    0xae,
    number(0xd7, TRACK_NUMBER),
    number(0x73c5, TRACK_NUMBER),
    number(0x83, 2), // Audio.
    text(0x86, "A_VORBIS"),
    element(0x63a2, format.description),
    element(0xe1, element(0xb5, rate), number(0x9f, format.channels)),
  );
}

/** EBML ids carry their own length marker. */
function id(value: number): Uint8Array {
  return uint(value, value > 0xffffff ? 4 : value > 0xffff ? 3 : value > 0xff ? 2 : 1);
}

function element(elementId: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const sizeBytes = parts.reduce((sum, part) => sum + part.byteLength, 0);
  const width = sizeBytes < 0x7f ? 1 : sizeBytes < 0x3fff ? 2 : sizeBytes < 0x1fffff ? 3 : 4;
  const size = uint(sizeBytes + 2 ** (7 * width), width);
  return concatBytes([id(elementId), size, ...parts]);
}

function number(elementId: number, value: number): Uint8Array {
  return element(elementId, uint(value, value > 0xffffff ? 4 : value > 0xffff ? 3 : value > 0xff ? 2 : 1));
}

function text(elementId: number, value: string): Uint8Array {
  return element(elementId, ascii(value));
}
