/**
 * Chooses how music sounds here. On samples it is heard to the millisecond, wherever the page is open; but a phone with
 * its screen locked stops Web Audio and plays a media element on. So phones, and browsers without worklets or decoders
 * (any on an insecure page), get the element.
 */
import type { Clock, MediaSink } from "../../core/index.ts";
import { canElementPlay, createMediaSink } from "./media-sink.ts";
import { DecoderThread } from "./samples/decoder-thread.ts";
import type { LagMemory } from "./samples/lag-memory.ts";
import { SampleOutput } from "./samples/sample-output.ts";
import { SampleSink } from "./samples/sample-sink.ts";
import { decodesAll } from "./samples/sample-support.ts";

export async function prepareSinks(
  clock: Clock,
  deviceKind: "computer" | "phone" | "iphone",
  memory: LagMemory,
): Promise<() => MediaSink> {
  const prefersSamples = deviceKind === "computer" && (await decodesAll(canElementPlay));
  const output = prefersSamples ? await SampleOutput.open(clock, memory) : null;
  if (!output) return () => createMediaSink(new Audio(), clock);
  const thread = new DecoderThread(); // it takes a moment, and the first sound shall not wait for it
  return () => new SampleSink({ output, clock, decoder: thread.createDecoder(), canDecode: canElementPlay });
}
