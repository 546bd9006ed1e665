/** What an audio context says of the time that its output is at. */
import type { OutputReading } from "../../core/index.ts";

export function readOutputClocks(context: AudioContext, nowMs: number): OutputReading {
  // Optional: Firefox before 70 and Safari before 14.1 lack the first, Safari before 18.4 the second.
  const { contextTime, performanceTime } = context.getOutputTimestamp?.() ?? {};
  const isTold = contextTime !== undefined && performanceTime !== undefined;
  return {
    nowMs,
    renderedMs: context.currentTime * 1000,
    heard: isTold ? { contextMs: contextTime * 1000, atMs: performanceTime } : null,
    latencyMs: context.outputLatency === undefined ? null : context.outputLatency * 1000,
  };
}
