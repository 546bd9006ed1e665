/** Cuts a run of packets into chunks of about 2 s, at packet boundaries. */
import { CHUNK_TARGET_US, MAX_CHUNK_BYTES } from "../../core/index.ts";
import type { AudioPacket } from "./audio-packets.ts";

/** Room for boxes and block headers within MAX_CHUNK_BYTES. */
const MAX_PAYLOAD_BYTES = MAX_CHUNK_BYTES - 64 * 1024;

/**
 * Packets of one chunk at a time, never empty. Chunk n begins with the first packet at or after n × 2 s, so that
 * rounding to packets does not add up; one that would grow too large to be sent is cut earlier.
 */
export async function* cutIntoChunks(packets: AsyncIterable<AudioPacket>, sampleRateHz: number): AsyncGenerator<readonly AudioPacket[]> {
  const targetSamples = (CHUNK_TARGET_US * sampleRateHz) / 1e6;
  let chunk: AudioPacket[] = [];
  let chunkBytes = 0;
  let endSample = targetSamples;
  for await (const packet of packets) {
    const isFull = packet.startSample >= endSample || chunkBytes + packet.bytes.byteLength > MAX_PAYLOAD_BYTES;
    // Two packets at one moment stay together: a chunk begins later than the one before it.
    if (isFull && packet.startSample > (chunk[0]?.startSample ?? 0)) {
      yield chunk;
      chunk = [];
      chunkBytes = 0;
      if (packet.startSample >= endSample) endSample = targetSamples * (Math.floor(packet.startSample / targetSamples) + 1);
    }
    chunk.push(packet);
    chunkBytes += packet.bytes.byteLength;
  }
  if (chunk.length > 0) yield chunk;
}
