/** Cuts a run of packets into chunks of about 2 s, at packet boundaries. */
import { CHUNK_TARGET_US, MAX_CHUNK_BYTES } from "../../core/index.ts";
import type { AudioPacket } from "./audio-packets.ts";

/** Room for boxes and block headers within MAX_CHUNK_BYTES. */
const MAX_PAYLOAD_BYTES = MAX_CHUNK_BYTES - 64 * 1024;
/** A last chunk shorter than this part of a whole one is not worth a request of its own. */
const SLIVER = 0.25;

/**
 * Packets of one chunk at a time, never empty. Chunk n begins with the first packet at or after n × 2 s, so that
 * rounding to packets does not add up; one that would grow too large to be sent is cut earlier. A sliver at the end
 * joins the chunk before it.
 */
export async function* cutIntoChunks(
  packets: AsyncIterable<AudioPacket>,
  sampleRateHz: number,
): AsyncGenerator<readonly AudioPacket[]> {
  const targetSamples = (CHUNK_TARGET_US * sampleRateHz) / 1e6;
  let held: readonly AudioPacket[] = [];
  for await (const chunk of cutAtTargets(packets, targetSamples)) {
    const isSliver = lengthOf(chunk) < SLIVER * targetSamples && bytesOf(held) + bytesOf(chunk) <= MAX_PAYLOAD_BYTES;
    if (held.length > 0 && isSliver) {
      held = [...held, ...chunk];
      continue;
    }
    if (held.length > 0) yield held;
    held = chunk;
  }
  if (held.length > 0) yield held;
}

async function* cutAtTargets(packets: AsyncIterable<AudioPacket>, targetSamples: number): AsyncGenerator<readonly AudioPacket[]> {
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

function lengthOf(chunk: readonly AudioPacket[]): number {
  const [first] = chunk;
  const last = chunk.at(-1);
  return first && last ? last.startSample + last.durationSamples - first.startSample : 0;
}

function bytesOf(chunk: readonly AudioPacket[]): number {
  return chunk.reduce((sum, packet) => sum + packet.bytes.byteLength, 0);
}
