/**
 * Fragmented MP4 (ISO/IEC 14496-12) with one audio track: `ftyp moov`, then a `moof mdat` per chunk. Written here
 * rather than by the demuxing library, because a track id must not depend on the hour of the import or on a library's
 * version: there are no creation times, no edit list and no encoder delay in it. Media time runs from 0, in samples,
 * and what is not music is the manifest's to say.
 */
import type { AudioFormat, AudioPacket } from "./audio-packets.ts";
import { ascii, concatBytes, uint } from "./bytes.ts";
import { box, fullBox } from "./mp4-box.ts";
import type { Muxer } from "./muxer.ts";
import { sampleEntry } from "./mp4-sample-entry.ts";

const TRACK_NUMBER = 1;
const zeros = (count: number) => new Uint8Array(count);
/** The identity transformation: 16.16, 16.16 and 2.30 fixed point. */
const MATRIX = concatBytes([0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000].map((value) => uint(value, 4)));

export function createMp4Muxer(format: AudioFormat): Muxer {
  return {
    container: "mp4",
    mimeType: `audio/mp4; codecs="${format.codecString}"`,
    init: concatBytes([box("ftyp", ascii("iso5"), uint(512, 4), ascii("iso5iso6mp41")), movie(format)]),
    muxChunk: fragment,
  };
}

function movie(format: AudioFormat): Uint8Array {
  const timescale = uint(format.sampleRateHz, 4);
  const times = zeros(8); // Creation and modification.
  const noDuration = zeros(4); // Fragments tell.
  return box(
    "moov",
    fullBox(
      "mvhd",
      0,
      0,
      times,
      timescale,
      noDuration,
      uint(0x10000, 4),
      uint(0x100, 2),
      zeros(10),
      MATRIX,
      zeros(24),
      uint(TRACK_NUMBER + 1, 4),
    ),
    box(
      "trak",
      // Flags: enabled, in movie. Volume 1.
      fullBox(
        "tkhd",
        0,
        3,
        times,
        uint(TRACK_NUMBER, 4),
        zeros(4),
        noDuration,
        zeros(8),
        zeros(4),
        uint(0x100, 2),
        zeros(2),
        MATRIX,
        zeros(8),
      ),
      box(
        "mdia",
        fullBox("mdhd", 0, 0, times, timescale, noDuration, uint(0x55c4, 2), zeros(2)), // 0x55c4: "und"
        fullBox("hdlr", 0, 0, zeros(4), ascii("soun"), zeros(12), zeros(1)),
        box(
          "minf",
          fullBox("smhd", 0, 0, zeros(4)),
          box("dinf", fullBox("dref", 0, 0, uint(1, 4), fullBox("url ", 0, 1))), // Flag 1: the data is in this file.
          box(
            "stbl",
            fullBox("stsd", 0, 0, uint(1, 4), sampleEntry(format)),
            fullBox("stts", 0, 0, zeros(4)),
            fullBox("stsc", 0, 0, zeros(4)),
            fullBox("stsz", 0, 0, zeros(8)),
            fullBox("stco", 0, 0, zeros(4)),
          ),
        ),
      ),
    ),
    box("mvex", fullBox("trex", 0, 0, uint(TRACK_NUMBER, 4), uint(1, 4), zeros(12))),
  );
}

function fragment(packets: readonly AudioPacket[], index: number): Uint8Array {
  const startSample = packets[0]?.startSample ?? 0;
  const run = packets.map((packet) => concatBytes([uint(packet.durationSamples, 4), uint(packet.bytes.byteLength, 4)]));
  const header = (dataOffset: number) =>
    box(
      "moof",
      fullBox("mfhd", 0, 0, uint(index + 1, 4)),
      box(
        "traf",
        fullBox("tfhd", 0, 0x020000, uint(TRACK_NUMBER, 4)), // Offsets count from this moof.
        fullBox("tfdt", 1, 0, uint(startSample, 8)),
        fullBox("trun", 0, 0x000301, uint(packets.length, 4), uint(dataOffset, 4), run), // Offset, durations, sizes.
      ),
    );
  const dataOffset = header(0).byteLength + 8;
  return concatBytes([
    header(dataOffset),
    box(
      "mdat",
      packets.map((packet) => packet.bytes),
    ),
  ]);
}
