/**
 * How long to wait after the `probesSent`-th probe. They go in pairs: the second finds radio and path awake. Four
 * pairs in the first second, so that music can start on a good clock, one in each of the next twelve, then calmer.
 */
export function nextProbeDelayMs(probesSent: number): number {
  const isFirstOfPair = probesSent % 2 === 1;
  if (isFirstOfPair) return 40;
  if (probesSent < 8) return 200;
  return probesSent < 32 ? 1_000 : 5_000;
}
