/** What a chunk holds for a decoder: the codec's set-up and its packets. Read by the library that cut files into chunks. */
import { BufferSource, EncodedPacketSink, Input, MP3, MP4, WEBM } from "mediabunny";
import type { InputFormat } from "mediabunny";
import { SinkError } from "../../../core/index.ts";
import type { SinkAppend } from "../../../core/index.ts";

export interface Packet {
  readonly bytes: Uint8Array;
  /** From the beginning of the chunk's first packet, ms. */
  readonly startMs: number;
}

export interface ChunkPackets {
  readonly config: AudioDecoderConfig;
  /** At least one, in order. */
  readonly packets: readonly Packet[];
}

const FORMATS: Readonly<Record<SinkAppend["container"], InputFormat>> = { mp3: MP3, mp4: MP4, webm: WEBM };

/** @throws SinkError `refused` when there is no audio in the chunk. */
export async function readPackets(chunk: Pick<SinkAppend, "container" | "init" | "bytes">): Promise<ChunkPackets> {
  const file = new Uint8Array(chunk.init.length + chunk.bytes.length);
  file.set(chunk.init);
  file.set(chunk.bytes, chunk.init.length);
  const input = new Input({ formats: [FORMATS[chunk.container]], source: new BufferSource(file) });
  try {
    const track = await input.getPrimaryAudioTrack();
    const config = await track?.getDecoderConfig();
    if (!track || !config) throw new SinkError("refused", "no audio in the chunk");
    const packets: Packet[] = [];
    let zeroS: number | null = null;
    for await (const { data, timestamp } of new EncodedPacketSink(track).packets()) {
      zeroS ??= timestamp;
      packets.push({ bytes: data, startMs: (timestamp - zeroS) * 1000 });
    }
    if (packets.length === 0) throw new SinkError("refused", "no packet in the chunk");
    return { config, packets };
  } catch (cause) {
    throw cause instanceof SinkError ? cause : new SinkError("refused", "the chunk could not be parsed", { cause });
  } finally {
    input.dispose();
  }
}
