/**
 * Raw MP3 frames as fragmented MP4 (ISO/IEC 14496-12), for browsers whose MediaSource takes MP3 in no other way. Boxes
 * are written by hand: it is a page of them, and loading a whole muxer to play would delay the first sound.
 */
import { findMp3Frames } from "./mp3-frames.ts";
import type { Mp3Frame } from "./mp3-frames.ts";

export interface WrappedMp3 {
  /** Equal for chunks that can follow one another without a new init segment. */
  readonly initKey: string;
  readonly init: Uint8Array<ArrayBuffer>;
  readonly fragment: Uint8Array<ArrayBuffer>;
  /** By how much later than written it sounds. */
  readonly decoderDelayMs: number;
}

/**
 * What a decoder's filters take. Chromium and Safari take it off raw MP3; Firefox, which plays what is wrapped here,
 * leaves it in (`bench sync --scenario firefox --codec mp3`: 12 to 13 ms late).
 */
const DECODER_DELAY_SAMPLES = 529;

/** @param startMs media time of the first frame within its track. Returns null when there is no frame in `chunk`. */
export function wrapMp3(chunk: Uint8Array, startMs: number): WrappedMp3 | null {
  const frames = findMp3Frames(chunk);
  const first = frames[0];
  if (!first) return null;
  return {
    initKey: `mp3 ${first.sampleRateHz} ${first.channels} ${first.isMpeg1}`,
    init: writeInit(first),
    fragment: writeFragment(chunk, frames, Math.round((startMs * first.sampleRateHz) / 1000)),
    decoderDelayMs: (1000 * DECODER_DELAY_SAMPLES) / first.sampleRateHz,
  };
}

type Bytes = readonly number[] | Uint8Array;

function writeInit({ sampleRateHz, channels, isMpeg1 }: Mp3Frame): Uint8Array<ArrayBuffer> {
  const unityMatrix = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000].flatMap(u32);
  const trackId = u32(1);
  const mvhd = fullBox("mvhd", 0, [
    ...zeros(8),
    ...u32(1000),
    ...zeros(4),
    ...u32(0x10000),
    ...u16(0x100),
    ...zeros(10),
    ...unityMatrix,
    ...zeros(24),
    ...u32(2),
  ]);
  const tkhd = fullBox("tkhd", 3, [
    ...zeros(8),
    ...trackId,
    ...zeros(4 + 4 + 8),
    ...zeros(4),
    ...u16(0x100),
    ...zeros(2),
    ...unityMatrix,
    ...zeros(8),
  ]);
  const mdhd = fullBox("mdhd", 0, [...zeros(8), ...u32(sampleRateHz), ...zeros(4), ...u16(0x55c4), ...zeros(2)]); // "und"
  const hdlr = fullBox("hdlr", 0, [...zeros(4), ...ascii("soun"), ...zeros(12), 0]);
  const dinf = box("dinf", fullBox("dref", 0, u32(1), fullBox("url ", 1)));
  const sampleEntry = box(
    "mp4a",
    [...zeros(6), ...u16(1), ...zeros(8), ...u16(channels), ...u16(16), ...zeros(4), ...u32(sampleRateHz * 0x10000)],
    writeEsds(isMpeg1),
  );
  const stbl = box(
    "stbl",
    fullBox("stsd", 0, u32(1), sampleEntry),
    fullBox("stts", 0, zeros(4)),
    fullBox("stsc", 0, zeros(4)),
    fullBox("stsz", 0, zeros(8)),
    fullBox("stco", 0, zeros(4)),
  );
  const minf = box("minf", fullBox("smhd", 0, zeros(4)), dinf, stbl);
  const trak = box("trak", tkhd, box("mdia", mdhd, hdlr, minf));
  const mvex = box("mvex", fullBox("trex", 0, [...trackId, ...u32(1), ...zeros(12)]));
  return concat([
    box("ftyp", [...ascii("iso5"), ...zeros(4), ...ascii("iso5"), ...ascii("mp41")]),
    box("moov", mvhd, trak, mvex),
  ]);
}

/** ISO/IEC 14496-1 descriptors; object type 0x6b is MPEG-1 audio, 0x69 MPEG-2 audio. There is no decoder-specific info. */
function writeEsds(isMpeg1: boolean): Uint8Array<ArrayBuffer> {
  const decoderConfig = [0x04, 13, isMpeg1 ? 0x6b : 0x69, 0x15, ...zeros(3 + 4 + 4)];
  const syncLayer = [0x06, 1, 0x02];
  return fullBox("esds", 0, [0x03, 3 + decoderConfig.length + syncLayer.length, ...u16(1), 0, ...decoderConfig, ...syncLayer]);
}

function writeFragment(chunk: Uint8Array, frames: readonly Mp3Frame[], decodeTime: number): Uint8Array<ArrayBuffer> {
  const DEFAULT_BASE_IS_MOOF = 0x020000;
  const HAS_DEFAULT_DURATION = 0x08;
  const HAS_DEFAULT_FLAGS = 0x20;
  const DEPENDS_ON_NOTHING = 0x02000000;
  const HAS_DATA_OFFSET = 0x01;
  const HAS_SIZES = 0x200;
  const tfhd = fullBox("tfhd", DEFAULT_BASE_IS_MOOF | HAS_DEFAULT_DURATION | HAS_DEFAULT_FLAGS, [
    ...u32(1),
    ...u32(frames[0]?.samples ?? 0),
    ...u32(DEPENDS_ON_NOTHING),
  ]);
  const tfdt = fullBox("tfdt", 0x01000000, [...u32(Math.floor(decodeTime / 2 ** 32)), ...u32(decodeTime % 2 ** 32)]); // version 1
  const sizes = frames.flatMap((frame) => u32(frame.sizeBytes));
  const moofWith = (dataOffset: number) =>
    box(
      "moof",
      fullBox("mfhd", 0, u32(1)),
      box(
        "traf",
        tfhd,
        tfdt,
        fullBox("trun", HAS_DATA_OFFSET | HAS_SIZES, [...u32(frames.length), ...u32(dataOffset), ...sizes]),
      ),
    );
  const moof = moofWith(moofWith(0).length + 8);
  const mdat = box("mdat", ...frames.map((frame) => chunk.subarray(frame.offset, frame.offset + frame.sizeBytes)));
  return concat([moof, mdat]);
}

function box(type: string, ...parts: readonly Bytes[]): Uint8Array<ArrayBuffer> {
  const content = concat(parts);
  return concat([u32(content.length + 8), ascii(type), content]);
}

/** @param versionAndFlags the version in the top byte, the flags below */
function fullBox(type: string, versionAndFlags: number, ...parts: readonly Bytes[]): Uint8Array<ArrayBuffer> {
  return box(type, u32(versionAndFlags), ...parts);
}

function concat(parts: readonly Bytes[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function u32(value: number): number[] {
  return [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

function u16(value: number): number[] {
  return [(value >> 8) & 255, value & 255];
}

function zeros(count: number): number[] {
  return Array.from({ length: count }, () => 0);
}

function ascii(text: string): number[] {
  return [...text].map((letter) => letter.charCodeAt(0));
}
