import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from "mediabunny";
import { describe, expect, it } from "vitest";
import { chooseFormat } from "../../app/platform/media/media-format.ts";
import { findMp3Frames } from "../../app/platform/media/mp3-frames.ts";
import { wrapMp3 } from "../../app/platform/media/mp3-in-mp4.ts";

/** Headers of empty frames: MPEG-1 128 kbit/s 44.1 kHz stereo, and MPEG-2 64 kbit/s 22.05 kHz mono. */
const STEREO = { header: [0xff, 0xfb, 0x90, 0x00], sizeBytes: 417, frameMs: (1152 / 44_100) * 1000 };
const MONO = { header: [0xff, 0xf3, 0x80, 0xc0], sizeBytes: 208, frameMs: (576 / 22_050) * 1000 };

function makeFrames({ header, sizeBytes }: typeof STEREO, count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(sizeBytes * count);
  for (let index = 0; index < count; index++) bytes.set([...header, index], sizeBytes * index);
  return bytes;
}

describe("frames of MP3", () => {
  it("PB25: are found one after another, with what their headers tell", () => {
    const frames = findMp3Frames(makeFrames(STEREO, 3));
    expect(frames.map((frame) => frame.offset)).toEqual([0, 417, 834]);
    expect(frames[0]).toMatchObject({ sampleRateHz: 44_100, channels: 2, samples: 1152, isMpeg1: true });
  });

  it("PB25: of MPEG-2 are half as long", () => {
    expect(findMp3Frames(makeFrames(MONO, 1))[0]).toMatchObject({
      sampleRateHz: 22_050,
      channels: 1,
      samples: 576,
      sizeBytes: 208,
    });
  });

  it("PB25: are found behind what isn't one, and not where they are cut off", () => {
    const bytes = new Uint8Array([1, 2, 0xff, ...makeFrames(STEREO, 2)]);
    expect(findMp3Frames(bytes.subarray(0, -1)).map((frame) => frame.offset)).toEqual([3]);
  });
});

describe("MP3 wrapped into MP4", () => {
  it.each([
    ["stereo", STEREO],
    ["mono", MONO],
  ])("PB25: a demuxer finds the same frames of %s at their times", async (_, kind) => {
    const chunk = makeFrames(kind, 5);
    const wrapped = wrapMp3(chunk, 40 * kind.frameMs);
    if (!wrapped) throw new Error("expected frames");
    const file = new Uint8Array([...wrapped.init, ...wrapped.fragment]);
    const track = await new Input({ formats: ALL_FORMATS, source: new BufferSource(file.buffer) }).getPrimaryAudioTrack();
    expect(track?.codec).toBe("mp3");
    if (!track) throw new Error("expected a track");
    const packets = [];
    for await (const packet of new EncodedPacketSink(track).packets()) packets.push(packet);
    expect(packets.map((packet) => packet.data[4])).toEqual([0, 1, 2, 3, 4]);
    expect(packets.every((packet) => packet.data.byteLength === kind.sizeBytes)).toBe(true);
    packets.forEach((packet, index) => expect(packet.timestamp * 1000).toBeCloseTo((40 + index) * kind.frameMs, 3));
  });

  it("PB25: chunks of one song share an init segment, others don't", () => {
    const keys = [STEREO, STEREO, MONO].map((kind, index) => wrapMp3(makeFrames(kind, 1 + index), 0)?.initKey);
    expect(keys[0]).toBe(keys[1]);
    expect(keys[0]).not.toBe(keys[2]);
  });

  it("PB25: there is nothing to wrap in noise", () => {
    expect(wrapMp3(new Uint8Array(5_000).fill(7), 0)).toBeNull();
  });
});

describe("choosing a format", () => {
  const firefox = (type: string) => type === 'audio/mp4; codecs="mp3"' || type === 'audio/mp4; codecs="opus"';
  const safari = (type: string) => type === "audio/mpeg" || type === 'audio/mp4; codecs="Opus"';

  it.each([
    ["audio/mpeg", safari, { type: "audio/mpeg", wrapsMp3: false }],
    ["audio/mpeg", firefox, { type: 'audio/mp4; codecs="mp3"', wrapsMp3: true }],
    ['audio/mp4; codecs="opus"', firefox, { type: 'audio/mp4; codecs="opus"', wrapsMp3: false }],
    ['audio/mp4; codecs="opus"', safari, { type: 'audio/mp4; codecs="Opus"', wrapsMp3: false }],
    ['audio/webm; codecs="vorbis"', safari, null],
  ])("PB25: %s, by what the browser says it takes", (mimeType, isSupported, format) => {
    expect(chooseFormat(mimeType, isSupported)).toEqual(format);
  });
});
